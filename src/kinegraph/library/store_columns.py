"""SQL expressions of effective columns, for filters, orders and facets; what is shown is merged by `rules.merge`.

They are of an exercise (alias e) with an override (alias o) that is joined to it.
"""

from kinegraph.catalog.store_filters import STORED
from kinegraph.exercise.rules_columns import CASELESS, COLUMNS, OVERRIDABLE, Kind, api_name
from kinegraph.library.rules import OVERRIDABLE_BY_KEY


def _effective_sql(column: str) -> str:
    """The SQL expression of a column's effective value."""
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


def _effective_keys(column: str) -> str:
    """The SQL expression of a list's effective entries in the form in which they are compared."""
    key, stored = api_name(column), STORED[f"{column}_keys"]
    overriding = f"ARRAY(SELECT kinegraph_folded(word) FROM jsonb_array_elements_text(o.overrides -> '{key}') AS word)"
    return f"(CASE WHEN jsonb_typeof(o.overrides -> '{key}') = 'array' THEN {overriding} ELSE {stored} END)"


EFFECTIVE = {
    **{column: _effective_sql(column) if column in OVERRIDABLE else sql for column, sql in STORED.items()},
    **{f"{column}_keys": _effective_keys(column) for column in CASELESS if column in OVERRIDABLE},
    "viewed_by": "coalesce(e.organization_id, o.organization_id)",
    "restricted_by": "wanted.organization_id",
}
"""The SQL expression of each column for filters, orders and facets of a library, whose organization is of `wanted`."""

CUSTOMIZED = f"jsonb_strip_nulls(o.overrides) ?| ARRAY[{', '.join(repr(key) for key in OVERRIDABLE_BY_KEY)}]"
"""SQL condition: the override changes at least one field, by the rules of the merge."""
