"""The rows, units, bounds and refusals of results and their sets (docs/domain.md, Results)."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol  # Any: values of an input, by name
from uuid import UUID

import orjson

from kinegraph.assignment.rules import EARLIEST
from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Path, Refusal
from kinegraph.workout.rules import WorkoutScoring

KILOGRAMS_PER_POUND = 0.45359237
"""Exact, by the International Yard and Pound Agreement of 1959."""

MAX_SETS = 1_000
"""Sets of one result."""
MAX_SUBMISSIONS = 500
"""Submissions of one result."""
MAX_CLIENT_ID, MAX_NOTES = 100, 2_000
MAX_SECONDS, MAX_METERS, MAX_CALORIES, MAX_REPS = 604_800, 1_000_000, 100_000, 100_000
MAX_ROUNDS, MAX_MASS, MAX_POINTS = 1_000, 2_000, 1_000_000


class TooManySubmissions(Refusal):
    """The result was recorded and corrected so often that no further submission is stored."""

    code = "TOO_MANY_SUBMISSIONS"


class MassUnit(StrEnum):
    """The unit of a mass that was lifted."""

    KG = "kg"
    LB = "lb"


class ResultRow(Protocol):
    """A result with the names of its athlete and of who recorded it, or corrected it last."""

    id: UUID
    organization_id: UUID
    assignment_id: UUID
    athlete_id: UUID
    athlete_name: str
    athlete_email: str | None
    recorded_by_id: UUID
    recorded_by_name: str
    recorded_by_email: str | None
    scoring: str
    performed_on: date
    weight: float | None
    weight_unit: str | None
    created_at: datetime
    updated_at: datetime


class SetRow(Protocol):
    """A set of a result."""

    id: UUID
    organization_id: UUID
    result_id: UUID
    athlete_id: UUID
    movement_id: UUID | None
    exercise_id: UUID
    number: int
    target_reps_min: int | None
    target_reps_max: int | None
    target_load: float | None
    target_load_unit: str | None
    target_duration_seconds: int | None
    target_distance_meters: float | None
    target_calories: int | None
    load: float | None
    load_unit: str | None


class SubmissionRow(Protocol):
    """A submission of a result, with the name of who sent it."""

    id: UUID
    result_id: UUID
    organization_id: UUID
    client_id: str
    created_at: datetime
    recorded_by_id: UUID
    recorded_by_name: str
    recorded_by_email: str | None


class StoredContentRow(Protocol):
    """The content of a submission that was accepted, and whether its result was deleted."""

    content_hash: str
    is_deleted: bool


SCORES: Mapping[WorkoutScoring, tuple[tuple[str, ...], ...]] = {
    WorkoutScoring.TIME: (("time_seconds",), ("reps",)),
    WorkoutScoring.REPS: (("reps",),),
    WorkoutScoring.ROUNDS_REPS: (("rounds", "reps"), ("rounds",)),
    WorkoutScoring.WEIGHT: (("weight",),),
    WorkoutScoring.DISTANCE: (("distance_meters",),),
    WorkoutScoring.CALORIES: (("calories",),),
    WorkoutScoring.POINTS: (("points",),),
    WorkoutScoring.NONE: ((),),
}
"""The values that a score has by the workout's scoring: one of these sets of them. For TIME, repetitions are the score
of an athlete whom the time limit stopped."""

NAMES: Mapping[str, str] = {
    "time_seconds": "timeSeconds",
    "distance_meters": "distanceMeters",
    "movement_id": "movementId",
    "exercise_id": "exerciseId",
}
"""Values whose spelling in the API differs."""

WHOLE: Mapping[str, int] = {
    "reps": MAX_REPS,
    "rounds": MAX_ROUNDS,
    "calories": MAX_CALORIES,
}
NUMBERS: Mapping[str, float] = {
    "time_seconds": MAX_SECONDS,
    "distance_meters": MAX_METERS,
    "points": MAX_POINTS,
}
"""The largest value of each score; all are 0 or more, and seconds and meters at least 0.01."""


def checked_score(values: Mapping[str, Any], at: Path, checks: Checks) -> dict[str, Any]:
    """The columns of a score, whatever the scoring. Faults are recorded in `checks`."""
    columns: dict[str, Any] = dict.fromkeys((*WHOLE, *NUMBERS, "weight", "weight_unit"))
    for name, value in values.items():
        path = (*at, NAMES.get(name, name))
        if value is None:
            continue
        if name in WHOLE:
            columns[name] = checks.whole(value, path, 0, WHOLE[name])
        elif name in NUMBERS:
            least = 0 if name == "points" else 0.01
            columns[name] = round(checks.number(value, path, least, NUMBERS[name]), 2)
        else:
            columns |= checked_mass(value, path, checks, "weight", least=0.001)
    return columns


def check_scoring(
    scoring: WorkoutScoring, columns: Mapping[str, Any], at: Path, checks: Checks, *, is_given: bool
) -> None:
    """Check that a score, if one is given, has the values that the workout's scoring asks for, and no others."""
    given = {name for name in (*WHOLE, *NUMBERS, "weight") if columns.get(name) is not None}
    fitting = SCORES[scoring]
    if any(given == set(each) for each in fitting):
        return
    wanted = " or ".join(" and ".join(NAMES.get(name, name) for name in each) for each in fitting if each)
    advice = f"Send {wanted}." if wanted else "Leave the score out; `notes` may say how it went."
    unfit = sorted(given - {name for each in fitting for name in each})
    for name in unfit:
        checks.refuse(f"The workout is scored by {scoring.name}. {advice}", *at, NAMES.get(name, name))
    missing = [NAMES.get(name, name) for name in fitting[0] if name not in given] if is_given else []
    if not unfit:
        checks.refuse(f"The workout is scored by {scoring.name}. {advice}", *at, *missing[:1])


def checked_mass(
    value: Mapping[str, Any], at: Path, checks: Checks, column: str, *, least: float = 0
) -> dict[str, Any]:
    """The columns of a mass with its unit. Faults are recorded in `checks`."""
    mass = checks.number(value["value"], (*at, "value"), least, MAX_MASS)
    return {column: round(mass, 3), f"{column}_unit": value["unit"]}


def checked_half(value: float | None, path: Path, checks: Checks) -> float | None:
    """A rating from 1 to 10 in half steps. Faults are recorded in `checks`."""
    if value is None:
        return None
    checked = checks.number(value, path, 1, 10)
    if 1 <= checked <= 10 and checked * 2 != int(checked * 2):
        checks.refuse("Must be in half steps, such as 7.5.", *path)
    return checked


def checked_day(day: date | None, usual: date, latest: date, path: Path, checks: Checks) -> date:
    """The day that something was done on, by default the usual one. `latest` is today, where a day begins first."""
    if day is None:
        return usual
    if not EARLIEST <= day <= latest:
        checks.refuse(f"Must be a day from {EARLIEST} to today; a result is recorded once it is there.", *path)
    return day


def checked_client_id(value: str, checks: Checks) -> str:
    """The client's id of a submission. Faults are recorded in `checks`."""
    return checks.text(value, ("input", "clientId"), MAX_CLIENT_ID, lines=False, exact=True)


def hash_of(kind: str, values: Mapping[str, Any]) -> str:
    """A hash of everything in a submission that decides what it stores."""
    body = orjson.dumps([kind, dict(values)], option=orjson.OPT_SORT_KEYS, default=str)
    return hashlib.sha256(body).hexdigest()


def notes_of(values: Mapping[str, Any], at: Path, checks: Checks) -> str | None:
    """The notes of an input; None where they are empty. Faults are recorded in `checks`."""
    notes = values.get("notes")
    return None if notes is None else checks.text(notes, (*at, "notes"), MAX_NOTES, empty=True) or None
