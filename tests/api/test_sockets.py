"""Requests byte by byte over a real socket: offers to upgrade the connection, and clients that hang up."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import asyncpg
import pytest
import uvicorn

from kinegraph.http_protocol import HttpProtocol
from kinegraph.kit.rows import Row
from kinegraph.main import create_app
from kinegraph.services import Services
from tests.conftest import World
from tests.settings import with_settings
from tests.waiting import until as eventually

BODY = json.dumps({"query": "{ __typename }"}).encode()
ANSWER = {"data": {"__typename": "Query"}}
JAVA = (
    "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAAAAYABgAA",
    "Upgrade: h2c", "User-Agent: Java-http-client/17.0.15",
)  # fmt: skip
"""Headers of the JDK's HttpClient with each request, until a response shows that there is no HTTP/2."""


def head(method: str = "POST", *headers: str, target: str = "/graphql", version: str = "1.1") -> bytes:
    """The first lines of a request."""
    lines = [f"{method} {target} HTTP/{version}", "Host: 127.0.0.1", "Content-Type: application/json", *headers, "", ""]
    return "\r\n".join(lines).encode()


def length(body: bytes = BODY) -> str:
    return f"Content-Length: {len(body)}"


@dataclass
class SocketApi:
    """The API behind a socket of this machine."""

    port: int
    server: uvicorn.Server

    def is_busy(self) -> bool:
        """True if a request is being processed."""
        return bool(self.server.server_state.tasks)

    async def send(self, *packets: bytes, answers: int = 1) -> list[tuple[int, bytes]]:
        """Send these packets on one connection. Return the status and body of each answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for packet in packets:
            writer.write(packet)
            await asyncio.sleep(0.002)  # or else the server would see one packet
        found = [await asyncio.wait_for(_answer(reader), 10) for _ in range(answers)]
        writer.close()
        return found


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    lines = (await reader.readuntil(b"\r\n\r\n")).lower().split(b"\r\n")
    sizes = [int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:")]
    status = int(lines[0].split()[1])
    return status, await reader.readexactly(sizes[0]) if sizes else b""


async def until(holds: Callable[[], bool]) -> None:
    """Wait until the condition holds."""
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("The condition did not hold in time.")


@pytest.fixture(scope="module")
async def wire(services: Services) -> AsyncIterator[SocketApi]:
    configured = with_settings(services, pool_size=1)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(create_app(configured), http=HttpProtocol, log_config=None, ws="none")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        await until(lambda: server.started)
        yield SocketApi(listening.getsockname()[1], server)
        server.should_exit = True
        await serving


OFFERS = [
    JAVA,
    ("Upgrade: h2c", "Connection: upgrade"),
    ("connection: HTTP2-Settings", "Connection: Upgrade", "upgrade: h2c", "HTTP2-Settings: AA"),
    ("Connection: keep-alive, Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="),
    ("Connection: Upgrade", "Upgrade: h2c, websocket", "Upgrade: TLS/1.0"),
    ("Connection: Upgrade", "Upgrade: \xff"),
    ("Connection: Upgrade",),
    ("Upgrade: h2c",),
]


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: " ".join(offer)[:40])
async def test_an_offer_to_upgrade_is_ignored_and_the_body_is_read(wire: SocketApi, offer: tuple[str, ...]) -> None:
    whole = head("POST", *offer, length()) + BODY
    chunked = head("POST", *offer, "Transfer-Encoding: chunked") + b"5\r\n%b\r\n" % BODY[:5]
    chunked += b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY) - 5, BODY[5:])
    question = head("GET", *offer, target="/graphql?query=%7B__typename%7D")
    for sent in (whole, chunked, question):
        for packets in ([sent], [sent[:9], sent[9:]], [sent[:-3], sent[-3:]], [bytes([byte]) for byte in sent]):
            ((status, body),) = await wire.send(*packets)
            assert (status, json.loads(body)) == (200, ANSWER)


async def test_requests_that_follow_on_the_same_connection_are_answered_each_with_an_offer_or_without(
    wire: SocketApi,
) -> None:
    with_offer, plain = head("POST", *JAVA, length()) + BODY, head("POST", length()) + BODY
    for requests in ([with_offer] * 3, [with_offer, plain, with_offer], [plain, with_offer, plain]):
        for packets in ([b"".join(requests)], requests):
            answers = await wire.send(*packets, answers=3)
            assert [(status, json.loads(body)) for status, body in answers] == [(200, ANSWER)] * 3


async def test_the_error_of_a_request_is_reported_with_and_without_an_offer(wire: SocketApi) -> None:
    for offer in ((), JAVA):
        for sent, expected in (
            (head("POST", *offer, length(b"{")) + b"{", 400),
            (head("POST", *offer, "Content-Length: 1", "Transfer-Encoding: chunked") + b"x", 400),
            (head("POST", *offer, "Content-Length: x") + BODY, 400),
            (head("POST", *offer, "Content-Length: 99999999"), 413),
            (head("PUT", *offer, length()) + BODY, 405),
            (head("GET", *offer, target="/nowhere"), 404),
            (head("GET", *offer, target="//["), 404),
        ):
            ((status, _),) = await wire.send(sent)
            assert status == expected, sent


async def test_a_client_that_expects_100_continue_gets_it_with_an_offer_too(wire: SocketApi) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
    writer.write(head("POST", *JAVA, "Expect: 100-continue", length()))
    assert (await asyncio.wait_for(_answer(reader), 10))[0] == 100
    writer.write(BODY)
    status, body = await asyncio.wait_for(_answer(reader), 10)
    assert (status, json.loads(body)) == (200, ANSWER)
    writer.close()


async def test_the_connection_stays_open_or_is_closed_as_the_client_requested_beside_its_offer(wire: SocketApi) -> None:
    for headers, version, stays in (
        (("Connection: Upgrade", "Upgrade: h2c"), "1.1", True),
        (("Connection: Upgrade, close", "Upgrade: h2c"), "1.1", False),
        (("Connection: Upgrade", "Upgrade: h2c"), "1.0", False),
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
        for _ in range(2 if stays else 1):
            writer.write(head("POST", *headers, length(), version=version) + BODY)
            assert (await asyncio.wait_for(_answer(reader), 10))[0] == 200
        if not stays:
            assert await asyncio.wait_for(reader.read(), 10) == b""
        writer.close()


async def test_a_request_for_a_tunnel_is_refused(wire: SocketApi) -> None:
    ((status, _),) = await wire.send(b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n")
    assert status == 400


@pytest.mark.parametrize(
    "sent",
    [
        head("POST", length()),
        head("POST", length()) + BODY[:5],
        head("POST", *JAVA, length()) + BODY[:5],
        head("POST", "Transfer-Encoding: chunked") + b"5\r\nab",
    ],
)
async def test_a_client_that_hangs_up_in_its_body_leaves_one_line_in_the_log(
    wire: SocketApi, caplog: pytest.LogCaptureFixture, sent: bytes
) -> None:
    with caplog.at_level(logging.DEBUG, "kinegraph.http"):
        _, writer = await asyncio.open_connection("127.0.0.1", wire.port)
        writer.write(sent)
        await until(wire.is_busy)
        writer.transport.abort()
        await until(lambda: "client hung up" in caplog.messages)
    records = [record for record in caplog.records if record.name.startswith(("kinegraph", "uvicorn"))]
    assert [(record.levelno, record.message, record.exc_info) for record in records] == [
        (logging.DEBUG, "client hung up", None)
    ]
    assert not hasattr(records[0], "status")


async def test_a_client_that_hangs_up_before_its_answer_is_no_error_and_others_are_served(
    wire: SocketApi, world: World, owner: "asyncpg.Pool[Row]", caplog: pytest.LogCaptureFixture
) -> None:
    person = await world.person()
    body = json.dumps({"query": "{ exercises(first: 1) { totalCount } }"}).encode()
    request_bytes = head("POST", f"Authorization: Bearer {person.token}", length(body)) + body
    with caplog.at_level(logging.DEBUG):
        async with owner.acquire() as connection, connection.transaction():
            await connection.execute("LOCK TABLE exercises IN ACCESS EXCLUSIVE MODE")
            _, writer = await asyncio.open_connection("127.0.0.1", wire.port)
            writer.write(request_bytes)
            await eventually(lambda: owner.fetchval("SELECT true FROM pg_locks WHERE NOT granted LIMIT 1"))
            writer.transport.abort()
            await until(lambda: "client hung up before its answer" in caplog.messages)
        ((status, _),) = await wire.send(request_bytes)
    assert status == 200
    assert max(record.levelno for record in caplog.records) <= logging.INFO
    assert 500 not in [vars(record).get("status") for record in caplog.records]
