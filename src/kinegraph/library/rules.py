"""The merge of exercises with overrides: allowlist, merged values, and checks of inputs (docs/domain.md, Overrides)."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any  # Any: values of columns, by name
from uuid import UUID

from kinegraph.exercise.rules import ExerciseRow, checked, refuse_lists_and_texts, without_absent
from kinegraph.exercise.rules_columns import OVERRIDABLE, TEXT_INPUTS, api_name
from kinegraph.exercise.rules_terms import ExerciseStatus
from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Path, Refusal

MAX_FIELDS = 50
"""Maximum number of fields that are reset by name."""

OVERRIDABLE_BY_KEY: Mapping[str, str] = {api_name(column): column for column in OVERRIDABLE}
"""The columns that may be overridden (docs/domain.md, Overrides), by their key in a stored diff."""


class LibrarySource(StrEnum):
    """A subset of an organization's library."""

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
"""The diff of a row without an override."""


class EffectiveExercise:
    """An exercise as one organization sees it: the columns of the row, overridden ones from the diff.

    GraphQL reads the merged columns by field name. Code that needs a stored value reads it of `row`; the type checker
    knows no other columns.
    """

    __slots__ = ("diff", "organization_id", "row")

    def __init__(self, row: ExerciseRow, organization_id: UUID | None, diff: Mapping[str, Any]) -> None:
        self.row = row
        self.organization_id = organization_id
        self.diff = diff

    if not TYPE_CHECKING:

        def __getattr__(self, column: str) -> Any:
            diff = self.diff
            return diff[column] if column in diff else getattr(self.row, column)

    @property
    def customized_fields(self) -> list[str]:
        """The names of the overridden fields in the API's spelling, sorted."""
        return sorted(api_name(column) for column in self.diff)

    @property
    def is_discontinued(self) -> bool:
        """True if the row is archived or deleted, so that it may not be newly referred to."""
        return self.row.deleted_at is not None or self.row.status == ExerciseStatus.ARCHIVED


def merge(row: ExerciseRow, overrides: Mapping[str, Any] | None, organization_id: UUID | None) -> EffectiveExercise:
    """The row as the organization sees it. An organization's own row is never merged.

    Stored keys that are not allowlisted, or null, are ignored (docs/domain.md, Overrides).
    """
    if not overrides or row.organization_id is not None:
        return EffectiveExercise(row, organization_id, NOTHING)
    diff = {
        OVERRIDABLE_BY_KEY[key]: value
        for key, value in overrides.items()
        if key in OVERRIDABLE_BY_KEY and value is not None
    }
    return EffectiveExercise(row, organization_id, diff)


def checked_fields(fields: Sequence[str], checks: Checks) -> list[str]:
    """Check the names of fields to be reset, and return them. Those that cannot be overridden are faults."""
    if len(fields) > MAX_FIELDS:
        checks.refuse(f"Must be at most {MAX_FIELDS} names; these are {len(fields)}.", "fields")
    for index, name in enumerate(fields[:MAX_FIELDS]):
        if name not in OVERRIDABLE_BY_KEY:
            checks.refuse(f"Must be one of {', '.join(OVERRIDABLE_BY_KEY)}.", "fields", str(index))
    return [*fields]


def checked_overrides(values: Mapping[str, Any], at: Path, checks: Checks) -> tuple[dict[str, Any], list[str]]:
    """The values that an input sets in the diff, and the keys that it removes. Faults are recorded in `checks`."""
    refuse_lists_and_texts(values, at, checks)
    values = without_absent(values)
    cleaned = checked({column: value for column, value in values.items() if value is not None}, at, checks)
    null = [TEXT_INPUTS[name].name if name in TEXT_INPUTS else name for name, value in values.items() if value is None]
    return {api_name(column): value for column, value in cleaned.items()}, [*map(api_name, null)]


def differing(values: Mapping[str, Any], canonical: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The values that differ from the canonical ones, and the keys of those that do not: these are no overrides.

    Spelling and order count: they are what the organization sees.
    """
    different = {key: value for key, value in values.items() if value != canonical[key]}
    return different, [key for key in values if key not in different]
