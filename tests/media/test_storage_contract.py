"""The contract of both stores, tested on real ones: a folder behind our API, a bucket behind S3."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest
from starlette.applications import Starlette

from kinegraph.api.media import routes
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.storage import HEAD_BYTES, ObjectStorage
from kinegraph.outside.storage_folder import FolderStorage
from kinegraph.outside.storage_s3 import open_s3
from tests.media.buckets import serving

BASE = "http://files.example"
CONTENT = bytes(range(256)) * 8


@dataclass
class Store:
    """A store, a client for its addresses, and a store of the same kind that cannot be reached."""

    storage: ObjectStorage
    client: httpx.AsyncClient
    missing: ObjectStorage

    async def put(self, url: str, content: bytes, mime: str = "image/png") -> int:
        """The status that answers a file sent to an address."""
        return (await self.client.put(url, content=content, headers={"Content-Type": mime})).status_code


@pytest.fixture(scope="module")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Store]:
    home = tmp_path_factory.mktemp("home")
    storage = FolderStorage(home / "media", f"{BASE}/media", "secret")
    (home / "file").write_text("this is no folder")
    transport = httpx.ASGITransport(Starlette(routes=list(routes(storage))))
    async with httpx.AsyncClient(transport=transport) as client:
        yield Store(storage, client, FolderStorage(home / "file" / "media", f"{BASE}/media", "secret"))


@pytest.fixture(scope="module")
async def bucket() -> AsyncIterator[Store]:
    with serving() as buckets:
        missing = open_s3(buckets.bucket("missing", made=False), 3600)
        async with open_s3(buckets.bucket(), 3600) as storage, missing as other, httpx.AsyncClient() as client:
            yield Store(storage, client, other)


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest) -> Store:
    found: Store = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def key() -> str:
    """A key that no other test uses, with every kind of character that keys may have."""
    return f"{uuid4()}/comments/תרגיל-{uuid4()}/squat é_1.png"


class TestContract:
    async def test_a_file_that_is_sent_to_its_target_is_stored_and_served(self, store: Store, key: str) -> None:
        target = await store.storage.upload_target(key, "image/png", len(CONTENT))
        assert (target.method, target.headers) == ("PUT", {"Content-Type": "image/png"})
        assert await store.put(target.url, CONTENT) in (200, 204)
        assert await store.storage.read(key) == CONTENT
        served = await store.client.get(await store.storage.read_url(key, "image/webp"))
        assert (served.status_code, served.content) == (200, CONTENT)
        assert served.headers["content-type"] == "image/webp"

    async def test_a_range_of_a_stored_object_is_served(self, store: Store, key: str) -> None:
        await store.storage.write(key, CONTENT, "image/png")
        url = await store.storage.read_url(key, "image/png")
        served = await store.client.get(url, headers={"Range": "bytes=256-511"})
        assert (served.status_code, served.content) == (206, CONTENT[256:512])

    async def test_a_missing_object_is_none_and_its_address_serves_nothing(self, store: Store, key: str) -> None:
        assert (await store.storage.inspect(key), await store.storage.read(key)) == (None, None)
        assert (await store.client.get(await store.storage.read_url(key, "image/png"))).status_code in (403, 404)
        assert await store.storage.copy(key, f"{key}2", '"none"') is False
        assert await store.storage.inspect(f"{key}2") is None

    @pytest.mark.parametrize("size", [1, HEAD_BYTES - 1, HEAD_BYTES, HEAD_BYTES + 1, len(CONTENT)])
    async def test_size_and_first_bytes_are_returned(self, store: Store, key: str, size: int) -> None:
        await store.storage.write(key, CONTENT[:size], "image/png")
        stored = await store.storage.inspect(key)
        assert stored is not None and (stored.size, stored.head) == (size, CONTENT[: min(size, HEAD_BYTES)])

    async def test_an_empty_object_exists(self, store: Store, key: str) -> None:
        await store.storage.write(key, b"", "image/png")
        assert await store.storage.read(key) == b""
        stored = await store.storage.inspect(key)
        assert stored is not None and (stored.size, stored.head) == (0, b"")

    async def test_the_etag_changes_with_the_content(self, store: Store, key: str) -> None:
        etags = []
        for content in (b"a", b"a", b"b", b"bb"):
            await store.storage.write(key, content, "image/png")
            etags += [stored.etag for _ in range(2) if (stored := await store.storage.inspect(key))]
        assert len(etags) == 8 and etags[::2] == etags[1::2]
        assert len(set(etags[2:])) == 3

    async def test_a_copy_is_of_the_inspected_version_and_stays_when_the_original_is_replaced_or_deleted(
        self, store: Store, key: str
    ) -> None:
        await store.storage.write(key, CONTENT, "image/png")
        inspected = await store.storage.inspect(key)
        assert inspected is not None and await store.storage.copy(key, f"copy/{key}", inspected.etag) is True
        target = await store.storage.upload_target(key, "image/png", 3)
        assert await store.put(target.url, b"abc") in (200, 204)
        assert (await store.storage.read(key), await store.storage.read(f"copy/{key}")) == (b"abc", CONTENT)
        assert await store.storage.copy(key, f"copy/{key}", inspected.etag) is False
        await store.storage.delete([key])
        assert await store.storage.copy(key, f"copy/{key}", inspected.etag) is False
        assert await store.storage.read(f"copy/{key}") == CONTENT

    async def test_a_version_is_read_until_it_is_replaced_or_deleted(self, store: Store, key: str) -> None:
        await store.storage.write(key, CONTENT, "image/png")
        inspected = await store.storage.inspect(key)
        assert inspected is not None
        assert await store.storage.read_version(key, inspected.etag) == CONTENT
        await store.storage.write(key, b"abc", "image/png")
        assert await store.storage.read_version(key, inspected.etag) is None
        await store.storage.delete([key])
        assert await store.storage.read_version(key, inspected.etag) is None

    async def test_a_deleted_object_is_gone_and_deleting_a_missing_one_is_no_error(
        self, store: Store, key: str
    ) -> None:
        await store.storage.write(key, b"a", "image/png")
        await store.storage.delete([key, f"{key}-none", key])
        await store.storage.delete([])
        assert await store.storage.read(key) is None
        await store.storage.write(key, b"again", "image/png")
        assert await store.storage.read(key) == b"again"

    async def test_a_store_that_works_passes_its_check_and_describes_itself(self, store: Store) -> None:
        await store.storage.require()
        assert ("folder" in store.storage.describe()) is isinstance(store.storage, FolderStorage)


CALLS: dict[str, Callable[[ObjectStorage], Awaitable[object]]] = {
    "require": lambda storage: storage.require(),
    "inspect": lambda storage: storage.inspect("a/b.png"),
    "read": lambda storage: storage.read("a/b.png"),
    "read_version": lambda storage: storage.read_version("a/b.png", '"1"'),
    "write": lambda storage: storage.write("a/b.png", b"a", "image/png"),
    "copy": lambda storage: storage.copy("a/b.png", "c/d.png", '"1"'),
    "delete": lambda storage: storage.delete(["a/b.png"]),
}


@pytest.mark.parametrize("method", CALLS)
async def test_a_store_that_cannot_be_reached_fails_its_check(store: Store, method: str) -> None:
    with pytest.raises(ServiceError):
        await CALLS[method](store.missing)
