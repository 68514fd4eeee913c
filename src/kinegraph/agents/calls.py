"""Executing a tool: as a request to /graphql, by its endpoint, so that every limit and policy of it holds."""

from collections.abc import Mapping
from itertools import islice
from typing import Any  # values of JSON

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from kinegraph.agents.results import MAX_RESULT_BYTES, Result, error_of, refused, result_of, too_large
from kinegraph.agents.tools import MAX_FAULTS, Tool
from kinegraph.api.http import GraphQLEndpoint
from kinegraph.api.requests import GRAPHQL_JSON
from kinegraph.persisted.rules_usage import NAME, VERSION

PASSED_ON = (b"authorization", NAME, VERSION)
"""Headers of the agent's request that the execution sees."""


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
        return refused([error_of(fault.message, field=[fault.argument]) for fault in faults])
    try:
        sent = orjson.dumps({"query": tool.text, "documentId": f"sha256:{tool.hash}", "variables": arguments})
    except orjson.JSONEncodeError:
        return refused([error_of("The arguments are nested too deeply, or have an integer of more than 64 bits.")])
    try:
        response = await endpoint(_request(request, sent, client))
    except ClientDisconnect:
        return refused([error_of("The client hung up.")])
    body = bytes(response.body)
    if len(body) > MAX_RESULT_BYTES:
        return refused([error_of(too_large(tool, len(body)), code="ANSWER_TOO_LARGE")])
    return result_of(tool, response, orjson.loads(body))


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
