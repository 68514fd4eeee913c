"""The bucket store by itself: signed addresses, their cost, and errors when S3 cannot be reached."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import pytest

from kinegraph.outside import storage_s3
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.storage_s3 import Bucket, S3Storage, open_s3
from tests.media.buckets import Buckets, serving


@pytest.fixture(scope="module")
def buckets() -> Iterator[Buckets]:
    with serving() as found:
        yield found


@pytest.fixture
async def storage(buckets: Buckets) -> AsyncIterator[S3Storage]:
    async with open_s3(buckets.bucket(), 1800) as opened:
        yield opened


def signed(url: str) -> dict[str, str]:
    """The query of an address."""
    return {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}


async def test_an_uploads_address_is_signed_over_type_length_and_expiry(storage: S3Storage, buckets: Buckets) -> None:
    target = await storage.upload_target("staging/a/squat.png", "image/png", 48_213)
    assert target.url.startswith(f"{buckets.url}/files/staging/a/squat.png?")
    query = signed(target.url)
    assert query["X-Amz-SignedHeaders"] == "content-length;content-type;host"
    assert (query["X-Amz-Expires"], query["X-Amz-Algorithm"]) == ("1800", "AWS4-HMAC-SHA256")
    others = [("staging/a/squat.png", "image/gif", 48_213), ("staging/a/squat.png", "image/png", 48_214),
              ("staging/b/squat.png", "image/png", 48_213)]  # fmt: skip
    signatures = {signed((await storage.upload_target(*other)).url)["X-Amz-Signature"] for other in others}
    assert len({*signatures, query["X-Amz-Signature"]}) == 4


async def test_a_files_address_is_signed_over_type_and_expiry(storage: S3Storage) -> None:
    query = signed(await storage.read_url("a/squat.png", "image/png"))
    assert (query["X-Amz-Expires"], query["response-content-type"]) == ("1800", "image/png")
    assert "secret" not in str(query)


async def test_signing_a_page_of_attachments_sends_no_request(buckets: Buckets) -> None:
    async with open_s3(buckets.bucket(), 3600) as storage:
        buckets.seen.clear()
        urls = await asyncio.gather(*(storage.read_url(f"a/{n}.png", "image/png") for n in range(400)))
        assert len(set(urls)) == 400
        assert [url for url in urls if not urlsplit(url).path.startswith("/files/a/")] == []
        assert buckets.seen == []
        assert await storage.inspect("a/1.png") is None
        assert buckets.seen == ["GET /files/a/1.png"]


async def test_an_address_is_reused_in_the_first_half_of_its_validity(storage: S3Storage) -> None:
    first = await storage.read_url("a/1.png", "image/png")
    assert await storage.read_url("a/1.png", "image/png") == first
    assert await storage.read_url("a/1.png", "image/jpeg") != first


async def test_the_address_that_was_signed_first_is_evicted_first(
    storage: S3Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(storage_s3, "monotonic", lambda: clock[0])
    monkeypatch.setattr(storage_s3, "MAX_CACHED_URLS", 2)
    first, second = [await storage.read_url(f"a/{name}.png", "image/png") for name in "12"]
    clock[0] = 901
    signed_anew = await storage.read_url("a/1.png", "image/png")
    assert signed_anew is not first
    await storage.read_url("a/3.png", "image/png")
    assert await storage.read_url("a/1.png", "image/png") is signed_anew
    clock[0] = 900
    assert await storage.read_url("a/2.png", "image/png") is not second


@asynccontextmanager
async def closed() -> AsyncIterator[S3Storage]:
    """A bucket of a server that has stopped."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with open_s3(Bucket("files", f"http://127.0.0.1:{port}", None, "key", "secret"), 60) as opened:
        yield opened


async def test_every_method_reports_a_server_that_is_gone_in_a_readable_message() -> None:
    async with closed() as storage:
        errors = await asyncio.gather(
            storage.require(),
            storage.inspect("a"),
            storage.read("a"),
            storage.read_version("a", '"1"'),
            storage.write("a", b"a", "image/png"),
            storage.copy("a", "b", '"1"'),
            storage.delete(["a"]),
            return_exceptions=True,
        )
    assert [type(error) for error in errors] == [ServiceError] * 7
    assert all("KINEGRAPH_S3_" in str(error) for error in errors)


async def test_with_the_server_gone_addresses_are_still_signed() -> None:
    async with closed() as storage:
        assert "X-Amz-Signature" in await storage.read_url("a", "image/png")
        assert "X-Amz-Signature" in (await storage.upload_target("a", "image/png", 1)).url


@pytest.mark.parametrize("method", ["inspect", "read"])
async def test_a_server_that_stops_in_the_middle_of_an_object_is_reported_in_a_readable_message(method: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Length: 512\r\n\r\nhalf')
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, open_s3(Bucket("files", endpoint, None, "key", "secret"), 60) as storage:
        with pytest.raises(ServiceError):
            await getattr(storage, method)("a")


async def test_an_invalid_endpoint_is_reported_in_a_readable_message() -> None:
    with pytest.raises(ServiceError, match=r"KINEGRAPH_S3_"):
        async with open_s3(Bucket("files", "http://", None, "key", "secret"), 60) as storage:
            await storage.require()


async def test_an_aws_bucket_is_addressed_by_its_own_name() -> None:
    async with open_s3(Bucket("kinegraph-files", None, "eu-central-1", "key", "secret"), 60) as storage:
        url = urlsplit(await storage.read_url("a/é.png", "image/png"))
        assert (url.scheme, url.hostname) == ("https", "kinegraph-files.s3.eu-central-1.amazonaws.com") or (
            url.hostname == "kinegraph-files.s3.amazonaws.com"
        )
        assert url.path == "/a/%C3%A9.png"
