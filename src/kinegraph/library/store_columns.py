"""Effective columns as SQL: what a filter sees of an exercise (e) that an override (o) was joined to."""

from kinegraph.catalog.store_filters import STORED
from kinegraph.exercise.rules import api_name
from kinegraph.library.rules import COLUMNS, OVERRIDABLE

_ARRAYS = frozenset(
    ("primary_muscles", "secondary_muscles", "equipment", "aliases", "discipline", "cues", "common_faults")
)


def _effective(column: str) -> str:
    """The SQL of a column as the organization sees it; o is the override that was joined."""
    key, stored = api_name(column), STORED[column]
    if column in _ARRAYS:
        return (
            f"(CASE WHEN jsonb_typeof(o.overrides -> '{key}') = 'array' "
            f"THEN ARRAY(SELECT jsonb_array_elements_text(o.overrides -> '{key}')) ELSE {stored} END)"
        )
    if column == "difficulty":
        return f"coalesce(o.difficulty, {stored})"
    return f"coalesce(o.overrides ->> '{key}', {stored}::text)"


EFFECTIVE = {column: _effective(column) if column in COLUMNS else sql for column, sql in STORED.items()}
"""What a filter or an order sees of an organization's library."""

CUSTOMIZED = f"jsonb_strip_nulls(o.overrides) ?| ARRAY[{', '.join(repr(key) for key in OVERRIDABLE)}]"
"""Whether the joined override supplies anything, by the same rule as the merge."""
