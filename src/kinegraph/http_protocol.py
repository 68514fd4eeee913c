"""uvicorn's protocols: HTTP that ignores offers to upgrade and logs clients that hang up; WebSocket with an end."""

import logging
from typing import Any  # uvicorn does not export the cycle's type

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

log = logging.getLogger("kinegraph.http")

OFFERS = (b"upgrade", b"http2-settings")
"""The headers of an offer to upgrade; httptools takes what follows for the other protocol where both are there."""


class HttpProtocol(HttpToolsProtocol):
    """HTTP/1.1 that ignores an offer to upgrade (RFC 9110, 7.8), unless it is to WebSocket and that is spoken.

    Java's HttpClient offers h2c. httptools ends such a request with its headers, as if the offer had been accepted,
    and loses its body. So nothing is done at the end of those headers: the request is parsed again without the offer.
    """

    def data_received(self, data: bytes) -> None:
        """Bytes of the client's; more than one request may be in them."""
        self._unset_keepalive_if_required()
        left = memoryview(data)  # to cut requests off many times without copying what follows them
        try:
            while (end := self._feed(left)) is not None:
                left = left[end:]
        except httptools.HttpParserError:
            message = "Invalid HTTP request received."
            self.logger.warning(message)
            self.send_400_response(message)

    def _feed(self, data: memoryview) -> int | None:
        """Parse bytes. Returns where the body of a request begins whose offer is ignored; None where all is parsed."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            if self._should_upgrade():
                self.handle_websocket_upgrade()
            elif self._is_offer_ignored():
                self._parse_without_offer()
                return int(upgrade.args[0])
            else:
                self._unsupported_upgrade_warning()
        return None

    def _is_offer_ignored(self) -> bool:
        """Whether the request that is parsed has an offer which is ignored. (CONNECT is no offer.)"""
        return self.parser.should_upgrade() and not self._should_upgrade() and self.parser.get_method() != b"CONNECT"

    def _parse_without_offer(self) -> None:
        """Begin the same request again, down to the end of its headers, in a new parser."""
        lines = [b"%b %b HTTP/%b" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())]
        lines += [b"%b: %b" % header for header in self.headers if header[0] not in OFFERS]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
        self.parser.feed_data(b"\r\n".join([*lines, b"", b""]))

    def on_headers_complete(self) -> None:
        """Called by the parser after the headers. Ignored for a request that will be parsed again without its offer."""
        if not self._is_offer_ignored():
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Called by the parser for a part of the body. Ignored as above."""
        if not self._is_offer_ignored():
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Called by the parser at the end of the request. Ignored as above."""
        if not self._is_offer_ignored():
            super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client hung up, or was hung up on."""
        cycle: Any = self.cycle
        if cycle is not None and not cycle.more_body and not cycle.response_complete:
            log.debug("client hung up before its answer", extra={"path": cycle.scope["path"]})
        super().connection_lost(exc)


CLOSE_SECONDS = 5
"""Seconds that a peer who does not read has for what was sent before its connection was closed."""


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """WebSocket that cuts a connection off whose peer does not read: else it would stay open, with all its tasks."""

    def keepalive_timeout(self) -> None:
        """The peer has answered no ping."""
        super().keepalive_timeout()
        self._abort_soon()

    async def run_asgi(self) -> None:
        """Run the application for the connection, which is closed when it returns."""
        await super().run_asgi()
        self._abort_soon()

    def _abort_soon(self) -> None:
        self.loop.call_later(CLOSE_SECONDS, self.transport.abort)
