"""The kinds, bounds, batches and refusals of telemetry (docs/domain.md, Telemetry)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any  # values of an input, and of rows, by name
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import orjson

from kinegraph.kit.checks import Checks, parse_key
from kinegraph.kit.errors import Conflict, Path
from kinegraph.video.rules_providers import VideoProvider, provider_of

MAX_EVENTS, MAX_FRAMES, MAX_ERRORS = 500, 300, 100
"""The entries of one batch."""
MAX_LATE = timedelta(days=30)
"""The age of an event above which it is refused. Batches are remembered for longer: none is stored twice."""
BATCH_DAYS = 32
"""Days after which the client's id of a batch is forgotten."""
MAX_EARLY = timedelta(minutes=5)
"""The difference by which a device's clock may be ahead of the server's."""
RETENTION_MONTHS = 13
"""Whole months, beside the present one, for which telemetry is stored, unless a setting says otherwise."""
MAX_CLIENT_ID, MAX_PLAYER, MAX_CODE, MAX_MESSAGE = 100, 64, 64, 500
MAX_SECONDS = 86_400
HASH_BYTES = 16
MIN_GROUP = 5
"""Fewer viewers than these have no statistics: one of them could be told from the others."""


class ClientIdReused(Conflict):
    """A batch was stored with this client's id, and has another content."""


class BatchKind(StrEnum):
    """The kind of what a batch has."""

    MEDIA = "media"
    POSE = "pose"
    ERRORS = "errors"


class MediaEventKind(StrEnum):
    """A kind of event of a session in which a video is watched."""

    SESSION_START = "session_start"
    HEARTBEAT = "heartbeat"
    BUFFERING_START = "buffering_start"
    BUFFERING_END = "buffering_end"
    MILESTONE = "milestone"
    SESSION_END = "session_end"


class Network(StrEnum):
    """The network over which a video is played."""

    WIFI = "wifi"
    CELLULAR = "cellular"
    ETHERNET = "ethernet"
    OTHER = "other"


class WatchPeriod(StrEnum):
    """The days, up to now, of which statistics are."""

    LAST_7_DAYS = "7"
    LAST_30_DAYS = "30"
    LAST_90_DAYS = "90"
    LAST_365_DAYS = "365"


MILESTONES = (25, 50, 75, 100)
"""The percentages of a video that are milestones."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that was checked: `rows` have every column of their table, but the organization and the user."""

    kind: BatchKind
    organization_id: UUID
    user_id: UUID
    client_id: str
    content_hash: str
    rows: Sequence[Mapping[str, Any]]


def hash_of(kind: BatchKind, values: Mapping[str, Any]) -> str:
    """A hash of everything in a batch that decides what it stores."""
    body = orjson.dumps([kind, dict(values)], option=orjson.OPT_SORT_KEYS, default=str)
    return hashlib.sha256(body).hexdigest()


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
