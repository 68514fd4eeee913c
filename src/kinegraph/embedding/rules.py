"""Embeddings: the rows that need a new vector, their hashes and claims."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

MAX_IDS = 100
"""Maximum number of exercises that are embedded by their ids."""
NO_KEY = "Embeddings are off: set KINEGRAPH_VOYAGE_API_KEY, for the API and for the worker."
CLAIM_SECONDS = 600
"""Seconds for which a job has the marks that it claimed: longer than the deadline of one request. The job renews its
claims before each further request of a batch."""


class Kind(StrEnum):
    """The kinds of rows that have vectors."""

    EXERCISE = "exercise"
    OVERRIDE = "override"
    WORKOUT = "workout"


EXERCISES = (Kind.EXERCISE, Kind.OVERRIDE)
"""In this order: what an exercise changes in the texts of its overrides is marked when it is embedded."""
WORKOUTS = (Kind.WORKOUT,)


@dataclass(frozen=True, slots=True)
class ExerciseTextsChanged:
    """Texts of exercises or overrides have changed; they are marked. Triggers record this fact."""


@dataclass(frozen=True, slots=True)
class WorkoutTextsChanged:
    """Texts of workouts have changed; they are marked. Triggers record this fact."""


class Mark(Protocol):
    """A row that is marked, and the revision of its mark."""

    row_id: UUID
    organization_id: UUID | None
    revision: UUID


@dataclass(frozen=True, slots=True)
class Source:
    """A row's text now, with its hash, and the hash that is stored with its vector.

    `text` is None where the row needs no vector of its own. `exercise_id` is the exercise whose texts others repeat.
    """

    id: UUID
    organization_id: UUID | None
    stored_hash: str | None
    hash: str
    text: str | None
    exercise_id: UUID | None = None

    @property
    def is_fresh(self) -> bool:
        """True if its stored vector is that of its text."""
        return self.stored_hash == self.hash

    @property
    def has_dependents(self) -> bool:
        """True if its text was embedded before and has changed: rows that repeat it must be marked, too.

        Before its first vector, rows that repeat the text are marked as they are written; the nightly comparison
        (`jobs_sweep`) finds those that were embedded with an earlier text.
        """
        return self.exercise_id is not None and self.stored_hash is not None and not self.is_fresh


@dataclass(frozen=True, slots=True)
class Vector:
    """A vector to be stored with its hash; both are None for a row that is to have none."""

    row_id: UUID
    hash: str | None
    vector: Sequence[float] | None
