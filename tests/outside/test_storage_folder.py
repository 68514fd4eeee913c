"""The folder store by itself: no key leads out of it, wrong requests are refused, and no temporary files remain."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from kinegraph.outside.storage import StoredObject
from kinegraph.outside.storage_folder import FolderStorage, Refused
from kinegraph.services import folder_storage
from kinegraph.settings import Settings

EVIL = [
    "..",
    "../a",
    "a/../../b",
    "/etc/passwd",
    "a//b",
    "",
    "/",
    "a/",
    "./a",
    "a/./b",
    "a\0b",
    "\0",
    "a/..",
    "../media/a",
]


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "media", "http://files.example/media/", "secret")


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def folders(folder: Path) -> set[str]:
    """Every folder below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_dir()}


async def chunks(*contents: bytes) -> AsyncIterator[bytes]:
    """A body in these chunks."""
    for chunk in contents:
        yield chunk


class SenderDisconnected(Exception):
    """Raised when the sender disconnects."""


async def broken() -> AsyncIterator[bytes]:
    """A body whose sender disconnects."""
    yield b"ab"
    raise SenderDisconnected


@pytest.mark.parametrize("key", EVIL, ids=repr)
async def test_a_key_that_leads_out_of_the_folder_is_refused_even_if_it_is_signed(
    storage: FolderStorage, tmp_path: Path, key: str
) -> None:
    (tmp_path / "b").write_bytes(b"secret")
    for call in (
        storage.inspect(key),
        storage.read(key),
        storage.read_version(key, ""),
        storage.write(key, b"x", "image/png"),
        storage.delete([key]),
        storage.copy(key, "ok", ""),
        storage.copy("ok", key, ""),
    ):
        with pytest.raises(Refused):
            await call
    assert files(tmp_path) == {"b": b"secret"}


@pytest.mark.parametrize(
    ("body_chunks", "status"),
    [([b"abcd"], 413), ([b"ab", b"cd"], 413), ([b"abc", b"", b"d"], 413), ([b"ab"], 400), ([], 400), ([b""], 400)],
)
async def test_a_body_of_another_length_is_refused_and_the_earlier_file_stays(
    storage: FolderStorage, tmp_path: Path, body_chunks: list[bytes], status: int
) -> None:
    await storage.write("a/b", b"old", "image/png")
    with pytest.raises(Refused) as refused:
        await storage.receive("a/b", 3, chunks(*body_chunks))
    assert refused.value.status == status
    assert files(tmp_path) == {"media/a/b": b"old"}


async def test_a_body_that_breaks_off_or_is_cancelled_leaves_the_earlier_file(
    storage: FolderStorage, tmp_path: Path
) -> None:
    await storage.write("a/b", b"old", "image/png")
    with pytest.raises(SenderDisconnected):
        await storage.receive("a/b", 3, broken())
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"ab"
        begun.set()
        await asyncio.Event().wait()

    receiving = asyncio.create_task(storage.receive("a/b", 3, endless()))
    await begun.wait()
    receiving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await receiving
    assert files(tmp_path) == {"media/a/b": b"old"}


async def test_deleting_removes_empty_folders_above_and_leaves_others(storage: FolderStorage, tmp_path: Path) -> None:
    for key in ("a/b/c/d", "a/b/e", "f/g"):
        await storage.write(key, b"x", "image/png")
    await storage.delete(["a/b/c/d", "f/g"])
    assert folders(tmp_path) == {"media", "media/a", "media/a/b"}
    await storage.delete(["a/b/e"])
    assert folders(tmp_path) == set()


async def test_writing_and_deleting_in_one_folder_at_once_loses_nothing(storage: FolderStorage) -> None:
    async def one(number: int) -> None:
        for _ in range(20):
            await storage.write(f"a/b/{number}", b"x", "image/png")
            stored = await storage.inspect(f"a/b/{number}")
            assert isinstance(stored, StoredObject) and stored.size == 1
            await storage.delete([f"a/b/{number}"])

    await asyncio.gather(*(one(number) for number in range(6)))


async def test_a_signed_address_names_key_time_type_and_size(storage: FolderStorage) -> None:
    target = await storage.upload_target("a/é b.png", "image/png", 7)
    path, _, query = target.url.partition("?")
    assert path == "http://files.example/media/a/%C3%A9%20b.png"
    expires = int(target.expires_at.timestamp())
    assert query.startswith(f"expires={expires}&type=image%2Fpng&size=7&signature=")
    values = storage.require_signed("PUT", "a/é b.png", parse_qsl(query))
    assert values == {"expires": str(expires), "type": "image/png", "size": "7"}


async def test_processes_of_one_home_sign_alike_and_those_of_another_home_do_not(tmp_path: Path) -> None:
    homes = [tmp_path / "one", tmp_path / "one", tmp_path / "other"]
    one, same, other = [folder_storage(Settings(home=home, media_url_seconds=60)) for home in homes]
    query = parse_qsl(urlsplit(await one.read_url("a", "image/png")).query)
    assert same.require_signed("GET", "a", query)["type"] == "image/png"
    with pytest.raises(Refused):
        other.require_signed("GET", "a", query)


def test_the_signing_secret_is_readable_by_its_owner_alone_and_outside_of_the_served_folder(tmp_path: Path) -> None:
    folder_storage(Settings(home=tmp_path))
    assert (tmp_path / "media-secret").stat().st_mode & 0o077 == 0
    assert set(files(tmp_path)) == {"media-secret"}


async def test_a_file_that_is_written_to_while_it_is_read_is_not_taken_for_the_version_that_was_inspected(
    storage: FolderStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await storage.write("a/b", b"old", "image/png")
    found = await storage.inspect("a/b")
    assert found is not None
    path, states = tmp_path / "media" / "a" / "b", 0
    fstat = os.fstat

    def then_written(descriptor: int) -> os.stat_result:
        nonlocal states
        states += 1
        state = fstat(descriptor)
        path.write_bytes(b"news")
        return state

    monkeypatch.setattr(os, "fstat", then_written)
    assert await storage.read_version("a/b", found.etag) is None
    assert states == 2
