"""The checks of an edge of the progression graph."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol  # values of an input, by name

from kinegraph.authoring.rules_progressions import MAX_DELTA, SYMMETRIC
from kinegraph.exercise.rules import ExerciseRow, is_published
from kinegraph.exercise.rules_columns import api_name
from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Conflict, NotFound, Refusal
from kinegraph.layers.rules import ProgressionRow, ProgressionType

MAX_WAIT_WEEKS = 104
MAX_SORT_ORDER = 1_000_000
MAX_TEXTS = 10
MAX_TEXT_LENGTH = 500
MAX_NOTES_LENGTH = 2_000


class EdgeExists(Conflict):
    """The exercises are joined by an edge of this type already."""


class ClosesCycle(Conflict):
    """Progressions lead from the end of the edge to its beginning already."""


class StoredEdge(ProgressionRow, Protocol):
    """A row of `exercise_progressions` with its version."""

    updated_at: datetime
    deleted_at: datetime | None


def checked_values(values: Mapping[str, Any], checks: Checks) -> dict[str, Any]:
    """The columns that an input sets. Faults are recorded in `checks`."""
    columns: dict[str, Any] = {}
    wait, order = values.get("recommended_wait_weeks"), values.get("sort_order")
    if "recommended_wait_weeks" in values:
        at = ("input", "recommendedWaitWeeks")
        columns["recommended_wait"] = None if wait is None else checks.whole(wait, at, 0, MAX_WAIT_WEEKS)
    if order is not None:
        columns["sort_order"] = checks.whole(order, ("input", "sortOrder"), 0, MAX_SORT_ORDER)
    for name in ("readiness_indicators", "transition_cues"):
        if values.get(name) is not None:
            columns[name] = checks.texts(values[name], ("input", api_name(name)), MAX_TEXT_LENGTH, MAX_TEXTS)
    if "notes" in values:
        notes = values["notes"]
        columns["notes"] = notes and (checks.text(notes, ("input", "notes"), MAX_NOTES_LENGTH, empty=True) or None)
    return columns


def end_fault(exercise: ExerciseRow | None, *path: str) -> Refusal | None:
    """The refusal of an exercise as an end of an edge: only published canonical ones with a difficulty are joined."""
    if exercise is None or exercise.organization_id is not None:
        return NotFound("There is no such canonical exercise; edges join these alone.", *path)
    if not is_published(exercise):
        return Conflict("The exercise is not published; edges join published ones alone.", *path)
    if _difficulty(exercise) is None:
        return Conflict("The exercise has no difficulty; set one first (updateExercise).", *path)
    return None


def _difficulty(exercise: Any) -> int | None:
    """The difficulty of an exercise: a column of the registry."""
    found: int | None = exercise.difficulty
    return found


def check_ends(kind: ProgressionType, start: ExerciseRow, end: ExerciseRow, checks: Checks) -> int:
    """The difference of difficulty of an edge. Out of bounds it is refused, and so is an edge to itself."""
    delta = (_difficulty(end) or 0) - (_difficulty(start) or 0)
    if start.id == end.id:
        checks.refuse("Must be another exercise than `from`.", "input", "toExerciseId")
        return delta
    low, high = MAX_DELTA.get(kind, (-2, 2))
    if not low <= delta <= high:
        message = f"A {kind} changes the difficulty by {low} to {high}; here it changes by {delta}."
        checks.refuse(message, "input", "toExerciseId")
    return delta


def mirrored_type(kind: str) -> ProgressionType | None:
    """The type of the edge in the other direction that is written with an edge; None for none."""
    if kind == ProgressionType.PROGRESSION:
        return ProgressionType.REGRESSION
    return ProgressionType(kind) if kind in SYMMETRIC else None


REPEATED = ("sort_order",)
"""The columns that the edge in the other direction has too, beside those of symmetric types."""


def mirrored_columns(kind: str, columns: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the edge in the other direction: waits, indicators, cues and notes are of a progression alone."""
    if kind in SYMMETRIC:
        return dict(columns)
    return {name: value for name, value in columns.items() if name in REPEATED}
