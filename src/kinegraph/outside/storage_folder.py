"""Object storage in a folder of this machine, with addresses that the API itself signs and serves.

A signed address is `<base>/<key>?expires=…&type=…[&size=…]&signature=…`; the signature is an HMAC-SHA256 over
the method and everything before it, so no part can be altered. An upload is written beside its place and moved
there when it is complete: what is stored is never half a file.
"""

import asyncio
import hashlib
import hmac
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlencode

from kinegraph.outside.errors import ServiceError
from kinegraph.outside.storage import HEAD_BYTES, StoredObject, Target, after

SENDING = ".sending-"
"""How files are called while they are being written."""


class Refused(Exception):
    """A signed request that does not hold; answered with its status and message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class FolderStorage:
    """Objects as files under `root`; `base` is the address that `root` is served at."""

    def __init__(self, root: Path, base: str, secret: str, seconds: int = 3600) -> None:
        self._root = root
        self._base = base.rstrip("/")
        self._secret = secret.encode()
        self._seconds = seconds

    def describe(self) -> str:
        """Which store this is, for people."""
        return f"the folder {self._root}"

    async def require(self) -> None:
        """Raises ServiceError where nothing can be stored in the folder."""
        await self.write("staging/.probe", b"", "text/plain")
        await self.delete(["staging/.probe"])

    async def upload_target(self, key: str, mime: str, size: int) -> Target:
        """Where a file of exactly this type and size can be sent."""
        expires_at = after(self._seconds)
        url = self._signed("PUT", key, expires_at, {"type": mime, "size": str(size)})
        return Target(url, "PUT", {"Content-Type": mime}, expires_at)

    async def read_url(self, key: str, mime: str) -> str:
        """An address that serves the object."""
        return self._signed("GET", key, self._lasting(), {"type": mime})

    def _lasting(self) -> datetime:
        """When an address that is signed now expires at the earliest; the same for some minutes, so that it is kept."""
        step = max(1, self._seconds // 12)
        return datetime.fromtimestamp(-(-int(after(self._seconds).timestamp()) // step) * step, UTC)

    def _signed(self, method: str, key: str, expires_at: datetime, values: Mapping[str, str]) -> str:
        query = {"expires": str(int(expires_at.timestamp())), **values}
        return f"{self._base}/{quote(key)}?{urlencode({**query, 'signature': self._signature(method, key, query)})}"

    def _signature(self, method: str, key: str, query: Mapping[str, str]) -> str:
        told = json.dumps([method, key, sorted(query.items())])
        return hmac.new(self._secret, told.encode(), hashlib.sha256).hexdigest()

    def require_signed(self, method: str, key: str, query: Sequence[tuple[str, str]]) -> dict[str, str]:
        """The values of a signed address. Raises Refused where it was altered, was not ours, or has expired."""
        values = dict(query)
        signature = values.pop("signature", "")
        expected = self._signature(method, key, values)
        if len(values) + 1 != len(query) or not hmac.compare_digest(signature.encode(), expected.encode()):
            raise Refused(403, "This address was not signed by this server, or was altered.")
        if int(values["expires"]) <= time.time():
            raise Refused(403, "This address has expired; ask the API for a new one.")
        return values

    def path(self, key: str) -> Path:
        """Where an object is. Raises Refused for a key that leads out of the folder, which no key of ours does."""
        steps = key.split("/")
        if "\0" in key or any(step in ("", ".", "..") for step in steps):
            raise Refused(404, "There is no such file.")
        return self._root.joinpath(*steps)

    async def receive(self, key: str, size: int, chunks: AsyncIterator[bytes]) -> None:
        """Store what is sent, if it is exactly `size` bytes. Raises Refused, and stores nothing, if it is not."""
        path = self.path(key)
        with _service_errors():
            descriptor, name = _beside(path)
            try:
                received = await _drain(chunks, descriptor, size)
                if received < size:
                    raise Refused(400, f"Only {received} of the {size} bytes that this address is for were sent.")
                await asyncio.to_thread(Path(name).replace, path)
            finally:
                await asyncio.to_thread(Path(name).unlink, missing_ok=True)

    async def inspect(self, key: str) -> StoredObject | None:
        """What is stored under the key, or None."""
        with _service_errors():
            return await asyncio.to_thread(_inspect, self.path(key))

    async def copy(self, source: str, target: str, etag: str) -> bool:
        """Copy an object, if it still is the one with this mark."""
        with _service_errors():
            return await asyncio.to_thread(_link, self.path(source), self.path(target), etag)

    async def read(self, key: str) -> bytes | None:
        """An object's content, or None."""
        with _service_errors():
            try:
                return await asyncio.to_thread(self.path(key).read_bytes)
            except FileNotFoundError:
                return None

    async def write(self, key: str, content: bytes, mime: str) -> None:
        """Store an object."""
        await self.receive(key, len(content), _once(content))

    async def delete(self, keys: Sequence[str]) -> None:
        """Remove objects, and the folders that they leave empty."""
        with _service_errors():
            await asyncio.to_thread(self._delete, keys)

    def _delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            path = self.path(key)
            path.unlink(missing_ok=True)
            with suppress(OSError):
                for broken_off in path.parent.glob(f"{SENDING}*"):
                    if time.time() - broken_off.stat().st_mtime > 24 * 3600:
                        broken_off.unlink(missing_ok=True)
                for folder in path.relative_to(self._root).parents:
                    (self._root / folder).rmdir()


@contextmanager
def _service_errors() -> Iterator[None]:
    """What the file system raises, as a ServiceError."""
    try:
        yield
    except OSError as error:
        raise ServiceError(
            f"Files cannot be stored or read ({error}). Look after the folder under KINEGRAPH_HOME."
        ) from error


async def _drain(chunks: AsyncIterator[bytes], descriptor: int, size: int) -> int:
    """Write what comes to a file. Returns how many bytes came. Raises Refused when they are more than `size`."""
    received = 0
    with os.fdopen(descriptor, "wb") as file:
        async for chunk in chunks:
            received += len(chunk)
            if received > size:
                raise Refused(413, f"More was sent than the {size} bytes that this address is for.")
            await asyncio.to_thread(file.write, chunk)
    return received


def _beside(path: Path) -> tuple[int, str]:
    """A new file next to the path; its folder may be taken away, empty, while we are at it."""
    for _ in range(10):
        with suppress(FileNotFoundError, FileExistsError):  # taken away after, or while it was found to be there
            path.parent.mkdir(parents=True, exist_ok=True)
            return tempfile.mkstemp(dir=path.parent, prefix=SENDING)
    raise ServiceError(f"The folder {path.parent} cannot be written to.")


def _inspect(path: Path) -> StoredObject | None:
    try:
        with path.open("rb") as file:
            state = os.fstat(file.fileno())
            return StoredObject(state.st_size, file.read(HEAD_BYTES), _etag(state))
    except FileNotFoundError:
        return None


def _etag(state: os.stat_result) -> str:
    return f"{state.st_ino}-{state.st_size}-{state.st_mtime_ns}"


def _link(source: Path, target: Path, etag: str) -> bool:
    """Give a file a second name; a file is never written to again, so what is sent to the first one is another."""
    descriptor, name = _beside(target)
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
