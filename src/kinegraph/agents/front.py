"""Admitting requests to /mcp: their origin, method, token, size and form, before the protocol's server reads them.

The statuses are those of the specification of streamable HTTP, and RFC 6750's for tokens. A refusal is an error of
JSON-RPC.
"""

import logging
from collections.abc import Mapping
from typing import Any  # values of JSON

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kinegraph.api.context import Origins, authentication_by_token
from kinegraph.api.failures import RETRY_AFTER, unexpected
from kinegraph.api.requests import BadRequest, read_json
from kinegraph.identity.rules import INVALID_TOKEN
from kinegraph.kit.database import Database
from kinegraph.kit.errors import Unauthenticated
from kinegraph.outside.tokens import TokenError, Tokens

log = logging.getLogger("kinegraph.agents")

PARSE_ERROR, INVALID_REQUEST, INVALID_PARAMS, SERVER_ERROR = -32700, -32600, -32602, -32000
"""Codes of JSON-RPC."""


class NotAdmitted(Exception):
    """A request that is answered by this response."""

    def __init__(self, status: int, code: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        body = {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": message}}
        always = {"Content-Type": "application/json", "Cache-Control": "no-store"}
        self.response = Response(orjson.dumps(body), status, {**always, **(headers or {})})


class Front:
    """Passes a request on to `app`, with its body, or answers it. Each request must have the token of a user."""

    def __init__(
        self, app: ASGIApp, database: Database, tokens: Tokens, claim: str, origins: Origins, max_bytes: int
    ) -> None:
        self._app = app
        self._database = database
        self._tokens = tokens
        self._claim = claim
        self._origins = origins
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        request = Request(scope, receive)
        try:
            body = await self._admit(request)
        except NotAdmitted as refused:
            await refused.response(scope, receive, send)
            return
        messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive_again() -> Message:
            return messages.pop() if messages else await receive()

        async def send_uncached(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"cache-control", b"no-store")]}
            await send(message)

        await self._app(scope, receive_again, send_uncached)

    async def _admit(self, request: Request) -> bytes:
        """The body of a request. Raises NotAdmitted."""
        if not self._origins.allow(request.headers.get("origin")):
            raise NotAdmitted(403, INVALID_REQUEST, "Pages of this origin may not send requests here.")
        if request.method != "POST":
            text = "Send messages by POST: this server has no sessions, and streams nothing."
            raise NotAdmitted(405, INVALID_REQUEST, text, {"Allow": "POST"})
        await self._authenticate(request.headers.get("authorization"))
        try:
            body, message = await read_json(request, self._max_bytes)
        except BadRequest as error:
            code = PARSE_ERROR if error.message.endswith("not JSON in UTF-8.") else INVALID_REQUEST
            raise NotAdmitted(error.status, code, error.message, error.headers) from None
        _require_message(message)
        return body

    async def _authenticate(self, authorization: str | None) -> None:
        """Check that the token is that of a user, and is not revoked. Raises NotAdmitted."""
        try:
            authenticate = await authentication_by_token(authorization, self._tokens, self._claim)
            if authenticate is None:
                text = "Send the bearer token of a user in the header Authorization."
                raise NotAdmitted(401, SERVER_ERROR, text, {"WWW-Authenticate": "Bearer"})
            async with self._database.read(authenticate):
                pass
        except (TokenError, Unauthenticated) as error:
            log.info("a token was refused", extra={"reason": str(error)})
            challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            raise NotAdmitted(401, SERVER_ERROR, INVALID_TOKEN, challenge) from None
        except NotAdmitted:
            raise
        except Exception as error:
            failure = unexpected(error)
            retry = RETRY_AFTER if failure.status == 503 else {}
            raise NotAdmitted(failure.status, SERVER_ERROR, failure.error["message"], retry) from None


def _require_message(message: Any) -> None:
    """Raise NotAdmitted unless it is a request or a notification of JSON-RPC 2.0."""
    fault = _fault(message)
    if fault is not None:
        code = INVALID_PARAMS if "`params" in fault else INVALID_REQUEST
        raise NotAdmitted(400, code, fault)


def _fault(message: Any) -> str | None:
    """The fault of a message of JSON-RPC, and of the arguments of a tool; None where there is none."""
    if not isinstance(message, dict):
        return "Send one message at a time: a JSON object, as JSON-RPC 2.0 has it."
    if message.get("jsonrpc") != "2.0":
        return '`jsonrpc` must be "2.0".'
    if not isinstance(message.get("method"), str):
        return "`method` must be the name of a method; this server sends no requests, and takes no responses."
    if "id" in message and type(message["id"]) not in (str, int):
        return "`id` must be a text or a whole number."
    params = message.get("params", {})
    if not isinstance(params, dict):
        return "`params` must be an object."
    if message["method"] != "tools/call":
        return None
    if not isinstance(params.get("name"), str):
        return "`params.name` must be the name of a tool."
    if not isinstance(params.get("arguments") or {}, dict):
        return "`params.arguments` must be an object."
    return None
