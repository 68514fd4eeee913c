"""Embeddings: the texts of exercises and workouts, their hashes, and which rows need a new vector."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol  # Any: an exercise's row or an effective exercise, by column
from uuid import UUID

MAX_TEXT = 8_000
"""Maximum length of a text that is embedded, in characters; what is beyond is left out."""
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
        """True if texts of other rows may have changed with its own. At first they are marked as it is."""
        return self.exercise_id is not None and self.stored_hash is not None and not self.is_fresh


@dataclass(frozen=True, slots=True)
class Vector:
    """A vector to be stored with its hash; both are None for a row that is to have none."""

    row_id: UUID
    hash: str | None
    vector: Sequence[float] | None


class Section(Protocol):
    """A section of a workout, with the names of its exercises as the organization sees them."""

    title: str | None
    type: str
    description: str | None
    names: Sequence[str] | None


def exercise_text(exercise: Any) -> str:
    """The text of an exercise, stored or effective: one line for each column that has something."""
    lines = (
        exercise.name,
        _labelled("Also", exercise.aliases),
        _labelled("Movement", _words(exercise.category, exercise.movement_pattern)),
        _labelled("Disciplines", exercise.discipline),
        _labelled("Muscles", exercise.primary_muscles),
        _labelled("Assisting", exercise.secondary_muscles),
        _labelled("Equipment", exercise.equipment),
        exercise.description,
        _labelled("Cues", exercise.cues),
    )
    return _joined(lines)


def workout_text(title: str | None, description: str | None, sections: Iterable[Section]) -> str:
    """The text of a workout: its title and description, and a line for each section with its exercises."""
    return _joined((title, description, *map(_section_text, sections)))


def _section_text(section: Section) -> str:
    about = _joined(_words(section.title or section.type, section.description), separator=": ")
    return _joined((about, ", ".join(section.names or ())), separator=": ")


def _labelled(label: str, words: Sequence[str] | None) -> str:
    return f"{label}: {', '.join(_words(*words))}" if words else ""


def _words(*words: str | None) -> list[str]:
    """The words that there are, as they are written in texts: `anterior_deltoid` has no underscore."""
    return [str(word).replace("_", " ") for word in words if word]


def _joined(lines: Iterable[str | None], separator: str = "\n") -> str:
    return separator.join(line for line in lines if line)[:MAX_TEXT]
