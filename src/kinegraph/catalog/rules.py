"""Lists of exercises: their filters and their orders."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from kinegraph.exercise.rules_columns import COLUMNS, REGISTRY, Kind, api_name
from kinegraph.kit.checks import Checks

BANDS: Mapping[str, tuple[int, int]] = {"BEGINNER": (1, 2), "INTERMEDIATE": (3, 3), "ADVANCED": (4, 5)}
"""Seed 000's difficulty bands over seed 002's integers."""


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
    """What a list of exercises is narrowed to; None asks for nothing. All conditions hold together."""

    q: str | None = None
    columns: tuple[tuple[str, Any], ...] = ()
    """Values by column, of the columns that the registry filters by."""
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


def checked_filter(values: Mapping[str, Any]) -> Filter:
    """The filter in an input. Raises Refused for texts and lists that no row could match for their form."""
    checks = Checks()
    cleaned: dict[str, Any] = {}
    for name, value in values.items():
        path = ("filter", api_name(name))
        if isinstance(value, list):
            cleaned[name] = tuple(checks.texts(value, path, 255, 200))
        elif name in ("category_id", "body_region_id", "equipment_id") and value is not None:
            cleaned[name] = checks.key(value, path)
        elif isinstance(value, str) and (name == "q" or (name in FILTERED and COLUMNS[name].kind is Kind.TEXT)):
            cleaned[name] = checks.text(value, path, 200, empty=True) or None
        else:
            cleaned[name] = value
    checks.done()
    columns = tuple((name, value) for name in FILTERED if (value := cleaned.pop(name, None)) is not None)
    return Filter(**cleaned, columns=columns)
