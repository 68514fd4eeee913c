"""Object storage in a folder of this machine, with URLs that the API itself signs and serves.

A signed URL is `<base>/<key>?expires=…&type=…[&size=…]&signature=…`. The signature (`addresses`) is of the method, the
key and the other parameters. An upload is written to a temporary file in the same folder, and renamed when it is
complete: no object is ever half a file.
"""

import asyncio
import os
import shutil
import stat
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlencode

from kinegraph.outside.addresses import AddressRefused, signature, verified
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.storage import HEAD_BYTES, StoredObject, Target, expiry

PARTS = ".parts"
"""The suffix of the folder that has an object's parts, after the object's key."""

SENDING = ".sending-"
"""The prefix of temporary files."""


class Refused(Exception):
    """A signed request that is refused with this HTTP status and message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class FolderStorage:
    """Objects as files under `root`; `base` is the URL that `root` is served at."""

    def __init__(self, root: Path, base: str, secret: str, seconds: int = 3600) -> None:
        self._root = root
        self._base = base.rstrip("/")
        self._secret = secret.encode()
        self.seconds = seconds

    def describe(self) -> str:
        """The name of the storage, for messages."""
        return f"the folder {self._root}"

    def with_seconds(self, seconds: int) -> "FolderStorage":
        """The same folder, signing for this long."""
        return FolderStorage(self._root, self._base, self._secret.decode(), seconds)

    async def require(self) -> None:
        """Raise ServiceError where nothing can be stored in the folder."""
        await self.write("staging/.probe", b"", "text/plain")
        await self.delete(["staging/.probe"])

    async def upload_target(self, key: str, mime: str, size: int) -> Target:
        """A target for a file of exactly this type and size."""
        expires_at = expiry(self.seconds)
        url = self._signed("PUT", key, expires_at, {"type": mime, "size": str(size)})
        return Target(url, "PUT", {"Content-Type": mime}, expires_at)

    async def begin_parts(self, key: str, mime: str) -> str:
        """Begin an object that is sent in parts, which are files in a folder beside it."""
        return PARTS

    async def part_target(self, key: str, parts_id: str, number: int, size: int) -> Target:
        """A target for a part of exactly this size."""
        return await self.upload_target(f"{key}{parts_id}/{number}", "application/octet-stream", size)

    async def received_parts(self, key: str, parts_id: str) -> Mapping[int, int] | None:
        """The sizes of the parts that have arrived, by number; None where they were joined."""
        with _service_errors():
            return await asyncio.to_thread(_received, self.path(key), self.path(key + parts_id))

    async def join_parts(self, key: str, parts_id: str, count: int) -> None:
        """Make the object of its parts; nothing happens where another call does or did it."""
        path = self.path(key)
        with _service_errors():
            descriptor, name = _temporary_file(path)
            try:
                if await asyncio.to_thread(_join, self.path(key + parts_id), count, descriptor):
                    await asyncio.to_thread(Path(name).replace, path)
            finally:
                await asyncio.to_thread(Path(name).unlink, missing_ok=True)
            await self.drop_parts(key, parts_id)

    async def drop_parts(self, key: str, parts_id: str) -> None:
        """Delete the parts that have arrived."""
        with _service_errors():
            folder = self.path(key + parts_id)
            numbers = await asyncio.to_thread(_numbers, folder)
            await asyncio.to_thread(self._delete, [f"{key}{parts_id}/{number}" for number in numbers])

    async def read_url(self, key: str, mime: str) -> str:
        """A URL that serves the object."""
        return self._signed("GET", key, self._rounded_expiry(), {"type": mime})

    def _rounded_expiry(self) -> datetime:
        """The expiry of a URL, rounded up to a twelfth of its lifetime, so that clients can cache the file by URL."""
        interval = max(1, self.seconds // 12)
        return datetime.fromtimestamp(-(-int(expiry(self.seconds).timestamp()) // interval) * interval, UTC)

    def _signed(self, method: str, key: str, expires_at: datetime, values: Mapping[str, str]) -> str:
        query = {"expires": str(int(expires_at.timestamp())), **values}
        signed = {**query, "signature": signature(self._secret, (method, key), query)}
        return f"{self._base}/{quote(key)}?{urlencode(signed)}"

    def require_signed(self, method: str, key: str, query: Sequence[tuple[str, str]]) -> dict[str, str]:
        """The parameters of a signed URL. Raises Refused where it was altered, not signed here, or has expired."""
        try:
            return verified(self._secret, (method, key), query)
        except AddressRefused as refused:
            raise Refused(403, str(refused)) from None

    def path(self, key: str) -> Path:
        """The path of an object. Raises Refused for a key that leads out of the folder."""
        names = key.split("/")
        if "\0" in key or any(name in ("", ".", "..") for name in names):
            raise Refused(404, "There is no such file.")
        return self._root.joinpath(*names)

    async def receive(self, key: str, size: int, chunks: AsyncIterator[bytes]) -> None:
        """Store what is sent if it is exactly `size` bytes; else raise Refused, and store nothing."""
        path = self.path(key)
        with _service_errors():
            descriptor, name = _temporary_file(path)
            try:
                received = await _drain(chunks, descriptor, size)
                if received < size:
                    raise Refused(400, f"Only {received} of the {size} bytes that this address is for were sent.")
                await asyncio.to_thread(Path(name).replace, path)
            finally:
                await asyncio.to_thread(Path(name).unlink, missing_ok=True)

    async def inspect(self, key: str) -> StoredObject | None:
        """The object under the key, or None."""
        with _service_errors():
            return await asyncio.to_thread(_inspect, self._root, self.path(key))

    async def copy(self, source: str, target: str, etag: str) -> bool:
        """Copy an object if its etag is still this one."""
        with _service_errors():
            return await asyncio.to_thread(_link, self.path(source), self.path(target), etag)

    async def read(self, key: str) -> bytes | None:
        """An object's content, or None."""
        with _service_errors():
            try:
                return await asyncio.to_thread(self.path(key).read_bytes)
            except FileNotFoundError:
                return None

    async def read_version(self, key: str, etag: str) -> bytes | None:
        """An object's content if its etag is this one, before and after reading."""
        with _service_errors():
            return await asyncio.to_thread(_read_version, self._root, self.path(key), etag)

    async def write(self, key: str, content: bytes, mime: str) -> None:
        """Store an object."""
        await self.receive(key, len(content), _once(content))

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete objects, and the folders that are empty after it."""
        with _service_errors():
            await asyncio.to_thread(self._delete, keys)

    def _delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            path = self.path(key)
            path.unlink(missing_ok=True)
            with suppress(OSError):
                for unfinished in path.parent.glob(f"{SENDING}*"):
                    if time.time() - unfinished.stat().st_mtime > 24 * 3600:
                        unfinished.unlink(missing_ok=True)
                for folder in path.relative_to(self._root).parents:
                    (self._root / folder).rmdir()


def _numbers(folder: Path) -> list[int]:
    """The numbers of the parts that have arrived, in their order."""
    return sorted(int(path.name) for path in folder.glob("*") if path.name.isdecimal())


def _received(whole: Path, folder: Path) -> Mapping[int, int] | None:
    """The sizes of the parts that have arrived, by number; None where they were joined to the file `whole`."""
    if whole.exists():
        return None
    return {number: (folder / str(number)).stat().st_size for number in _numbers(folder)}


def _join(folder: Path, count: int, descriptor: int) -> bool:
    """Write the parts from 1 to `count` to a file. Returns False where one is not there, as another has joined them."""
    with os.fdopen(descriptor, "wb") as whole:
        for number in range(1, count + 1):
            try:
                with (folder / str(number)).open("rb") as part:
                    shutil.copyfileobj(part, whole, 1024 * 1024)
            except FileNotFoundError:
                return False
    return True


@contextmanager
def _service_errors() -> Iterator[None]:
    """A block in which errors of the file system become ServiceErrors."""
    try:
        yield
    except OSError as error:
        raise ServiceError(
            f"Files cannot be stored or read ({error}). Look after the folder under KINEGRAPH_HOME."
        ) from error


async def _drain(chunks: AsyncIterator[bytes], descriptor: int, size: int) -> int:
    """Write chunks to a file. Returns the number of bytes. Raises Refused if there are more than `size`."""
    received = 0
    with os.fdopen(descriptor, "wb") as file:
        async for chunk in chunks:
            received += len(chunk)
            if received > size:
                raise Refused(413, f"More was sent than the {size} bytes that this address is for.")
            await asyncio.to_thread(file.write, chunk)
    return received


def _temporary_file(path: Path) -> tuple[int, str]:
    """Make a temporary file in the path's folder, which `delete` may remove meanwhile, as it is empty."""
    for _ in range(10):
        with suppress(FileNotFoundError, FileExistsError):  # the folder was removed after, or while it was made
            path.parent.mkdir(parents=True, exist_ok=True)
            return tempfile.mkstemp(dir=path.parent, prefix=SENDING)
    raise ServiceError(f"The folder {path.parent} cannot be written to.")


def _inspect(root: Path, path: Path) -> StoredObject | None:
    try:
        with _opened(root, path) as file:
            state = os.fstat(file.fileno())
            return StoredObject(state.st_size, file.read(HEAD_BYTES), _etag(state))
    except FileNotFoundError:
        return None


def _opened(root: Path, path: Path) -> IO[bytes]:
    """A regular file under `root`, for reading. Raises FileNotFoundError for anything else, and waits for nothing.

    Folders, pipes and devices are no objects, nor is what a symbolic link outside of `root` leads to.
    """
    leads_nowhere = path.is_symlink() and not path.exists()
    if leads_nowhere or not stat.S_ISREG(path.stat().st_mode) or not path.resolve().is_relative_to(root.resolve()):
        raise FileNotFoundError(path)
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")


def _read_version(root: Path, path: Path, etag: str) -> bytes | None:
    try:
        with _opened(root, path) as file:
            before = os.fstat(file.fileno())
            content = file.read(before.st_size) if _etag(before) == etag else None
            return content if _etag(os.fstat(file.fileno())) == etag == _etag(path.stat()) else None
    except FileNotFoundError:
        return None


def _etag(state: os.stat_result) -> str:
    return f"{state.st_ino}-{state.st_size}-{state.st_mtime_ns}"


def _link(source: Path, target: Path, etag: str) -> bool:
    """Copy a file by a second link to it: no file is changed once it was written, only replaced."""
    descriptor, name = _temporary_file(target)
    os.close(descriptor)
    linked = Path(name)
    linked.unlink()
    try:
        linked.hardlink_to(source)
        if _etag(linked.stat()) != etag:
            return False
        linked.replace(target)
    except FileNotFoundError:
        return False
    finally:
        linked.unlink(missing_ok=True)
    return True


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
