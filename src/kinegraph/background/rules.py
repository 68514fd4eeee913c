"""The kinds of jobs, their statuses, the texts that are stored of them, and when one that failed is tried again."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol  # a job's arguments: JSON
from uuid import UUID

QUEUE = "kinegraph"
"""The name of the queue in Redis."""


class JobKind(StrEnum):
    """The kind of a job."""

    SEED_CANONICAL = "seed_canonical"
    ENRICH_CANONICAL = "enrich_canonical"
    EMBED_EXERCISES = "embed_exercises"
    EMBED_WORKOUTS = "embed_workouts"
    THUMBNAIL = "thumbnail"
    ROTATE_TELEMETRY = "rotate_telemetry"


class JobStatus(StrEnum):
    """The progress of a job. `failed` is the dead letter: nothing tries it again but a platform admin."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Protocol):
    """A job as the API shows it."""

    id: UUID
    kind: str
    status: str
    total: int | None
    done: int
    message: str | None
    error: str | None
    tries: int
    next_try_at: datetime | None
    cancel_requested: bool
    can_retry: bool
    requested_by_user_id: UUID | None
    enqueued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class DueJob(Protocol):
    """A job that is handed to Redis, and when it is handed over again."""

    id: UUID
    due_at: datetime


class StartedJob(Protocol):
    """A job that a worker runs; `tries` is the number of this run.

    `has_failed_too_often`: it was begun MAX_FAILURES times in a row without progress, and its worker died last time.
    """

    id: UUID
    kind: str
    arguments: Mapping[str, Any]
    tries: int
    failures: int
    has_failed_too_often: bool
    is_cancelled: bool


MAX_FAILURES = 24
"""Number of runs in a row without progress after which a job fails, if the last one ended because a service is away,
because it took longer than JOB_SECONDS, or because its worker died. With the delays they take more than an hour."""

MAX_FAULTS = 8
"""The same if the last run ended with an unexpected error, such as a database that is away, whatever ended others."""

JOB_SECONDS = 3600
"""Maximum duration of one run of a job, in seconds; it is tried again then."""

LEASE_SECONDS = 30
"""Seconds after which a job is handed over again, unless its worker renews it or ends it; a setting changes it."""

HURRIED_SECONDS = 30
"""Seconds after which a job that waits for its next try is due at the latest, once there is new work for it."""

JITTER = 0.2
"""Delays differ by up to this fraction, so that jobs that failed together are not tried together."""


NIGHT_HOUR = 3
"""The hour, in UTC, at which the jobs of every night are enqueued."""

MAX_REQUESTED = 100
"""Maximum number of jobs of one kind that platform admins requested and that have not ended."""

RETENTION_DAYS, FAILED_RETENTION_DAYS = 30, 90
"""Days after which a job that ended is deleted, and one that failed."""

MAX_ENDED = 100_000
"""Maximum number of ended jobs that are stored; the oldest are deleted first."""


MAX_TEXT_LENGTH = 10_000
"""Maximum number of characters of a job's message, and of its error."""

_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def storable_text(text: str) -> str:
    """A text as it is stored: messages and errors quote files and services, which may have any characters.

    Control characters, controls of the direction of writing, and lone surrogates are replaced by visible characters;
    line breaks and tabs stay. A text that is too long ends with an ellipsis.
    """
    cut = text if len(text) <= MAX_TEXT_LENGTH else text[: MAX_TEXT_LENGTH - 1] + "\u2026"
    return _UNSTORABLE.sub(_visible, cut)


def _visible(found: re.Match[str]) -> str:
    """The picture of a control character of ASCII (U+2400 to U+241F, U+2421), else U+FFFD."""
    code = ord(found[0])
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"


def last_night(now: datetime) -> datetime:
    """The last time at which the jobs of a night were due; a worker that starts later enqueues them then."""
    tonight = now.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    return tonight if tonight <= now else tonight - timedelta(days=1)


def retry_delay_seconds(failures: int, chance: float = 0.5) -> float:
    """The delay after this many failures in a row: 2, 4, 8 … seconds, at most 300, give or take JITTER.

    `chance` is a random number from 0 to 1; 0.5 stands for the delay without jitter.
    """
    return min(float(2 ** min(failures, 10)), 300.0) * (1 + JITTER * (2 * chance - 1))
