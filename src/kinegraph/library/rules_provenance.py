"""The origin of an override: who set each of its fields, when, and whether the canonical value has changed since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any  # values of any column, and rows of the store

from kinegraph.exercise.rules_columns import COLUMNS, Kind
from kinegraph.identity.rules import User
from kinegraph.library.rules import OVERRIDABLE_BY_KEY


@dataclass(frozen=True, slots=True)
class FieldOverride:
    """One field that an organization overrides: what stands beside what, and whose doing it is."""

    field: str
    canonical_value: Any
    override_value: Any
    updated_by: User | None
    updated_at: datetime
    is_drifted: bool


def field_overrides(rows: Sequence[Any]) -> list[FieldOverride]:
    """An override's fields, sorted by name; keys that are not allowlisted do not count (as in the merge)."""
    return [_field_override(row) for row in rows if row.field in OVERRIDABLE_BY_KEY]


def _field_override(row: Any) -> FieldOverride:
    """One field. It has drifted where the canonical value is another than when the override was made."""
    column, change = OVERRIDABLE_BY_KEY[row.field], row.change
    canonical = getattr(row, column)
    return FieldOverride(
        row.field,
        _spelled(column, canonical),
        _spelled(column, row.override_value),
        row.updated_by_id and User(row.updated_by_id, row.updated_by_name, row.updated_by_email, row.organization_id),
        datetime.fromisoformat(change["at"]) if change else row.updated_at,
        change is not None and change["canonical"] != canonical,
    )


def _spelled(column: str, value: Any) -> Any:
    """A value as the API spells it: members of enums in capitals."""
    return value.upper() if COLUMNS[column].kind is Kind.TERM and isinstance(value, str) else value
