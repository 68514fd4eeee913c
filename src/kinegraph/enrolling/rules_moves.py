"""Which moves of an enrollment to another version are allowed (docs/domain.md, Enrollments)."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from kinegraph.kit.errors import Conflict, Path

MAX_VERSIONS = 100
"""Versions of an enrollment."""


class PlannedRow(Protocol):
    """A version of an enrollment, the first day on which it holds, and the first day on which it was logged."""

    version_id: UUID
    from_day: date
    logged_on: date | None


def require_movable(held: Sequence[PlannedRow], version_id: UUID, day: date, today: date, at: Path) -> None:
    """Raise Conflict unless a version may hold from a day on, in place of those that are to come from it on.

    `held` are the versions in the order in which they hold; the first one begins on the day or before. A version
    that has begun, or that was logged, stays for its days, since logs refer to it. With the version that holds on the
    day, the later ones are taken back.
    """
    present = [each for each in held if each.from_day <= day][-1]
    later, same_day = [each for each in held if each.from_day > day], [each for each in held if each.from_day == day]
    replaced = [*(each for each in same_day if each.version_id != version_id), *later]
    if present.version_id == version_id and not replaced:
        raise Conflict(f"This version holds from {present.from_day} on already.", *at, "versionId")
    for each in replaced:
        if each.from_day <= today or each.logged_on is not None:
            begins = f"On {each.from_day} a version begins that has begun already, or was logged"
            raise Conflict(f"{begins}: choose a later day, so that it stays for that day.", *at, "from")
    if len(held) - len(replaced) >= MAX_VERSIONS:
        raise Conflict(f"It was moved {len(held)} times, which is the most; enroll the patient anew.", *at, "id")
