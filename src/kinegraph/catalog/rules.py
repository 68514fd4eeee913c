"""The filters, orders and facets of lists of exercises."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol  # Any: values of an input, by column
from uuid import UUID

from kinegraph.exercise.rules_columns import COLUMNS, REGISTRY, Kind, api_name, sought_form
from kinegraph.kit.checks import Checks

BANDS: Mapping[str, tuple[int, int]] = {"BEGINNER": (1, 2), "INTERMEDIATE": (3, 3), "ADVANCED": (4, 5)}
"""The lowest and the highest difficulty of each band (docs/domain.md, Exercises)."""


class DifficultyBand(StrEnum):
    """A band of difficulties."""

    BEGINNER = "BEGINNER"
    INTERMEDIATE = "INTERMEDIATE"
    ADVANCED = "ADVANCED"


class ExerciseSort(StrEnum):
    """The orders of a list of exercises."""

    NAME_ASC = "NAME_ASC"
    NAME_DESC = "NAME_DESC"
    CREATED_AT_ASC = "CREATED_AT_ASC"
    CREATED_AT_DESC = "CREATED_AT_DESC"
    UPDATED_AT_DESC = "UPDATED_AT_DESC"
    DIFFICULTY_ASC = "DIFFICULTY_ASC"
    DIFFICULTY_DESC = "DIFFICULTY_DESC"


FILTERED = tuple(column.name for column in REGISTRY if column.filter)
"""The columns that lists are filtered by with their own values."""


@dataclass(frozen=True, slots=True)
class Filter:
    """The conditions of a list of exercises, which all hold together; None is no condition."""

    q: str | None = None
    columns: tuple[tuple[str, Any], ...] = ()
    """The values of columns that the registry filters by, by column."""
    status: tuple[str, ...] | None = None
    difficulty: str | None = None
    difficulty_min: int | None = None
    difficulty_max: int | None = None
    muscles: tuple[str, ...] | None = None
    available_equipment: tuple[str, ...] | None = None
    exclude_equipment: tuple[str, ...] | None = None
    category_id: UUID | None = None
    body_region_id: UUID | None = None
    equipment_id: UUID | None = None
    max_fatigue: int | None = None
    safe_for: tuple[str, ...] | None = None


class FacetRow(Protocol):
    """The number of exercises that have one value of one facet, and the view of the list."""

    name: str
    view_id: UUID | None
    value: str
    count: int


def checked_filter(values: Mapping[str, Any]) -> Filter:
    """Check the values of an input, and return the filter; an empty list is no condition.

    Raises Refused for values that are malformed or too long.
    """
    checks = Checks()
    cleaned: dict[str, Any] = {}
    for name, value in values.items():
        path = ("filter", api_name(name))
        if isinstance(value, list):
            cleaned[name] = tuple(map(sought_form(name), checks.texts(value, path, 255, 200))) or None
        elif name in ("category_id", "body_region_id", "equipment_id") and value is not None:
            cleaned[name] = checks.key(value, path)
        elif isinstance(value, str) and (name == "q" or (name in FILTERED and COLUMNS[name].kind is Kind.TEXT)):
            longest = 200 if name == "q" else max(200, COLUMNS[name].max_length)
            cleaned[name] = sought_form(name)(checks.text(value, path, longest, empty=True)) or None
        else:
            cleaned[name] = value
    checks.done()
    columns = tuple((name, value) for name in FILTERED if (value := cleaned.pop(name, None)) is not None)
    return Filter(**cleaned, columns=columns)
