"""The bounds of an assignment: its athletes and its date, and what may no longer be done with it."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol  # Any: values of an input, by name
from uuid import UUID

from kinegraph.kit.checks import Checks, parse_key
from kinegraph.kit.errors import Conflict, Path, Refusal


class AssignmentRow(Protocol):
    """An assignment with the names of its athlete and its coach, and their e-mail addresses while they are members."""

    id: UUID
    organization_id: UUID
    workout_id: UUID
    snapshot_workout_id: UUID | None
    current_workout_id: UUID
    athlete_id: UUID
    athlete_name: str
    athlete_email: str | None
    assigned_by_id: UUID
    assigned_by_name: str
    assigned_by_email: str | None
    scheduled_for: date
    status: str


class AssignmentCompleted(Refusal):
    """The assignment is completed: it says what was done, and is neither moved to another day nor taken back."""

    code = "ASSIGNMENT_COMPLETED"


MAX_ATHLETES = 200
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
"""The dates that are accepted; one outside of them is a typing error."""


def checked_assignment(values: Mapping[str, Any], checks: Checks) -> tuple[UUID, list[UUID]]:
    """The ids of the workout and the athletes in an assignment's input; none of too many athletes.

    Faults are recorded in `checks`.
    """
    workout_id = checks.key(values["workout_id"], ("input", "workoutId"))
    athletes, at = values["athlete_ids"], ("input", "athleteIds")
    if not 1 <= len(athletes) <= MAX_ATHLETES:
        checks.refuse(f"Must be from 1 to {MAX_ATHLETES} athletes; these are {len(athletes)}.", *at)
    athlete_ids = checks.all(athletes[:MAX_ATHLETES], at, checks.key)
    for position, athlete_id in enumerate(athlete_ids):
        if athlete_id in athlete_ids[:position] and parse_key(athletes[position]):
            checks.refuse("This athlete stands in the list twice.", *at, position)
    check_day(checks, values["scheduled_for"])
    return workout_id, athlete_ids if len(athletes) <= MAX_ATHLETES else []


def check_day(checks: Checks, day: date) -> None:
    """Check the day of an assignment."""
    if not EARLIEST <= day <= LATEST:
        checks.refuse(f"Must be a date from {EARLIEST} to {LATEST}.", "input", "scheduledFor")


def duplicate(path: Path) -> Conflict:
    """The refusal of a workout that the athlete has on that day already."""
    message = "The athlete has this workout on that day already; send `allowDuplicate: true` to plan it once more."
    return Conflict(message, *path)
