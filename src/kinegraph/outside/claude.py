"""Anthropic's language models, through its SDK: a request with one tool, whose input is the answer.

The SDK is imported by the first request, in a thread: it takes a second, and many processes never need it.
"""

import asyncio
from dataclasses import dataclass
from importlib import import_module
from typing import Any  # the SDK is imported when it is needed; answers are JSON

from kinegraph.outside.errors import ServiceError
from kinegraph.outside.vendor_calls import PassingFault, Patience, Retried, VendorCalls, retry_after_seconds

VENDOR = "Anthropic"
URL = "https://api.anthropic.com"
PATIENCE = Patience(max_calls=4, call_seconds=45, deadline_seconds=180)
"""How long a request waits: its job is tried again after that."""
REQUESTS_PER_MINUTE, TOKENS_PER_MINUTE = 50, 50_000
"""The limits of a new account at Anthropic; those of input tokens are the smallest."""
REFUSED = {
    401: "check KINEGRAPH_ANTHROPIC_API_KEY",
    402: "the account has no credit",
    403: "the key may not use the model",
    404: "check KINEGRAPH_ANTHROPIC_MODEL",
}
"""The advice about a refusal, by the status of the response."""
PASSING = frozenset((408, 409, 429))
"""The statuses below 500 of responses to requests that may succeed later."""


@dataclass(frozen=True, slots=True)
class Tool:
    """The tool that the model has to use: its name, its purpose, and the JSON Schema of its input."""

    name: str
    description: str
    schema: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """The input that the model gave a tool, and the tokens that are paid for.

    `values` is whatever JSON the model wrote, which its reader checks; None where it used no tool or ran out of tokens.
    """

    values: Any
    input_tokens: int
    output_tokens: int


class Claude:
    """One model, by one key."""

    def __init__(
        self,
        api_key: str,
        model: str,
        url: str | None = None,
        *,
        calls: VendorCalls | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        self.model = model
        self._api_key = api_key
        self._url = url or URL
        self._patience = patience
        self._calls = calls or VendorCalls(
            VENDOR, requests_per_minute=REQUESTS_PER_MINUTE, tokens_per_minute=TOKENS_PER_MINUTE
        )
        self._client: Any = None

    async def call_tool(
        self, system: str, content: str, tool: Tool, max_tokens: int, retried: Retried | None = None
    ) -> ToolAnswer:
        """The model's answer to a message, as the tool's input. Raises ServiceError.

        Faults that may pass are tried again as PATIENCE has it, each after a call of `retried`. `max_tokens` is the
        maximum length of the answer.
        """
        sdk = await asyncio.to_thread(import_module, "anthropic")
        if self._client is None:
            self._client = sdk.AsyncAnthropic(
                api_key=self._api_key, base_url=self._url, max_retries=0, timeout=self._patience.call_seconds
            )
        request = {
            "model": self.model,
            "max_tokens": max_tokens,
            "system": system,
            "messages": [{"role": "user", "content": content}],
            "tools": [{"name": tool.name, "description": tool.description, "input_schema": tool.schema}],
            "tool_choice": {"type": "tool", "name": tool.name},
        }
        tokens = (len(system) + len(content)) // 2
        return await self._calls.call(lambda: self._send(sdk, request), self._patience, tokens, retried)

    async def _send(self, sdk: Any, request: dict[str, Any]) -> ToolAnswer:
        """The answer to one request. Raises PassingFault and ServiceError."""
        try:
            message = await self._client.messages.create(**request)
        except sdk.APIStatusError as error:
            raise _fault(error.status_code, error.response.headers.get("retry-after"), error.body) from None
        except sdk.APIConnectionError as error:
            raise PassingFault(f"{VENDOR} cannot be reached at {self._url} ({type(error).__name__}).") from None
        except (sdk.AnthropicError, ValueError):  # a body that is no JSON, or no message
            return ToolAnswer(None, 0, 0)
        return answer_of(message)

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()


def answer_of(message: Any) -> ToolAnswer:
    """The answer in a message of the SDK, which does not check that the message has the form that it promises."""
    usage, blocks = getattr(message, "usage", None), getattr(message, "content", None)
    tools = [each for each in blocks if getattr(each, "type", None) == "tool_use"] if isinstance(blocks, list) else []
    is_whole = getattr(message, "stop_reason", None) == "tool_use" and len(tools) == 1
    cached = (_count(usage, name) for name in ("cache_creation_input_tokens", "cache_read_input_tokens"))
    return ToolAnswer(
        getattr(tools[0], "input", None) if is_whole else None,
        _count(usage, "input_tokens") + sum(cached),
        _count(usage, "output_tokens"),
    )


def _count(usage: Any, name: str) -> int:
    """A number of tokens; 0 where the message has none."""
    count = getattr(usage, name, None)
    return count if isinstance(count, int) and 0 <= count < 2**24 else 0


def _fault(status: int, retry_after: str | None, body: Any) -> ServiceError:
    """The error for a response that is none of success. `body` is its JSON, or a text."""
    if status in PASSING or status >= 500:
        return PassingFault(f"{VENDOR} answered with status {status}.", retry_after_seconds(retry_after))
    detail = body.get("error") if isinstance(body, dict) else None
    said = detail.get("message") if isinstance(detail, dict) else None
    advice = REFUSED.get(status) or (said[:200] if isinstance(said, str) else "it gave no reason")
    return ServiceError(f"{VENDOR} refused the request with status {status}: {advice}.")
