"""The messages of graphql-transport-ws, and the requests that they stand for."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any  # JSON of a client

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message
from starlette.websockets import WebSocket

from kinegraph.api.http import SUBSCRIBE
from kinegraph.api.requests import GRAPHQL_JSON, SubscriptionRequested

PROTOCOL = "graphql-transport-ws"
MAX_ID_LENGTH = 256
MAX_REASON_BYTES = 123
"""Bytes of the reason in a close frame (RFC 6455, 5.5)."""

KINDS = {"connection_init", "ping", "pong", "subscribe", "complete"}
"""The types of messages that a client sends."""

DROPPED = (b"sec-", b"content-", b"accept", b"transfer-", b"idempotency-")
"""The beginnings of the headers of a handshake that do not hold for the operations after it."""
OWN = {b"authorization", b"connection", b"upgrade", b"host", b"last-event-id"}


class Closed(Exception):
    """The socket is closed by the server, with a code and a reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore")


@dataclass(frozen=True, slots=True)
class ClientMessage:
    """A message of a client."""

    kind: str
    id: str
    payload: Any


def parsed(received: Mapping[str, Any]) -> ClientMessage:
    """The message in what was received. Raises Closed (4400) for any other."""
    text = received.get("text")
    if text is None:
        raise Closed(4400, "Messages must be text.")
    try:
        message = orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        raise Closed(4400, "Messages must be JSON.") from None
    kind = message.get("type") if isinstance(message, dict) else None
    if kind not in KINDS:
        raise Closed(4400, "A message must be an object, with a `type` of graphql-transport-ws.")
    id, payload = message.get("id", ""), message.get("payload")
    if kind in ("subscribe", "complete") and (not isinstance(id, str) or not 0 < len(id) <= MAX_ID_LENGTH):
        raise Closed(4400, f"The `id` must be a text of 1 to {MAX_ID_LENGTH} characters.")
    if (kind == "subscribe" or payload is not None) and not isinstance(payload, dict):
        raise Closed(4400, "The `payload` must be an object.")
    return ClientMessage(kind, id, payload or {})


def authorization_in(payload: Mapping[str, Any]) -> str | None:
    """The Authorization header's value in the payload of connection_init, there or in its `headers`; in any case.

    Raises Closed (4400) for one that is no text.
    """
    nested = payload.get("headers")
    for values in (payload, nested if isinstance(nested, dict) else {}):
        for name, value in values.items():
            if name.lower() == "authorization" and value is not None:
                if not isinstance(value, str):
                    raise Closed(4400, "`Authorization` must be a text: `Bearer <token>`.")
                return value
    return None


def request_of(
    websocket: WebSocket,
    payload: Mapping[str, Any],
    authorization: str | None,
    subscribe: Callable[[SubscriptionRequested], Awaitable[Response]],
) -> Request:
    """The POST request that a subscribe message stands for. Raises Closed (4400) where it can be none."""
    try:
        body = orjson.dumps(payload)
    except orjson.JSONEncodeError:
        raise Closed(4400, "The `payload` is nested too deeply.") from None
    headers = [
        (name, value) for name, value in websocket.scope["headers"] if name not in OWN and not name.startswith(DROPPED)
    ]
    headers += [(b"content-type", b"application/json"), (b"accept", GRAPHQL_JSON.encode())]
    if authorization is not None:
        headers.append((b"authorization", authorization.encode("latin-1", "replace")))
    scope = {
        **websocket.scope,
        "type": "http",
        "method": "POST",
        "scheme": "https" if websocket.scope.get("scheme") == "wss" else "http",
        "query_string": b"",
        "headers": headers,
        SUBSCRIBE: subscribe,
    }

    sent = [body]

    async def receive() -> Message:
        if not sent:  # the socket's own tasks end the operation when the client hangs up
            await asyncio.get_running_loop().create_future()
        return {"type": "http.request", "body": sent.pop(), "more_body": False}

    return Request(scope, receive)
