"""Kinds of records, the estimate of a one-repetition maximum, and rounding to what equipment allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_DOWN, Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from kinegraph.exercise.rules import stored_id
from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import InvalidInput
from kinegraph.result.rules import MassUnit, SetRow

MAX_REPS = 20
"""Repetitions up to which the heaviest load is a record of its own."""
MAX_ESTIMATED_REPS = 10
"""Repetitions up to which a maximum is estimated."""
MAX_EXERCISES = 50
DISTANCES = (100, 200, 400, 500, 800, 1_000, 1_500, 1_609.34, 2_000, 5_000, 10_000, 21_097.5, 42_195)
"""The distances, in meters, whose fastest time is a record."""
MAX_HISTORY_DAYS = 1_096
DEFAULT_STEPS = {MassUnit.KG: Decimal("2.5"), MassUnit.LB: Decimal(5)}


class RecordKind(StrEnum):
    """The kinds of personal records."""

    REP_MAX = "rep_max"
    ESTIMATED_ONE_REP_MAX = "estimated_one_rep_max"
    REPETITIONS = "repetitions"
    DISTANCE = "distance"
    DURATION = "duration"
    FASTEST = "fastest"


class Unresolved(StrEnum):
    """The reasons why a load in percent of a maximum has no value."""

    NO_ATHLETE = "no_athlete"
    NO_RECORD = "no_record"


class RecordRow(SetRow, Protocol):
    """The set that made a record, and the record: its kind, and the value by which it is the best."""

    kind: str
    best: Decimal
    performed_on: date


class MaximumRow(Protocol):
    """The best estimate of an athlete's maximum for a movement's exercise, and the steps of their equipment."""

    position: int
    athlete_id: UUID | None
    set_id: UUID | None
    unit: str | None
    maximum: Decimal | None
    kilograms: Decimal | None
    pounds: Decimal | None


ONE_REP_MAX = """CASE {row}.reps WHEN 1 THEN {row}.{load} ELSE {row}.{load} * (30 + {row}.reps) / 30 END"""
"""SQL of the estimated one-repetition maximum: Epley's formula, load × (1 + repetitions / 30) for 2 to 10 repetitions
(B. Epley, Poundage Chart, in: Boyd Epley Workout, 1985); of a single repetition the load itself."""

IS_ESTIMATED = f"{{row}}.load_kg > 0 AND {{row}}.reps BETWEEN 1 AND {MAX_ESTIMATED_REPS}"
"""SQL condition: a maximum is estimated of the set."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A load in percent of a maximum, as an athlete can load it; or the reason why there is no value."""

    value: float | None = None
    unit: str | None = None
    reason: Unresolved | None = None
    maximum: float | None = None
    set_id: UUID | None = None


def resolved(percent: float, row: MaximumRow) -> Resolved:
    """The load of this percentage for the row's athlete, rounded to the nearest step; a half step down."""
    if row.athlete_id is None:
        return Resolved(reason=Unresolved.NO_ATHLETE)
    if row.maximum is None or row.unit is None:
        return Resolved(reason=Unresolved.NO_RECORD)
    unit = MassUnit(row.unit)
    step = (row.kilograms if unit is MassUnit.KG else row.pounds) or DEFAULT_STEPS[unit]
    exact = Decimal(str(percent)) * row.maximum / 100
    value = (exact / step).quantize(Decimal(1), ROUND_HALF_DOWN) * step
    return Resolved(float(value), row.unit, None, float(round(row.maximum, 3)), row.set_id)


def checked_exercises(ids: Sequence[str]) -> list[UUID]:
    """The ids of exercises in an argument, each once. Raises Refused."""
    checks, at = Checks(), ("exerciseIds",)
    if not 1 <= len(ids) <= MAX_EXERCISES:
        raise InvalidInput(f"Must be from 1 to {MAX_EXERCISES} exercises; these are {len(ids)}.", *at)
    keys = checks.all([stored_id(id) for id in ids], at, checks.key)
    checks.done()
    return list(dict.fromkeys(keys))


def check_window(start: date, end: date, max_days: int) -> None:
    """Check that a window of days is in order and not too long. Raises Refused."""
    days = (end - start).days + 1
    if days < 1:
        raise InvalidInput("Must not be before `from`.", "to")
    if days > max_days:
        raise InvalidInput(f"Must be within {max_days:,} days from `from` on; these are {days:,}.", "to")
