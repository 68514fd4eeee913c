"""The bounds, refusals and checks of changes of enrollments (docs/domain.md, Enrollments)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from kinegraph.enrollment.rules import ENDED, EnrollmentRow, EnrollmentStatus
from kinegraph.enrollment.rules_calendar import Pause, overlap
from kinegraph.kit.checks import Checks, day_after
from kinegraph.kit.errors import Conflict, Path, Refusal

MAX_START_DAYS = 366
"""The days before and after today within which an enrollment starts, and a move or a planned pause lies ahead."""
MAX_PAST_DAYS = 31
"""The days before today from which on an enrollment is paused, resumed or ended."""
MAX_PAUSES = 100
"""Pauses of an enrollment."""
MAX_REASON = 2_000

NO_ENROLLMENT = "There is no such enrollment."

FOLLOWING: Mapping[EnrollmentStatus, frozenset[EnrollmentStatus]] = {
    EnrollmentStatus.ACTIVE: frozenset({EnrollmentStatus.PAUSED, *ENDED}),
    EnrollmentStatus.PAUSED: frozenset({EnrollmentStatus.ACTIVE, *ENDED}),
    EnrollmentStatus.COMPLETED: frozenset(),
    EnrollmentStatus.CANCELLED: frozenset(),
}
"""The statuses that may follow each one."""


class PlanNotPublished(Refusal):
    """The plan has no published version."""

    code = "PLAN_NOT_PUBLISHED"


class EnrollmentEnded(Refusal):
    """The enrollment is completed or cancelled: it stays as it is; the patient may be enrolled anew."""

    code = "ENROLLMENT_ENDED"


def check_start(day: date, today: date, checks: Checks) -> None:
    """Check the day on which an enrollment starts: at most a year ago, and a year ahead."""
    _check_between(day, today, MAX_START_DAYS, MAX_START_DAYS, ("input", "startsOn"), checks)


def check_after_earlier(day: date, ended_on: date | None, checks: Checks) -> None:
    """Check that an enrollment starts when the patient's earlier ones in the plan are over: `ended_on`, if any.

    A day of two enrollments would be due, and count, twice.
    """
    if ended_on is not None and day < ended_on:
        message = f"Must be {ended_on} or later: up to then an earlier enrollment of the patient in this plan counts."
        checks.refuse(message, "input", "startsOn")


def checked_day(day: date | None, row: EnrollmentRow, path: Path, checks: Checks) -> date:
    """The first day of a change; by default today, or the start where that is to come. Faults are recorded.

    It lies from MAX_PAST_DAYS before that day to MAX_START_DAYS after it, and not before the start.
    """
    default = max(row.today, row.starts_on)
    if day is None:
        return default
    if day < row.starts_on:
        checks.refuse(f"Must not be before the start, {row.starts_on}.", *path)
    else:
        _check_between(day, default, MAX_PAST_DAYS, MAX_START_DAYS, path, checks)
    return day


def checked_move(day: date | None, row: EnrollmentRow, path: Path, checks: Checks) -> date:
    """The first day of another version; by default today, or the start where that is to come. Faults are recorded.

    Days that are over stay as they were: it is that day at the earliest, and MAX_START_DAYS after it at the latest.
    """
    earliest = max(row.today, row.starts_on)
    if day is None:
        return earliest
    if day < earliest:
        reason = "days that are over stay as they were" if earliest == row.today else "it is the start"
        checks.refuse(f"Must be {earliest} or later: {reason}.", *path)
    else:
        _check_between(day, earliest, 0, MAX_START_DAYS, path, checks)
    return day


def checked_end(day: date | None, row: EnrollmentRow, path: Path, checks: Checks) -> date:
    """The first day on which nothing is due any more; by default today, or the start where that is to come.

    Faults are recorded in `checks`. One that ends on its first day is due on no day.
    """
    default = max(row.today, row.starts_on)
    if day is None:
        return default
    if day < row.starts_on:
        checks.refuse(f"Must not be before the start, {row.starts_on}.", *path)
    else:
        _check_between(day, default, MAX_PAST_DAYS, 1, path, checks)
    return day


def _check_between(day: date, today: date, before: int, after: int, path: Path, checks: Checks) -> None:
    earliest, latest = today - timedelta(days=before), today + timedelta(days=after)
    if not earliest <= day <= latest:
        checks.refuse(f"Must be from {earliest} to {latest}.", *path)


def checked_reason(reason: str | None, path: Path, checks: Checks) -> str | None:
    """The reason of a change; None where it is empty. Faults are recorded in `checks`."""
    return None if reason is None else checks.text(reason, path, MAX_REASON, empty=True) or None


def check_pause(first: date, last: date | None, pauses: Sequence[Pause], path: Path, checks: Checks) -> None:
    """Check a new pause: it ends not before it begins nor a year after it, and shares no day with another."""
    if last is not None and not first <= last <= (latest := day_after(first, MAX_START_DAYS)):
        before = "Must not be before `from`." if last < first else f"Must be {latest} or earlier, or left out."
        checks.refuse(before, *path[:-1], "to")
        return
    for pause in pauses:
        if overlap(pause, (first, last)):
            until = f"up to {pause[1]}" if pause[1] else "without an end"
            message = f"It is paused from {pause[0]} {until} already; resume it first, or choose other days."
            checks.refusals.append(Conflict(message, *path))
            return
    if len(pauses) >= MAX_PAUSES:
        checks.refusals.append(Conflict(f"It has {MAX_PAUSES} pauses, which is the most.", *path))


def require_following(row: EnrollmentRow, status: EnrollmentStatus, path: Path) -> None:
    """Raise Conflict unless this status may follow the present one."""
    present = EnrollmentStatus(row.status)
    if status not in FOLLOWING[present]:
        raise Conflict(f"It is {present.name} today already.", *path)


def require_running(row: EnrollmentRow, path: Path) -> None:
    """Raise EnrollmentEnded for an enrollment that is completed or cancelled, from today on or from a day to come."""
    if row.ended_on is not None:
        since = f"is {row.status.upper()} since" if row.status in ENDED else "ends on"
        raise EnrollmentEnded(f"It {since} {row.ended_on}, and stays so; enroll the patient anew.", *path)
