"""The results of tool calls: the answer of the API, or what is wrong."""

from collections.abc import Mapping
from typing import Any  # values of JSON

import orjson
from starlette.responses import Response

from kinegraph.agents.tools import Tool

MAX_RESULT_BYTES = 1_000_000
"""Size of a result. It is sent twice, as text and as JSON, and no model reads more."""
Result = dict[str, Any]
"""The result of a call as the protocol has it (`CallToolResult`)."""


def result_of(tool: Tool, response: Response, body: Any) -> Result:
    """The result of a call from the API's response and its body as JSON."""
    errors, data = body.get("errors"), body.get("data")
    if errors:
        shown = [_shown(tool, error) for error in errors]
        if (retry := response.headers.get("retry-after", "")).isdecimal():
            shown[0]["retryAfterSeconds"] = int(retry)
        return refused(shown, data)
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
    return error_of(error["message"], **extensions, **({"path": error["path"]} if "path" in error else {}))


def error_of(message: str, code: str = "BAD_REQUEST", **rest: Any) -> dict[str, Any]:
    """An error of a result."""
    return {"message": message, "code": code, **rest}


def refused(errors: list[dict[str, Any]], data: Any = None) -> Result:
    """The result of a call with errors, and with the data that there is beside them."""
    content = {"errors": errors, **({} if data is None else {"data": data})}
    text = orjson.dumps(content).decode()
    return {"content": [{"type": "text", "text": text}], "structuredContent": content, "isError": True}


def too_large(tool: Tool, size: int) -> str:
    """The message for a result of more than MAX_RESULT_BYTES."""
    message = f"The result has {size:,} bytes, and at most {MAX_RESULT_BYTES:,} are sent"
    return f"{message}: ask for smaller pages." if tool.is_query else f"{message}; the change was made."
