"""Object storage, by `storage_s3` or `storage_folder`. A key is a path that the API makes; signed URLs expire."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Target:
    """A signed request by which a file can be sent until it expires."""

    url: str
    method: str
    headers: Mapping[str, str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StoredObject:
    """A stored object: its size in bytes, its first HEAD_BYTES, and an etag that changes with its content."""

    size: int
    head: bytes
    etag: str


class ObjectStorage(Protocol):
    """An object storage. Each method raises ServiceError where it cannot be reached."""

    seconds: int
    """How long what it signs is valid."""

    def with_seconds(self, seconds: int) -> "ObjectStorage":
        """The same storage, signing for this long."""

    def describe(self) -> str:
        """The name of the storage, for messages."""

    async def require(self) -> None:
        """Raise ServiceError where the storage cannot be used."""

    async def upload_target(self, key: str, mime: str, size: int) -> Target:
        """A target for a file of exactly this type and size, valid for an hour (or as configured)."""

    async def begin_parts(self, key: str, mime: str) -> str:
        """Begin an object that is sent in parts. Returns an id for them."""

    async def part_target(self, key: str, parts_id: str, number: int, size: int) -> Target:
        """A target for a part of exactly this size; parts are numbered from 1."""

    async def received_parts(self, key: str, parts_id: str) -> Mapping[int, int] | None:
        """The sizes of the parts that have arrived, by number; None where they were joined or dropped."""

    async def join_parts(self, key: str, parts_id: str, count: int) -> None:
        """Make the object of its `count` parts; nothing happens where another call does or did it."""

    async def drop_parts(self, key: str, parts_id: str) -> None:
        """Delete the parts that have arrived, if they were not joined."""

    async def read_url(self, key: str, mime: str) -> str:
        """A URL that serves the object as this type, valid for at least half of the configured time."""

    async def inspect(self, key: str) -> StoredObject | None:
        """The object under the key, or None."""

    async def copy(self, source: str, target: str, etag: str) -> bool:
        """Copy an object if its etag is still this one. Returns True if it was copied."""

    async def read(self, key: str) -> bytes | None:
        """An object's content, or None."""

    async def read_version(self, key: str, etag: str) -> bytes | None:
        """An object's content, or None where its etag is not this one, or is another one after reading."""

    async def write(self, key: str, content: bytes, mime: str) -> None:
        """Store an object."""

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; keys without an object are ignored."""


HEAD_BYTES = 512
"""The bytes of an object that `inspect` reads: enough to detect the type of a file."""


def expiry(seconds: int) -> datetime:
    """The time when a URL that is signed now expires, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)
