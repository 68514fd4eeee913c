"""Values for every column of the registry, so that a new column is tested without an edit here."""

from typing import Any  # values of any column

from kinegraph.exercise.rules_columns import REGISTRY, Column, Kind


def sample(column: Column) -> Any:
    """A value of a column as the API spells it."""
    if column.terms:
        return next(iter(column.terms)).name
    name = column.name
    values: dict[Kind, Any] = {Kind.TEXT: f"A {name}", Kind.LIST: [f"a {name}"], Kind.NUMBER: column.bounds[1]}
    return {**values, Kind.FLAG: True, Kind.URL: f"https://videos.example/{name}"}[column.kind]


OVERRIDABLE = tuple(column.api_name for column in REGISTRY if column.is_overridable)
OVERRIDES = {column.api_name: sample(column) for column in REGISTRY if column.is_overridable}
