"""The kinds, bounds, batches and refusals of telemetry (docs/domain.md, Telemetry)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any  # values of an input, and of rows, by name
from uuid import UUID

import orjson

from kinegraph.kit.errors import Conflict

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
