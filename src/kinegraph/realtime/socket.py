"""WebSocket: the protocol graphql-transport-ws, as the library graphql-ws speaks it."""

import asyncio
import logging
import time
from collections import Counter
from contextlib import aclosing, suppress
from typing import Any  # JSON of messages
from uuid import UUID

import orjson
from starlette.responses import Response
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from kinegraph.api.context import Origins
from kinegraph.api.http import GraphQLEndpoint
from kinegraph.api.requests import SubscriptionRequested
from kinegraph.events.rules_ends import SubscriptionEnded
from kinegraph.realtime.execution import FORBIDDEN, TRY_AGAIN, end_by
from kinegraph.realtime.messages import PROTOCOL, Closed, authorization_in, parsed, request_of
from kinegraph.realtime.shutdown import end_tasks
from kinegraph.realtime.sse import Subscribed, refused
from kinegraph.realtime.streams import Stream, Subscriptions

log = logging.getLogger("kinegraph.realtime")

INIT_SECONDS = 5
"""Seconds that a client has for connection_init."""
MAX_OPERATIONS = 100
"""Operations of one socket at a time."""
MAX_NEW = 1_000
"""Sockets of a process without connection_init."""
CLOSE_SECONDS = 5
"""Seconds that a client who does not read has for the close frame."""


class Sockets:
    """The WebSocket endpoint."""

    def __init__(
        self, endpoint: GraphQLEndpoint, subscriptions: Subscriptions, origins: Origins, heartbeat_seconds: float
    ) -> None:
        self.endpoint = endpoint
        self.subscriptions = subscriptions
        self.heartbeat_seconds = heartbeat_seconds
        self.by_user: Counter[UUID] = Counter()
        self.new = 0
        self._origins = origins

    async def __call__(self, websocket: WebSocket) -> None:
        """One connection."""
        if not self._origins.allow(websocket.headers.get("origin"), websocket.headers.get("host", "")):
            await websocket.close()  # before it is accepted: the response is 403
            return
        if PROTOCOL not in websocket.scope["subprotocols"]:
            await websocket.accept()
            await websocket.close(4406, f"Subprotocol not acceptable: speak {PROTOCOL}.")
            return
        await websocket.accept(PROTOCOL)
        await Socket(self, websocket).run()


class Socket:
    """One connection: its operations, by the ids that the client gave them."""

    def __init__(self, sockets: Sockets, websocket: WebSocket) -> None:
        self._sockets = sockets
        self._websocket = websocket
        self._authorization = websocket.headers.get("authorization")
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._closing: asyncio.Future[Closed] = asyncio.get_running_loop().create_future()
        self._count = 0

    async def run(self) -> None:
        """Speak with the client until either closes the connection."""
        started = time.monotonic()
        conversation = asyncio.create_task(self._converse())
        either: list[asyncio.Future[Any]] = [conversation, self._closing]
        closed: Closed | None = None
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            closed = self._closing.result() if self._closing.done() else conversation.result()
        except Exception:
            log.exception("a socket ended unexpectedly")
            closed = Closed(4500, "Internal server error")
        finally:
            self._closing.cancel()
            await end_tasks([conversation, *self._operations.values()])
            seconds, code = round(time.monotonic() - started, 1), closed.code if closed else 1000
            log.info("socket closed", extra={"code": code, "seconds": seconds, "operations": self._count})
        if closed is not None:
            with suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
                await asyncio.wait_for(self._websocket.close(closed.code, closed.reason), CLOSE_SECONDS)

    def close(self, code: int, reason: str) -> None:
        """Close the connection, from a task of it."""
        if not self._closing.done():
            self._closing.set_result(Closed(code, reason))

    async def _send(self, kind: str, id: str | None = None, payload: Any = None) -> None:
        fields = {"type": kind, "id": id, "payload": payload}
        message = {name: value for name, value in fields.items() if value is not None}
        await self._websocket.send_text(orjson.dumps(message).decode())

    # ---------------------------------------------------------------------------------- the conversation

    async def _converse(self) -> Closed | None:
        """Answer the client's messages. Returns how the connection is to be closed; None where it was."""
        user_id = None
        try:
            user_id = await self._initialise()
            heartbeat = asyncio.create_task(self._beat())
            try:
                while True:
                    await self._answer()
            finally:
                await end_tasks([heartbeat])
        except WebSocketDisconnect:
            return None
        except Closed as closed:
            return closed
        finally:
            if user_id is not None:
                self._sockets.by_user[user_id] -= 1
                if self._sockets.by_user[user_id] <= 0:
                    del self._sockets.by_user[user_id]

    async def _initialise(self) -> UUID:
        """Wait for connection_init, and acknowledge it. Returns the user. Raises Closed."""
        if self._sockets.new >= MAX_NEW:
            raise Closed(TRY_AGAIN, "Too many connections; try again soon.")
        self._sockets.new += 1
        try:
            async with asyncio.timeout(INIT_SECONDS):
                payload = await self._init_payload()
                self._authorization = authorization_in(payload) or self._authorization
                user_id = await self._user_id()
        except TimeoutError:
            raise Closed(4408, "Connection initialisation timeout") from None
        finally:
            self._sockets.new -= 1
        if self._sockets.by_user[user_id] >= self._sockets.subscriptions.bounds.max_per_user:
            raise Closed(TRY_AGAIN, "TOO_MANY_CONNECTIONS: you have too many connections; close others.")
        self._sockets.by_user[user_id] += 1
        await self._send("connection_ack")
        return user_id

    async def _init_payload(self) -> dict[str, Any]:
        while True:
            message = parsed(await self._receive())
            if message.kind == "connection_init":
                payload: dict[str, Any] = message.payload
                return payload
            if message.kind == "subscribe":
                raise Closed(4401, "Unauthorized")
            if message.kind == "ping":
                await self._send("pong")

    async def _user_id(self) -> UUID:
        """The user whose token the client has sent. Raises Closed."""
        try:
            return await self._sockets.subscriptions.user_id(self._authorization)
        except SubscriptionEnded as end:
            code = FORBIDDEN if end.status == 401 else end.close_code or TRY_AGAIN
            raise Closed(code, end.message) from None

    async def _receive(self) -> dict[str, Any]:
        received = await self._websocket.receive()
        if received["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(received.get("code", 1005))
        return dict(received)

    async def _answer(self) -> None:
        """Receive one message, and answer it. Raises Closed."""
        message = parsed(await self._receive())
        if message.kind == "ping":
            await self._send("pong")
        elif message.kind == "connection_init":
            raise Closed(4429, "Too many initialisation requests")
        elif message.kind == "complete":
            if task := self._operations.pop(message.id, None):
                task.cancel()
        elif message.kind == "subscribe":
            if message.id in self._operations:
                raise Closed(4409, f"Subscriber for {message.id} already exists")
            if len(self._operations) >= MAX_OPERATIONS:
                text = f"This connection has {MAX_OPERATIONS} operations, the most that it may have: end others."
                await self._send("error", message.id, SubscriptionEnded("TOO_MANY_OPERATIONS", text, 429).errors)
                return
            self._count += 1
            self._operations[message.id] = asyncio.create_task(self._operate(message.id, message.payload))

    async def _beat(self) -> None:
        """Send pings, and close the connection when its token has become invalid."""
        while True:
            await asyncio.sleep(self._sockets.heartbeat_seconds)
            await self._send("ping")
            try:
                await self._sockets.subscriptions.authentication(self._authorization)
            except Exception as error:
                if (end := end_by(error)).status == 401:
                    self.close(FORBIDDEN, end.message)

    # ---------------------------------------------------------------------------------- operations

    async def _operate(self, id: str, payload: dict[str, Any]) -> None:
        """Execute one operation, and send its results."""

        async def subscribe(requested: SubscriptionRequested) -> Response:
            try:
                return Subscribed(await self._sockets.subscriptions.start(requested, self._authorization))
            except SubscriptionEnded as end:
                if end.close_code is not None:
                    self.close(end.close_code, _reason(end))
                return refused(end)

        try:
            request = request_of(self._websocket, payload, self._authorization, subscribe)
            response = await self._sockets.endpoint(request)
            if isinstance(response, Subscribed):
                await self._stream(id, response.stream)
            elif response.status_code == 200:
                await self._send("next", id, orjson.Fragment(bytes(response.body)))
                await self._complete(id)
            else:
                await self._refuse(id, orjson.loads(response.body)["errors"])
        except WebSocketDisconnect:
            pass
        except Closed as closed:
            self.close(closed.code, closed.reason)
        except Exception as error:
            await self._refuse(id, end_by(error).errors)
        finally:
            if self._operations.get(id) is asyncio.current_task():
                del self._operations[id]

    async def _stream(self, id: str, stream: Stream) -> None:
        """Send the results of a subscription."""
        watching = asyncio.create_task(self._watch(stream))
        try:
            async with aclosing(stream.results()) as results:
                async for _, result in results:
                    await self._send("next", id, orjson.Fragment(result))
            await self._complete(id)
        except SubscriptionEnded as end:
            if end.close_code is None:
                await self._refuse(id, end.errors)
            else:
                self.close(end.close_code, _reason(end))
        finally:
            watching.cancel()
            stream.close()

    async def _watch(self, stream: Stream) -> None:
        """Close the connection of a client who does not read, when a subscription of it has ended for that."""
        await stream.ended()
        await asyncio.sleep(CLOSE_SECONDS)
        self.close(4008, "SLOW_CONSUMER")

    async def _complete(self, id: str) -> None:
        """Say that an operation is done; its id may be used again when the client hears it."""
        if self._operations.pop(id, None) is not None:
            await self._send("complete", id)

    async def _refuse(self, id: str, errors: Any) -> None:
        if self._operations.pop(id, None) is not None:
            await self._send("error", id, errors)


def _reason(end: SubscriptionEnded) -> str:
    """The reason in a close frame: code and message."""
    return f"{end.code}: {end.message}"


async def _socket(websocket: WebSocket) -> None:
    await websocket.state.sockets(websocket)


def socket_route(path: str) -> WebSocketRoute:
    """The route of WebSockets; the endpoint is `sockets` in the state of the application."""
    return WebSocketRoute(path, _socket)
