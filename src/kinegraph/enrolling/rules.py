"""The bounds, refusals and checks of changes of enrollments (docs/domain.md, Enrollments)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from kinegraph.enrollment.rules import ENDED, EnrollmentRow, EnrollmentStatus
from kinegraph.enrollment.rules_calendar import Pause, overlap
from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Conflict, Path, Refusal

MAX_START_DAYS = 366
"""The days before and after today within which an enrollment starts, and a move or a planned pause lies ahead."""
MAX_PAST_DAYS = 31
"""The days before today from which on an enrollment is paused, resumed, moved or ended."""
MAX_END_DAYS = 1
"""The days after today within which an enrollment ends."""
MAX_PAUSES, MAX_VERSIONS = 100, 100
"""Pauses of an enrollment, and changes of its version."""
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


def checked_day(
    day: date | None, row: EnrollmentRow, path: Path, checks: Checks, max_days_ahead: int = MAX_START_DAYS
) -> date:
    """The first day of a change; by default today, or the start where that is to come. Faults are recorded.

    It lies from MAX_PAST_DAYS before that day to `max_days_ahead` after it, and not before the start.
    """
    default = max(row.today, row.starts_on)
    if day is None:
        return default
    if day < row.starts_on:
        checks.refuse(f"Must not be before the start, {row.starts_on}.", *path)
    else:
        _check_between(day, default, MAX_PAST_DAYS, max_days_ahead, path, checks)
    return day


def checked_end(day: date | None, row: EnrollmentRow, path: Path, checks: Checks) -> date:
    """The first day on which nothing is due any more, as `checked_day` has it: the start, if it never begins."""
    return checked_day(day, row, path, checks, MAX_END_DAYS)


def _check_between(day: date, today: date, before: int, after: int, path: Path, checks: Checks) -> None:
    earliest, latest = today - timedelta(days=before), today + timedelta(days=after)
    if not earliest <= day <= latest:
        checks.refuse(f"Must be from {earliest} to {latest}.", *path)


def checked_reason(reason: str | None, path: Path, checks: Checks) -> str | None:
    """The reason of a change; None where it is empty. Faults are recorded in `checks`."""
    return None if reason is None else checks.text(reason, path, MAX_REASON, empty=True) or None


def check_pause(first: date, last: date | None, pauses: Sequence[Pause], path: Path, checks: Checks) -> None:
    """Check a new pause: it ends not before it begins, and shares no day with another."""
    if last is not None and last < first:
        checks.refuse("Must not be before `from`.", *path[:-1], "to")
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
    """Raise EnrollmentEnded for an enrollment that is completed or cancelled."""
    if row.status in ENDED:
        message = f"It is {row.status.upper()} since {row.ended_on}, and stays so; enroll the patient anew."
        raise EnrollmentEnded(message, *path)
