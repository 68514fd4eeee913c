"""The conditions of lists of assignments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any  # values of an input, by name
from uuid import UUID

from kinegraph.kit.checks import Checks

CalendarKey = tuple[UUID, UUID | None, UUID | None]
"""An organization, and the athlete and the library workout that a list is restricted to (None: all)."""


@dataclass(frozen=True, slots=True)
class AssignmentFilter:
    """The conditions of a list of assignments: days from all `starts` on and up to all `ends`; None is no bound."""

    starts: tuple[date | None, ...] = ()
    ends: tuple[date | None, ...] = ()
    status: tuple[str, ...] = ()
    """Any of these; none for every status."""


def checked_filter(
    start: date | None, end: date | None, athlete_ids: Sequence[str | None], values: Mapping[str, Any]
) -> tuple[AssignmentFilter, set[UUID]]:
    """Check the arguments of a list with the values of its filter. Returns its conditions, and the athletes named.

    Raises Refused.
    """
    checks = Checks()
    since, until = values.get("start"), values.get("end")
    for path, first, last in ((("to",), start, end), (("filter", "to"), since, until)):
        if first is not None and last is not None and last < first:
            checks.refuse("Must not be before `from`.", *path)
    paths = (("athleteId",), ("filter", "athleteId"))
    named = zip((*athlete_ids, values.get("athlete_id")), paths[-len(athlete_ids) - 1 :], strict=True)
    athletes = {checks.key(id, path) for id, path in named if id is not None}
    checks.done()
    return AssignmentFilter((start, since), (end, until), tuple(values.get("status") or ())), athletes
