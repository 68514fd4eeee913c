"""Executing a tool: as a request to /graphql, by its endpoint, so that every limit and policy of it holds."""

from collections.abc import Mapping
from itertools import islice
from typing import Any  # values of JSON

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message

from kinegraph.agents.tools import MAX_FAULTS, Tool
from kinegraph.api.http import GraphQLEndpoint
from kinegraph.api.requests import GRAPHQL_JSON
from kinegraph.persisted.rules_usage import NAME, VERSION

MAX_RESULT_BYTES = 1_000_000
"""Size of a result. It is sent twice, as text and as JSON, and no model reads more."""

PASSED_ON = (b"authorization", NAME, VERSION)
"""Headers of the agent's request that the execution sees."""

Result = dict[str, Any]
"""The result of a call as the protocol has it (`CallToolResult`)."""


async def call(
    endpoint: GraphQLEndpoint,
    request: Request,
    tool: Tool,
    arguments: Mapping[str, Any],
    client: tuple[str, str] | None,
) -> Result:
    """The result of calling a tool. `client` is the name and version of the agent's program, if it has said them."""
    faults = [*islice(tool.faults(arguments), MAX_FAULTS)]
    if faults:
        return _refused([_error(fault.message, field=[fault.argument]) for fault in faults])
    try:
        sent = orjson.dumps({"query": tool.text, "documentId": f"sha256:{tool.hash}", "variables": arguments})
    except orjson.JSONEncodeError:
        return _refused([_error("The arguments are nested too deeply, or have an integer of more than 64 bits.")])
    try:
        response = await endpoint(_request(request, sent, client))
    except ClientDisconnect:
        return _refused([_error("The client hung up.")])
    body = bytes(response.body)
    if len(body) > MAX_RESULT_BYTES:
        return _refused([_error(_too_large(tool, len(body)), code="ANSWER_TOO_LARGE")])
    return _result(tool, response, orjson.loads(body))


def _request(request: Request, body: bytes, client: tuple[str, str] | None) -> Request:
    """The POST request to /graphql that a call stands for, with this body."""
    headers = [(name, value) for name, value in request.scope["headers"] if name in PASSED_ON]
    headers += [(b"content-type", b"application/json"), (b"accept", GRAPHQL_JSON.encode())]
    if client is not None and not any(name == NAME for name, _ in headers):
        headers += [(key, value.encode("utf-8", "replace")) for key, value in zip((NAME, VERSION), client, strict=True)]
    scope = {**request.scope, "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}

    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        """The body, and then what the agent's connection says: that it is closed."""
        return messages.pop() if messages else await request.receive()

    return Request(scope, receive)


def _result(tool: Tool, response: Response, body: Any) -> Result:
    errors, data = body.get("errors"), body.get("data")
    if errors:
        shown = [_shown(tool, error) for error in errors]
        if (retry := response.headers.get("retry-after", "")).isdecimal():
            shown[0]["retryAfterSeconds"] = int(retry)
        return _refused(shown, data)
    for payload, refusals in tool.refusals:
        tool.paths.in_payloads(data, payload, refusals)
    return {
        "content": [{"type": "text", "text": orjson.dumps(data).decode()}],
        "structuredContent": data,
        "isError": tool.is_refused(data),
    }


def _shown(tool: Tool, error: Mapping[str, Any]) -> dict[str, Any]:
    """An error without the locations in a document that the agent does not see, and with the names that it sent."""
    extensions = error.get("extensions", {})
    if "field" in extensions:
        extensions = {**extensions, "field": tool.paths.of(error.get("path", ()), extensions["field"])}
    return _error(error["message"], **extensions, **({"path": error["path"]} if "path" in error else {}))


def _error(message: str, code: str = "BAD_REQUEST", **rest: Any) -> dict[str, Any]:
    return {"message": message, "code": code, **rest}


def _refused(errors: list[dict[str, Any]], data: Any = None) -> Result:
    content = {"errors": errors, **({} if data is None else {"data": data})}
    text = orjson.dumps(content).decode()
    return {"content": [{"type": "text", "text": text}], "structuredContent": content, "isError": True}


def _too_large(tool: Tool, size: int) -> str:
    message = f"The result has {size:,} bytes, and at most {MAX_RESULT_BYTES:,} are sent"
    return f"{message}: ask for smaller pages." if tool.is_query else f"{message}; the change was made."
