"""The merge of exercises with overrides: allowlist and merged values (docs/domain.md, Overrides)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any  # Any: values of columns, by name
from uuid import UUID

from kinegraph.exercise.rules import ExerciseRow
from kinegraph.exercise.rules_columns import OVERRIDABLE, api_name
from kinegraph.exercise.rules_terms import ExerciseStatus

OVERRIDABLE_BY_KEY: Mapping[str, str] = {api_name(column): column for column in OVERRIDABLE}
"""The columns that may be overridden (docs/domain.md, Overrides), by their key in a stored diff."""


class LibrarySource(StrEnum):
    """A subset of an organization's library."""

    ALL = "ALL"
    CANONICAL = "CANONICAL"
    ORG = "ORG"
    CUSTOMIZED = "CUSTOMIZED"


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
