"""The origin of an override: who set each of its fields, when, and whether the canonical value has changed since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol  # Any: values of any column
from uuid import UUID

from kinegraph.exercise.rules_columns import COLUMNS, Kind
from kinegraph.identity.rules import User
from kinegraph.kit.checks import parse_key
from kinegraph.library.rules import OVERRIDABLE_BY_KEY


class FieldOverrideRow(Protocol):
    """One key of a stored diff with its change, its user, and the columns of the canonical row."""

    field: str
    organization_id: UUID
    exercise_id: UUID
    override_value: Any
    change: dict[str, Any] | None
    updated_at: datetime
    updated_by_id: UUID | None
    updated_by_name: str
    updated_by_email: str | None


@dataclass(frozen=True, slots=True)
class FieldOverride:
    """One field that an organization overrides, with the canonical value and the user who set it."""

    id: str
    field: str
    canonical_value: Any
    override_value: Any
    updated_by: User | None
    updated_at: datetime
    is_drifted: bool


def field_overrides(rows: Sequence[FieldOverrideRow]) -> list[FieldOverride]:
    """The fields of an override, in the order of the rows; keys that are not allowlisted are ignored."""
    return [_field_override(row) for row in rows if row.field in OVERRIDABLE_BY_KEY]


def _field_override(row: FieldOverrideRow) -> FieldOverride:
    """One field. It has drifted if the canonical value differs from the one that was recorded with the override."""
    column, change, user_id = OVERRIDABLE_BY_KEY[row.field], row.change, row.updated_by_id
    canonical = getattr(row, column)
    return FieldOverride(
        f"override:{row.organization_id}:{row.exercise_id}:{row.field}",
        row.field,
        _spelled(column, canonical),
        _spelled(column, row.override_value),
        User(user_id, row.updated_by_name, row.updated_by_email, row.organization_id) if user_id else None,
        datetime.fromisoformat(change["at"]) if change else row.updated_at,
        change is not None and change["canonical"] != canonical,
    )


def _spelled(column: str, value: Any) -> Any:
    """A value in the API's spelling: members of enums in capitals."""
    return value.upper() if COLUMNS[column].kind is Kind.TERM and isinstance(value, str) else value


def parse_view_id(id: str) -> tuple[UUID, UUID] | None:
    """The organization and the exercise of an EffectiveExercise's id; None for other ids."""
    organization, exercise = map(parse_key, id.partition(":")[::2])
    return (organization, exercise) if organization and exercise else None


def parse_override_id(id: str) -> tuple[UUID, UUID, str] | None:
    """The organization, the exercise and the field of a FieldOverride's id; None for other ids."""
    prefix, _, rest = id.partition(":")
    view, _, field = rest.rpartition(":")
    key = parse_view_id(view) if prefix == "override" else None
    return (*key, field) if key else None
