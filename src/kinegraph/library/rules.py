"""The merge: what may be overridden, and what an exercise is for an organization."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from kinegraph.exercise.rules import checked
from kinegraph.exercise.rules_columns import OVERRIDABLE, api_name
from kinegraph.exercise.rules_terms import ExerciseStatus
from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Path, Refusal

MAX_FIELDS = 50
"""How many fields are reset by name at most."""

OVERRIDABLE_BY_KEY: Mapping[str, str] = {api_name(column): column for column in OVERRIDABLE}
"""The columns that may be overridden (docs/domain.md, Overrides), by their key in a stored diff."""


class LibrarySource(StrEnum):
    """Which part of an organization's library."""

    ALL = "ALL"
    CANONICAL = "CANONICAL"
    ORG = "ORG"
    CUSTOMIZED = "CUSTOMIZED"


class OverrideTargetNotCanonical(Refusal):
    """Only canonical exercises are overridden; edit the organization's own directly."""

    code = "OVERRIDE_TARGET_NOT_CANONICAL"


class ResetTargetNotCanonical(Refusal):
    """An organization's own exercise has no override to reset; delete it instead."""

    code = "RESET_TARGET_NOT_CANONICAL"


NOTHING: Mapping[str, Any] = {}
"""The diff of a row that nobody overrode."""


class EffectiveExercise:
    """An exercise as one organization sees it: every column of the row, overridden ones from the diff."""

    __slots__ = ("diff", "organization_id", "row")

    def __init__(self, row: Any, organization_id: UUID | None, diff: Mapping[str, Any]) -> None:
        self.row = row
        self.organization_id = organization_id
        self.diff = diff

    def __getattr__(self, column: str) -> Any:
        diff = self.diff
        return diff[column] if column in diff else getattr(self.row, column)

    @property
    def customized_fields(self) -> list[str]:
        """Sorted names, in the API's spelling, of what the override supplies."""
        return sorted(api_name(column) for column in self.diff)

    @property
    def is_discontinued(self) -> bool:
        """Whether the row may no longer be newly referred to, having been archived or deleted."""
        return self.row.deleted_at is not None or self.row.status == ExerciseStatus.ARCHIVED


def merge(row: Any, overrides: Mapping[str, Any] | None, organization_id: UUID | None) -> EffectiveExercise:
    """The row as the organization sees it. An organization's own row is never merged (seed 001).

    A stored key that is not allowlisted, or whose value is null, counts as not stored.
    """
    if not overrides or row.organization_id is not None:
        return EffectiveExercise(row, organization_id, NOTHING)
    known = {
        OVERRIDABLE_BY_KEY[key]: value
        for key, value in overrides.items()
        if key in OVERRIDABLE_BY_KEY and value is not None
    }
    return EffectiveExercise(row, organization_id, known)


def checked_fields(fields: Sequence[str]) -> list[str]:
    """The names of fields to be reset. Raises Refused for what is none of the overridable ones."""
    checks = Checks()
    if len(fields) > MAX_FIELDS:
        checks.refuse(f"Must be at most {MAX_FIELDS} names; these are {len(fields)}.", "fields")
    for place, name in enumerate(fields[:MAX_FIELDS]):
        if name not in OVERRIDABLE_BY_KEY:
            checks.refuse(f"Must be one of {', '.join(OVERRIDABLE_BY_KEY)}.", "fields", str(place))
    checks.done()
    return [*fields]


def checked_overrides(values: Mapping[str, Any], at: Path) -> tuple[dict[str, Any], list[str]]:
    """What an input sets in the diff and which keys it removes. Raises Refused."""
    checks = Checks()
    cleaned = checked({column: value for column, value in values.items() if value is not None}, at, checks)
    checks.done()
    removed = [api_name(column) for column, value in values.items() if value is None]
    return {api_name(column): value for column, value in cleaned.items()}, removed
