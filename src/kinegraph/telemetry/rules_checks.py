"""Checks of values that all batches of telemetry have. Faults are recorded, without the values."""

import hashlib
from datetime import datetime
from typing import Any  # columns, by name
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from kinegraph.kit.checks import Checks, parse_key
from kinegraph.kit.errors import Path
from kinegraph.telemetry.rules import HASH_BYTES, MAX_EARLY, MAX_LATE
from kinegraph.video.rules_providers import VideoProvider, provider_of


def check_size(count: int, most: int, name: str, checks: Checks) -> None:
    """Check the length of a batch. A fault is recorded in `checks`."""
    if not 1 <= count <= most:
        checks.refuse(f"Must have 1 to {most} entries; this has {count:,}: send several batches.", "input", name)


def checked_uuid(value: str, path: Path, checks: Checks) -> UUID:
    """An id that a client made. A fault is recorded in `checks`."""
    parsed = parse_key(value)
    if parsed is None:
        checks.refuse("Must be a UUID that the client makes for the session.", *path)
    return parsed or UUID(int=0)


def checked_key(value: str | None, path: Path, checks: Checks) -> UUID | None:
    """An id that this API gave out; None for none. A fault is recorded in `checks`."""
    return None if value is None else checks.key(value, path)


def checked_moment(value: datetime, now: datetime, path: Path, checks: Checks) -> datetime:
    """The time of an event, by the device's clock. Faults are recorded in `checks`."""
    if value.tzinfo is None:
        checks.refuse("Must have an offset from UTC, such as 2026-03-01T10:00:00Z.", *path)
    elif value > now + MAX_EARLY:
        checks.refuse("Must not be in the future: set the clock of the device by the server's `Date` header.", *path)
    elif value < now - MAX_LATE:
        checks.refuse(f"Must be within the last {MAX_LATE.days} days: drop it, it is too late.", *path)
    return value


def checked_number(value: float | None, path: Path, high: float, checks: Checks, low: float = 0) -> float | None:
    """A number within bounds, both included; None for none. A fault is recorded in `checks`, without the number."""
    if value is not None and not low <= value <= high:
        checks.refuse(f"Must be a number from {low:,g} to {high:,g}.", *path)
    return value


def checked_text(value: str | None, path: Path, most: int, checks: Checks) -> str | None:
    """A text on one line; None for an empty one. Faults are recorded in `checks`."""
    return None if value is None else checks.text(value, path, most, empty=True, lines=False) or None


def video_columns(url: str | None, path: Path, checks: Checks) -> dict[str, Any]:
    """The columns of a video's address: its provider and a hash, by which plays of one video are found."""
    if url is None:
        return {"video_provider": None, "video_hash": None}
    cleaned = checks.url(url, path)
    return {"video_provider": str(provider_of(cleaned)), "video_hash": video_hash(cleaned)}


def video_hash(url: str) -> bytes:
    """The hash of a video's address. Signatures are no part of it: they are in the query of our and Bunny's files."""
    if provider_of(url) is not VideoProvider.EXTERNAL:
        url = urlunsplit((*urlsplit(url)[:3], "", ""))
    return hashlib.sha256(url.encode()).digest()[:HASH_BYTES]
