"""The kinds of jobs, how far one is, and when one that failed is tried again."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol  # a job's arguments: JSON
from uuid import UUID


class JobKind(StrEnum):
    """The kind of a job. The API promises all of them; some have no function in the worker yet."""

    SEED_CANONICAL = "seed_canonical"
    ENRICH_CANONICAL = "enrich_canonical"
    EMBED_EXERCISES = "embed_exercises"
    EMBED_WORKOUTS = "embed_workouts"
    THUMBNAIL = "thumbnail"


class JobStatus(StrEnum):
    """The progress of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Job(Protocol):
    """A job as the API shows it."""

    id: UUID
    kind: str
    status: str
    total: int | None
    done: int
    message: str | None
    error: str | None
    enqueued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class DueJob(Protocol):
    """A job that is handed to Redis, and when it is handed over again."""

    id: UUID
    due_at: datetime


class StartedJob(Protocol):
    """A job that a worker runs. One that was begun MAX_TRIES times before, and never ended, is hopeless."""

    id: UUID
    kind: str
    arguments: Mapping[str, Any]
    tries: int
    is_hopeless: bool


MAX_TRIES = 8
"""Maximum number of runs of a job."""

LEASE_SECONDS = 30
"""Seconds after which a job is handed over again, unless its worker renews it or ends it."""


def retry_delay_seconds(tries: int) -> int:
    """The delay after this many tries that failed: 2, 4, 8 … seconds, at most 300."""
    return min(int(2**tries), 300)
