"""Object storage: where files are. Two stores behind one interface, `storage_s3` and `storage_folder`.

A key is a path without leading slash, made by us and never by a caller. Addresses are signed and expire;
signing one costs no round trip.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Target:
    """Where, how and until when a file is to be sent."""

    url: str
    method: str
    headers: Mapping[str, str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What is really stored under a key: its size, its first bytes, and a mark that changes with its content."""

    size: int
    head: bytes
    etag: str


class ObjectStorage(Protocol):
    """What both stores can do. Each method raises ServiceError where the store cannot be reached."""

    def describe(self) -> str:
        """Which store this is, for people."""

    async def require(self) -> None:
        """Raises ServiceError where the store cannot be used, which says what to do."""

    async def upload_target(self, key: str, mime: str, size: int) -> Target:
        """Where a file of exactly this type and size can be sent for the next hour (or as configured)."""

    async def read_url(self, key: str, mime: str) -> str:
        """An address that serves the object, as this type, for the next hour (or as configured)."""

    async def inspect(self, key: str) -> StoredObject | None:
        """What is stored under the key, or None."""

    async def copy(self, source: str, target: str, etag: str) -> bool:
        """Copy an object, if it still is the one with this mark. Returns whether it was."""

    async def read(self, key: str) -> bytes | None:
        """An object's content, or None."""

    async def write(self, key: str, content: bytes, mime: str) -> None:
        """Store an object."""

    async def delete(self, keys: Sequence[str]) -> None:
        """Remove objects; those that are not there do not matter."""


HEAD_BYTES = 512
"""How much of an object `inspect` reads: enough to tell what kind of file it is."""


def after(seconds: int) -> datetime:
    """The moment when an address that is signed now expires, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)
