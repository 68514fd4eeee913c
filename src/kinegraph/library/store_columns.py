"""Effective columns as SQL: what a filter sees of an exercise (e) that an override (o) was joined to."""

from kinegraph.catalog.store_filters import STORED
from kinegraph.exercise.rules_columns import COLUMNS, OVERRIDABLE, Kind, api_name
from kinegraph.library.rules import OVERRIDABLE_BY_KEY


def _effective(column: str) -> str:
    """The SQL of a column as the organization sees it; o is the override that was joined."""
    key, stored, kind = api_name(column), STORED[column], COLUMNS[column].kind
    if kind is Kind.LIST:
        return (
            f"(CASE WHEN jsonb_typeof(o.overrides -> '{key}') = 'array' "
            f"THEN ARRAY(SELECT jsonb_array_elements_text(o.overrides -> '{key}')) ELSE {stored} END)"
        )
    if column == "difficulty":
        return f"coalesce(o.difficulty, {stored})"
    type = {Kind.NUMBER: "integer", Kind.FLAG: "boolean"}.get(kind, "text")
    return f"coalesce((o.overrides ->> '{key}')::{type}, {stored}::{type})"


EFFECTIVE = {column: _effective(column) if column in OVERRIDABLE else sql for column, sql in STORED.items()}
"""What a filter or an order sees of an organization's library."""

CUSTOMIZED = f"jsonb_strip_nulls(o.overrides) ?| ARRAY[{', '.join(repr(key) for key in OVERRIDABLE_BY_KEY)}]"
"""Whether the joined override supplies anything, by the same rule as the merge."""
