"""The days of an enrollment on which something can be logged (docs/domain.md, Logs)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Protocol
from uuid import UUID

from kinegraph.kit.errors import InvalidInput, Refusal


class DayToCome(Refusal):
    """The day is to come by the patient's time zone: the same log is taken once it has begun."""

    code = "DAY_TO_COME"
    is_temporary = True


class EnrollmentDays(Protocol):
    """An enrollment with its versions and pauses, each list in the order of its days; a pause without an end lasts.

    The thresholds of pain are those of its organization.
    """

    id: UUID
    organization_id: UUID
    patient_id: UUID
    is_running: bool
    is_member: bool
    """False where the patient has left the organization."""
    starts_on: date
    ended_on: date | None
    time_zone: str
    local_day: date
    """The day that it is for the patient."""
    version_days: Sequence[date]
    """The days from which each version holds."""
    version_ids: Sequence[UUID]
    version_weeks: Sequence[int]
    logged_exercise_ids: Sequence[UUID]
    """Of the exercises of versions that were asked about, those of which a log is stored."""
    paused_from: Sequence[date]
    paused_to: Sequence[date | None]
    pain_amber_from: int
    pain_red_from: int


def last_day(day: date, enrollment: EnrollmentDays) -> date:
    """The last day of the plan, by the weeks of the version that holds on `day`."""
    pairs = zip(enrollment.version_days, enrollment.version_weeks, strict=True)
    weeks = [weeks for since, weeks in pairs if since <= day]
    return enrollment.starts_on + timedelta(days=7 * (weeks[-1] if weeks else enrollment.version_weeks[0]) - 1)


def is_paused(day: date, enrollment: EnrollmentDays) -> bool:
    """True on a day of a pause, both of its ends included."""
    pauses = zip(enrollment.paused_from, enrollment.paused_to, strict=True)
    return any(first <= day and (last is None or day <= last) for first, last in pauses)


def day_fault(day: date, enrollment: EnrollmentDays, *path: str) -> Refusal | None:
    """Why nothing that was done on a day can be logged, and what to do; None if it can.

    The day on which an enrollment ended is its last one.
    """
    if day > enrollment.local_day:
        zone = enrollment.time_zone
        message = f"Is to come: it is {enrollment.local_day} for the patient ({zone}). Log it once it is done."
        return DayToCome(message, *path)
    fault = _past_fault(day, enrollment)
    return None if fault is None else InvalidInput(fault, *path)


def first_day(version_id: UUID, enrollment: EnrollmentDays) -> date | None:
    """The first day on which a version holds; None for one that was taken back before it held."""
    pairs = zip(enrollment.version_days, enrollment.version_ids, strict=True)
    return min((since for since, id in pairs if id == version_id), default=None)


def version_fault(version_id: UUID, day: date, enrollment: EnrollmentDays, *path: str) -> Refusal | None:
    """Why an exercise of a version cannot be logged on a day, and what to do; None if it can.

    A version that has begun by the day may be another one than that which holds: the app may not know of a move yet.
    """
    first = first_day(version_id, enrollment)
    if first is None or first <= day:
        return None
    message = f"Its version begins on {first}: for {day}, send the exercise of the version that holds on that day."
    return InvalidInput(message, *path)


def _past_fault(day: date, enrollment: EnrollmentDays) -> str | None:
    if day < enrollment.starts_on:
        return f"The plan starts on {enrollment.starts_on}: send that day or a later one."
    if enrollment.ended_on is not None and day > enrollment.ended_on:
        return f"The enrollment ended on {enrollment.ended_on}: send that day or an earlier one."
    if day > (last := last_day(day, enrollment)):
        return f"The plan's last day was {last}: send that day or an earlier one."
    if is_paused(day, enrollment):
        return "The plan was paused on that day: send a day on which it was not, or have a coach change the pause."
    return None


def chosen(enrollments: Sequence[EnrollmentDays], day: date) -> EnrollmentDays | None:
    """The enrollment, of those of one patient in one version, that a day belongs to; None without any.

    Of several it is the running one, else the one that started last. Where the day is in none, it is chosen of all.
    """
    fitting = [each for each in enrollments if _contains(each, day)]
    found = fitting or enrollments
    return max(found, key=lambda each: (each.is_running, each.starts_on, each.id), default=None)


def _contains(enrollment: EnrollmentDays, day: date) -> bool:
    ended = enrollment.ended_on
    return enrollment.starts_on <= day <= last_day(day, enrollment) and (ended is None or day <= ended)
