"""The days of an enrollment: weeks and days of the plan, pauses, versions, and what is due.

Days (docs/domain.md, Enrollments) are calendar dates of the patient's time zone. `due.sql` says the same for many
enrollments at once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from kinegraph.kit.checks import day_after

Pause = tuple[date, date | None]
"""The first and the last paused day; None: it lasts."""


@dataclass(frozen=True, slots=True)
class Position:
    """A day in the plan: its week from 1, and its day of the week from 1 to 7; day 1 is the weekday of the start."""

    week: int
    day: int


@dataclass(frozen=True, slots=True)
class HeldVersion:
    """A version, the first day on which it holds, and the number of its weeks."""

    from_day: date
    version_id: UUID
    weeks: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """All that decides which days of an enrollment are due. Nothing is due from `ended_on` on."""

    starts_on: date
    versions: Sequence[HeldVersion]
    pauses: Sequence[Pause] = ()
    ended_on: date | None = None

    def version_on(self, day: date) -> HeldVersion | None:
        """The version that holds on a day; None before the first one."""
        begun = [version for version in self.versions if version.from_day <= day]
        return max(begun, key=lambda version: version.from_day, default=None)

    def spans_without(self, version_id: UUID) -> list[Pause]:
        """The days on which other versions than this one hold, each time from the first to the last; None: it lasts."""
        held = sorted(self.versions, key=lambda version: version.from_day)
        ends = [each.from_day - timedelta(days=1) for each in held[1:]]
        spans = zip(held, [*ends, None], strict=True)
        return [(each.from_day, last) for each, last in spans if each.version_id != version_id]

    def position(self, day: date) -> Position | None:
        """The week and the day of the plan; None before the start, from the end on, and after the last week."""
        version = self.version_on(day)
        if version is None or day < self.starts_on or (self.ended_on is not None and day >= self.ended_on):
            return None
        found = position_of(self.starts_on, day)
        return found if found.week <= version.weeks else None


def position_of(starts_on: date, day: date) -> Position:
    """The week and the day of a plan, for a day from the start on."""
    weeks, days = divmod((day - starts_on).days, 7)
    return Position(weeks + 1, days + 1)


def day_of(starts_on: date, week: int, day: int) -> date:
    """The date of a day of a plan that begins on this day: the inverse of `position_of`."""
    return day_after(starts_on, 7 * (week - 1) + day - 1)


def last_day(starts_on: date, weeks: int) -> date:
    """The last day of a plan of so many weeks."""
    return day_after(starts_on, 7 * weeks - 1)


def is_paused(pauses: Iterable[Pause], day: date) -> bool:
    """True if a day lies in one of the pauses."""
    return pause_on(pauses, day) is not None


def pause_on(pauses: Iterable[Pause], day: date) -> Pause | None:
    """The pause in which a day lies; None where it is not paused."""
    return next((pause for pause in pauses if overlap(pause, (day, day))), None)


def overlap(one: Pause, other: Pause) -> bool:
    """True if two pauses have a day in common."""
    (first, last), (other_first, other_last) = one, other
    return (other_last is None or first <= other_last) and (last is None or other_first <= last)


def due_days(
    calendar: Calendar, sessions: Mapping[UUID, Collection[Position]], first: date, last: date
) -> list[tuple[date, UUID, Position]]:
    """The days from `first` to `last` on which something is due, with the version that holds and the position.

    `sessions` has, by version, the positions on which it has a session.
    """
    found = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        version, position = calendar.version_on(day), calendar.position(day)
        if version is None or position is None or is_paused(calendar.pauses, day):
            continue
        if position in sessions.get(version.version_id, ()):
            found.append((day, version.version_id, position))
    return found
