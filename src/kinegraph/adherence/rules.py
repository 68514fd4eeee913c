"""Figures of adherence, and when an exercise is struggling or ready to progress (docs/domain.md, Adherence)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from kinegraph.exercise.rules import stored_id
from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import InvalidInput

RECENT_DAYS = 14
"""The days, up to and including the day in question, whose due days decide whether an exercise is struggling."""
RECENT_LOGS = 3
"""The last logs whose pain or exertion is averaged; the last due days that have to be done for progress."""
HIGH_PAIN = 4
"""The pain from which a log is painful, and the average from which an exercise is struggling."""
READY_PAIN, READY_EXERTION = 2, 4
"""The averages up to which an exercise is ready to progress."""
ALERT_DAYS = 7
"""The days in which a painful log is an alert, and after which a patient without logs has stopped logging."""
MIN_PATIENTS = 5
"""Patients of an exercise, or of its scores, below which an organization's figures of them are not shown."""
MAX_EXERCISES = 100
"""Exercises that may be named, and exercises that are listed where none is named."""
DAYS_WITH_DATA, MAX_DAYS_WITH_DATA = 30, 366


class AdherenceRow(Protocol):
    """The adherence of an enrollment up to and including a day, its weeks from the first one on."""

    enrollment_id: UUID
    organization_id: UUID
    as_of: date
    prescribed: int
    completed: int
    current_streak_days: int
    weeks_prescribed: Sequence[int]
    weeks_completed: Sequence[int]


class ExerciseRow(Protocol):
    """An exercise's figures in an enrollment, or in an organization."""

    organization_id: UUID
    exercise_id: UUID
    prescribed: int
    completed: int
    pain_sum: int
    pains: int
    exertion_sum: int
    exertions: int


class AnalyticsRow(ExerciseRow, Protocol):
    """An exercise's figures in an organization, with the number of patients who logged pain, and exertion."""

    patients: int
    pain_patients: int
    exertion_patients: int


@dataclass(frozen=True, slots=True)
class Week:
    """A week of an enrollment, from 1."""

    week: int
    prescribed: int
    completed: int


def rate_of(completed: int, prescribed: int) -> float | None:
    """The share of what was prescribed that was completed; None where nothing was."""
    return completed / prescribed if prescribed else None


def average_of(total: int, count: int) -> float | None:
    """The average of so many values; None of none."""
    return total / count if count else None


def weeks_of(row: AdherenceRow) -> list[Week]:
    """The weeks of an adherence, from the first one on."""
    counts = zip(row.weeks_prescribed, row.weeks_completed, strict=True)
    return [Week(number, prescribed, completed) for number, (prescribed, completed) in enumerate(counts, 1)]


def checked_days(days: int) -> int:
    """A number of days that were sent as `days`. Raises InvalidInput."""
    if not 1 <= days <= MAX_DAYS_WITH_DATA:
        raise InvalidInput(f"Must be from 1 to {MAX_DAYS_WITH_DATA} days.", "days")
    return days


def checked_exercises(ids: Sequence[str] | None) -> tuple[UUID, ...]:
    """The exercises that were sent as `exerciseIds`, each once; none of an empty list. Raises Refused."""
    checks, at = Checks(), ("exerciseIds",)
    if len(ids or ()) > MAX_EXERCISES:
        raise InvalidInput(f"Must be at most {MAX_EXERCISES} exercises; ask for the others in another request.", *at)
    keys = checks.all([stored_id(id) for id in ids or ()], at, checks.key)
    checks.done()
    return tuple(dict.fromkeys(keys))


def check_window(start: date | None, end: date | None) -> None:
    """Raise InvalidInput where a window ends before it starts."""
    if start is not None and end is not None and end < start:
        raise InvalidInput("Must not be before `from`.", "to")
