"""Responses on their way to the client: with an ETag, compressed where that pays, one `Vary`, without a body to HEAD.

Texts of MIN_BYTES and more are compressed by starlette-compress, by the first of zstd, br and gzip that the client
accepts; of the weights of Accept-Encoding only `q=0` counts, as RFC 9110 (12.5.3) leaves the choice to the server. JSON
of lists shrinks to about a quarter. The levels are fast ones, because each answer is compressed anew
(docs/performance.md has the cost). Pictures and videos are compressed already and are left alone.
"""

import asyncio

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type

from kinegraph.api.requests import GRAPHQL_JSON
from kinegraph.api.validators import DATA, matches, tag_of

CACHEABLE = [(b"cache-control", b"private, no-cache"), (b"vary", b"Authorization")]
"""The headers of an answer that the client's cache may store, for the user who asked, and has to validate."""

MIN_BYTES = 1_000
"""Smaller answers fit into one packet anyway."""

SLICE_BYTES = 256 * 1024
"""A larger body is compressed in slices of this size, between which other requests have their turn."""

GRAPHQL_VARY = ("Accept", "Accept-Encoding", "Origin")
"""The request headers that an answer of /graphql may depend on; caches must know it also of answers that did not."""


def compression() -> list[Middleware]:
    """The middleware that compresses responses, outermost first."""
    add_compress_type(GRAPHQL_JSON)
    compress = Middleware(CompressMiddleware, minimum_size=MIN_BYTES, zstd_level=3, brotli_quality=1, gzip_level=3)
    return [compress, Middleware(Slices)]


class Validators:
    """Gives the answer to a GET of /graphql without errors an ETag, and answers 304 where the client has it already.

    The tag is of the answer's bytes; where an answer was made, 304 saves its way to the client (`api.validators` says
    where none is made). The client's cache may store the answer for itself, and has to ask each time whether it is
    still valid. An answer with errors is not to be stored.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["path"] != "/graphql" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        sent = [value for name, value in scope["headers"] if name == b"if-none-match"]

        async def send_validated(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                if message["status"] == 200:
                    start = message
                    return
                if message["status"] == 304:
                    message = {**message, "headers": [*message["headers"], *CACHEABLE]}
            if start is not None:
                first, start = start, None
                body = message.get("body", b"")
                if not message.get("more_body", False) and body.startswith(DATA):
                    first, message = _validated(first, message, sent)
                await send(first)
            await send(message)

        await self._app(scope, receive, send_validated)


def _validated(start: Message, message: Message, sent: list[bytes]) -> tuple[Message, Message]:
    """The two messages of an answer with its tag, or those of a 304 where one of the tags that were sent is its own."""
    tag = tag_of(message["body"])
    others = [(name, value) for name, value in start["headers"] if name != b"cache-control"]
    headers = [*others, *CACHEABLE, (b"etag", b"W/" + tag)]
    if not matches(sent, tag):
        return {**start, "headers": headers}, message
    left_out = (b"content-length", b"content-type")
    headers = [(name, value) for name, value in headers if name not in left_out]
    return {**start, "status": 304, "headers": headers}, {**message, "body": b""}


class Slices:
    """Sends a large body in slices."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""

        async def send_slices(message: Message) -> None:
            body = message.get("body", b"")
            if len(body) <= SLICE_BYTES:
                await send(message)
                return
            for start in range(0, len(body), SLICE_BYTES):
                is_last = start + SLICE_BYTES >= len(body)
                more = message.get("more_body", False) or not is_last
                await send({**message, "body": body[start : start + SLICE_BYTES], "more_body": more})
                await asyncio.sleep(0)

        await self._app(scope, receive, send_slices)


class Finish:
    """Merges the headers `Vary` into one, and sends no body in answer to HEAD, whose headers are those of GET."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_graphql, is_head = scope["path"] == "/graphql", scope["method"] == "HEAD"

        async def send_finished(message: Message) -> None:
            if message["type"] == "http.response.start":
                _merge_vary(MutableHeaders(scope=message), GRAPHQL_VARY if is_graphql else ())
            elif is_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app(scope, receive, send_finished)


def _merge_vary(headers: MutableHeaders, added: tuple[str, ...]) -> None:
    """Set one header `Vary` with every name once, in any case."""
    names = [*added, *(name.strip() for value in headers.getlist("vary") for name in value.split(","))]
    merged = {name.lower(): name for name in reversed(names) if name}
    if merged:
        headers["Vary"] = ", ".join(reversed(merged.values()))
