"""Server-sent events: the protocol graphql-sse, in its mode of distinct connections (one request, one operation).

A request that accepts text/event-stream is answered with events `next`, and `complete` in the end; a query or mutation
with one of each. Where a subscription ends for a reason, its last `next` has the reason as errors. What is refused for
the request's sake (its token, its size, a service that is away) is answered by a status, without a stream.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from kinegraph.api.failures import RETRY_AFTER
from kinegraph.api.hang_ups import Deadline
from kinegraph.api.http import SUBSCRIBE, GraphQLEndpoint
from kinegraph.api.requests import SubscriptionRequested
from kinegraph.events.rules_ends import SubscriptionEnded
from kinegraph.realtime.shutdown import end_tasks
from kinegraph.realtime.streams import Stream, Subscriptions

HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would collect events
}
COMPLETE = b"event: complete\ndata:\n\n"
HEARTBEAT = b":\n\n"
STREAMED_STATUSES = (200, 400)
"""Statuses of answers that are sent as an event; others tell clients what to do with the connection."""
FINISH_SECONDS = 5
"""Seconds that a client who reads too slowly has for the end of the stream."""


def next_event(body: bytes, cursor: str | None = None) -> bytes:
    """One result as an event; its id is the cursor, which browsers send as Last-Event-ID."""
    id = b"" if cursor is None else b"id: %b\n" % cursor.encode()
    return b"event: next\n%bdata: %b\n\n" % (id, body)


class Subscribed(Response):
    """A subscription that has begun, in place of a response."""

    def __init__(self, stream: Stream) -> None:
        super().__init__()
        self.stream = stream


class EventStream(Response):
    """The response that streams a subscription, with a heartbeat: a comment each so many seconds."""

    def __init__(self, stream: Stream, heartbeat_seconds: float) -> None:
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]
        self._stream = stream
        self._heartbeat_seconds = heartbeat_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events until they end or the client disconnects."""
        sending = asyncio.create_task(self._send_all(send))
        others = [asyncio.create_task(each) for each in (self._beat(send), _disconnected(receive), self._overdue())]
        try:
            await asyncio.wait([sending, *others], return_when=asyncio.FIRST_COMPLETED)
        finally:
            is_sent = sending.done()
            await end_tasks([sending, *others])
            self._stream.close()
        if not is_sent:
            raise ClientDisconnect
        sending.result()

    async def _send_all(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async with aclosing(_parts(self._stream)) as parts:
            async for part in parts:
                await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _overdue(self) -> None:
        """Wait until the client has not read the end of the stream in time."""
        await self._stream.ended()
        await asyncio.sleep(FINISH_SECONDS)

    async def _beat(self, send: Send) -> None:
        while True:
            await asyncio.sleep(self._heartbeat_seconds)
            await send({"type": "http.response.body", "body": HEARTBEAT, "more_body": True})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class EventStreams:
    """Answers requests that accept text/event-stream."""

    def __init__(self, endpoint: GraphQLEndpoint, subscriptions: Subscriptions, heartbeat_seconds: float) -> None:
        self._endpoint = endpoint
        self._subscriptions = subscriptions
        self._heartbeat_seconds = heartbeat_seconds

    async def __call__(self, request: Request) -> Response:
        """One request."""

        async def subscribe(requested: SubscriptionRequested) -> Response:
            if request.method == "HEAD":
                return Response(headers=HEADERS)
            authorization, last = request.headers.get("authorization"), request.headers.get("last-event-id")
            try:
                async with Deadline(None, request.receive):
                    return Subscribed(await self._subscriptions.start(requested, authorization, last))
            except SubscriptionEnded as end:
                return refused(end)

        request.scope[SUBSCRIBE] = subscribe
        response = await self._endpoint(request)
        if isinstance(response, Subscribed):
            return EventStream(response.stream, self._heartbeat_seconds)
        if response.status_code not in STREAMED_STATUSES or request.method == "HEAD":
            return response
        return Response(next_event(bytes(response.body)) + COMPLETE, headers=HEADERS)


def refused(end: SubscriptionEnded) -> Response:
    """The response to a subscription that cannot begin."""
    headers = {"Content-Type": "application/graphql-response+json; charset=utf-8", "Cache-Control": "no-store"}
    if end.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    retry = RETRY_AFTER if end.status in (429, 503) else {}
    return Response(orjson.dumps({"errors": end.errors}), end.status, {**headers, **retry})


async def _parts(stream: Stream) -> AsyncGenerator[bytes]:
    """The events of a subscription, to its end, after a heartbeat, which tells the client that it has begun."""
    yield HEARTBEAT
    try:
        async with aclosing(stream.results()) as results:
            async for cursor, result in results:
                yield next_event(result, cursor)
    except SubscriptionEnded as end:
        yield next_event(orjson.dumps({"errors": end.errors}))
    yield COMPLETE
