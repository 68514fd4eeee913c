"""Sending files over a real socket: only exactly what was announced arrives, and is stored under its own key only."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn

from kinegraph.http_protocol import HttpProtocol
from kinegraph.main import create_app
from kinegraph.outside.storage_folder import FolderStorage
from kinegraph.services import Services
from tests.conftest import Api, World
from tests.media.files import Studio, key_of, picture, stored_files, studio_of
from tests.settings import with_settings
from tests.waiting import until

CONTENT = picture("red")
SIZE = len(CONTENT)
PNG = "Content-Type: image/png"
BIG = 3 * 1024 * 1024


@dataclass
class SocketApi:
    """The API behind a socket of this machine."""

    port: int
    studio: Studio
    home: Path

    async def target(self, size: int = SIZE) -> str:
        """Path and query of a new upload's address."""
        url = urlsplit((await self.studio.announce(size))["url"])
        assert (url.hostname, url.port) == ("127.0.0.1", self.port)
        return f"{url.path}?{url.query}"

    async def send_bytes(self, *chunks: bytes) -> int:
        """The status that is answered to these bytes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(b"".join(chunks))
        answer = await asyncio.wait_for(reader.readline(), 10)
        writer.close()
        return int(answer.split()[1])

    async def break_off(self, *chunks: bytes) -> None:
        """Send these bytes, wait until a file is being received, and abort the connection."""
        _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(b"".join(chunks))
        await until(self.begun)
        writer.transport.abort()

    async def begun(self) -> bool:
        """True if a file is being received."""
        return any("/.sending-" in key for key in stored_files(self.home))


@pytest.fixture(scope="module")
async def wire(services: Services, world: World) -> AsyncIterator[SocketApi]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        configured = with_settings(services, port=port)
        server = uvicorn.Server(uvicorn.Config(create_app(configured), http=HttpProtocol, log_config=None, ws="none"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            yield SocketApi(port, await studio_of(Api(client), world), services.settings.home)
        server.should_exit = True
        await serving


@pytest.fixture
async def no_file_left(home: Path) -> AsyncIterator[None]:
    """Assert that soon after the test the same files are stored as before it."""
    before = stored_files(home)
    yield

    async def as_before() -> bool:
        return stored_files(home) == before

    await until(as_before)


def head(method: str, target: str, *headers: str) -> bytes:
    """The request line and headers, exactly as given."""
    return "\r\n".join([f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]).encode()


def length(size: int) -> str:
    return f"Content-Length: {size}"


def in_chunks(content: bytes, size: int = 7) -> bytes:
    """A chunked body."""
    chunks = [content[start : start + size] for start in range(0, len(content), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in [*chunks, b""])


async def test_a_whole_file_arrives_by_plain_bytes_and_in_chunks_of_unknown_length(wire: SocketApi) -> None:
    for headers, body in (((PNG, length(SIZE)), CONTENT), ((PNG, "Transfer-Encoding: chunked"), in_chunks(CONTENT))):
        target = await wire.target()
        assert await wire.send_bytes(head("PUT", target, *headers), body) == 204
        assert stored_files(wire.home)[key_of(target)] == CONTENT


async def test_an_offer_to_upgrade_the_connection_is_ignored_and_the_file_arrives(wire: SocketApi) -> None:
    """Java's HttpClient makes one with its first request."""
    offer = ("Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAEAAEAAAAIAAAAB", "Upgrade: h2c")
    for headers, body in (((PNG, length(SIZE)), CONTENT), ((PNG, "Transfer-Encoding: chunked"), in_chunks(CONTENT))):
        target = await wire.target()
        assert await wire.send_bytes(head("PUT", target, *offer, *headers), body) == 204
        assert stored_files(wire.home)[key_of(target)] == CONTENT


async def test_the_limit_on_graphql_bodies_does_not_apply_to_files(wire: SocketApi) -> None:
    target = await wire.target(BIG)
    assert await wire.send_bytes(head("PUT", target, PNG, length(BIG)), b"x" * BIG) == 204
    assert len(stored_files(wire.home)[key_of(target)]) == BIG


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ((PNG, length(SIZE + 1)), CONTENT + b"x", 413),
        ((PNG, length(10**12)), CONTENT, 413),
        ((PNG, length(SIZE - 1)), CONTENT[:-1], 400),
        ((PNG, length(0)), b"", 400),
        ((PNG,), b"", 400),
        ((PNG, "Content-Length: -1"), CONTENT, 400),
        ((PNG, "Content-Length: 1e3"), CONTENT, 400),
        ((PNG, "Content-Length: " + "9" * 5000), CONTENT, 400),
        ((PNG, length(SIZE), length(SIZE + 1)), CONTENT, 400),
        ((PNG, "Transfer-Encoding: chunked"), in_chunks(CONTENT + b"x"), 413),
        ((PNG, "Transfer-Encoding: chunked"), in_chunks(CONTENT * 1000, 65536), 413),
        ((PNG, "Transfer-Encoding: chunked"), in_chunks(CONTENT[:-1]), 400),
        ((PNG, "Transfer-Encoding: chunked"), in_chunks(b""), 400),
        ((PNG, "Transfer-Encoding: chunked"), b"zz\r\nnone\r\n", 400),
        ((length(SIZE),), CONTENT, 415),
        (("Content-Type: text/html", length(SIZE)), CONTENT, 415),
        (("Content-Type: image/pngx", length(SIZE)), CONTENT, 415),
        (("Content-Type: text/html, image/png", length(SIZE)), CONTENT, 415),
    ],
    ids=str,
)
@pytest.mark.usefixtures("no_file_left")
async def test_a_file_of_another_type_or_size_than_announced_is_refused_and_not_stored(
    wire: SocketApi, headers: tuple[str, ...], body: bytes, status: int
) -> None:
    assert await wire.send_bytes(head("PUT", await wire.target(), *headers), body) == status


@pytest.mark.parametrize(
    "headers", [(PNG, length(BIG)), (PNG, "Transfer-Encoding: chunked")], ids=["length", "chunked"]
)
@pytest.mark.usefixtures("no_file_left")
async def test_an_upload_that_breaks_off_leaves_nothing_but_a_debug_line(
    wire: SocketApi, headers: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    body = in_chunks(b"x" * BIG, 65536) if "chunked" in headers[-1] else b"x" * BIG
    target = await wire.target(BIG)
    with caplog.at_level(logging.DEBUG, "kinegraph"):
        await wire.break_off(head("PUT", target, *headers), body[: BIG // 2])

        async def noted() -> bool:
            return "client hung up" in caplog.messages

        await until(noted)
    (record,) = [record for record in caplog.records if record.name.startswith(("kinegraph", "uvicorn"))]
    assert (record.levelno, record.exc_info) == (logging.DEBUG, None)


async def test_a_second_file_replaces_the_first_and_a_refused_one_does_not(wire: SocketApi) -> None:
    target = await wire.target()
    for content, status in ((CONTENT, 204), (CONTENT[::-1], 204), (b"x" * (SIZE - 1), 400), (b"x" * (SIZE + 1), 413)):
        assert await wire.send_bytes(head("PUT", target, PNG, length(len(content))), content) == status
    assert stored_files(wire.home)[key_of(target)] == CONTENT[::-1]


async def test_of_files_sent_concurrently_to_one_address_one_is_stored_whole(wire: SocketApi) -> None:
    target = await wire.target(BIG)
    bodies = [bytes([letter]) * BIG for letter in b"abcd"]
    statuses = await asyncio.gather(*(wire.send_bytes(head("PUT", target, PNG, length(BIG)), body) for body in bodies))
    assert statuses == [204] * 4
    assert stored_files(wire.home)[key_of(target)] in bodies


TRICKS = [
    "/media/../jwt-secret", "/media/../../{home}/media-secret", "/media/%2e%2e/media-secret",
    "/media/..%2fmedia-secret", "/media/.%2e/media-secret", "/media/%252e%252e/media-secret",
    "/media/{home}/media-secret",
    "/media/%2f{home}/media-secret", "/media/..%5cmedia-secret", "/media/..\\media-secret",
    "/media/%5c%5chost%5cshare", "/media/%00", "/media/a%00/../media-secret", "/media/%c0%ae%c0%ae/media-secret",
    "/media/%e2%80%a5/media-secret", "/media/%ef%bc%8e%ef%bc%8e/media-secret", "/media/%u002e%u002e/media-secret",
    "/media/..;/media-secret", "/media/./../media-secret", "/media/staging/../../media-secret",
    "/media/" + "a" * 5000, "/media/" + "a/" * 2000, "/media/" + "%2e%2e%2f" * 500 + "etc/passwd", "/media/%ff%fe",
    "//media/media-secret", "/media/%0a", "/media/%ed%a0%80", "{key}/../../media-secret", "{key}%00", "{key}/",
    "{key}%20", "{key}%23", "{key}%3f", "/media/%2e/..{key}", "/MEDIA/media-secret",
]  # fmt: skip


async def signed_for(wire: SocketApi, storage: FolderStorage, method: str) -> tuple[str, str]:
    """Path and query of an address that holds for the method."""
    address = await wire.target()
    assert await wire.send_bytes(head("PUT", address, PNG, length(SIZE)), CONTENT) == 204
    if method != "PUT":
        address = (await storage.read_url(key_of(address), "image/png")).partition(":8000")[2]
        assert await wire.send_bytes(head(method, address)) == 200
    path, _, query = address.partition("?")
    return path, query


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
async def test_no_path_reaches_another_file_than_the_signed_one(
    wire: SocketApi, storage: FolderStorage, method: str
) -> None:
    path, query = await signed_for(wire, storage, method)
    before = {file: file.read_bytes() for file in wire.home.rglob("*") if file.is_file()}
    for trick in TRICKS:
        target = f"{trick.format(home=wire.home, key=path)}?{query}"
        status = await wire.send_bytes(head(method, target, PNG, length(SIZE if method == "PUT" else 0)), CONTENT)
        assert status in (400, 403, 404), trick
    assert {file: file.read_bytes() for file in wire.home.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
async def test_a_path_with_a_line_break_at_its_end_is_refused(
    wire: SocketApi, storage: FolderStorage, method: str
) -> None:
    path, query = await signed_for(wire, storage, method)
    body = CONTENT if method == "PUT" else b""
    assert await wire.send_bytes(head(method, f"{path}%0a?{query}", PNG, length(len(body))), body) in (403, 404)
