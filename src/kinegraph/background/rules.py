"""What jobs there are, and how often and how soon one is tried again."""

from enum import StrEnum


class JobKind(StrEnum):
    """What a job does."""

    SEED_CANONICAL = "seed_canonical"
    ENRICH_CANONICAL = "enrich_canonical"
    EMBED_EXERCISES = "embed_exercises"
    EMBED_WORKOUTS = "embed_workouts"
    THUMBNAIL = "thumbnail"


class JobStatus(StrEnum):
    """How far a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


MAX_TRIES = 8
LEASE_SECONDS = 30
"""How long a job may be silent, in the queue or running, before it is handed over again."""


def pause(tries: int) -> int:
    """Seconds to wait after so many tries that failed for a reason that may pass: 2, 4, 8 … at most 300."""
    return min(int(2**tries), 300)
