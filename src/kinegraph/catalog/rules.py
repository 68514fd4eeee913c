"""The filters and orders of lists of exercises."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple  # Any: values of an input, by column
from uuid import UUID

from kinegraph.exercise.rules_columns import REGISTRY
from kinegraph.kit.errors import Path

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
    RELEVANCE = "RELEVANCE"


FILTERED = tuple(column.name for column in REGISTRY if column.filter)
"""The columns that lists are filtered by with their own values."""
ChainEntry = tuple[int, int, str, str]
"""The number of a person's condition, how many parents away, the key there, and one of its stored spellings."""


class UnlistedName(NamedTuple):
    """A name of a muscle or of equipment that is in no vocabulary, and its place in the input."""

    text: str
    path: Path
    spellings: tuple[str, ...]
    """The forms in which exercises may have it."""
    is_muscle: bool


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
    difficulty_in: tuple[int, ...] | None = None
    requires_equipment: tuple[str, ...] | None = None
    muscles: tuple[str, ...] | None = None
    available_equipment: tuple[str, ...] | None = None
    exclude_equipment: tuple[str, ...] | None = None
    exclude_muscles: tuple[str, ...] | None = None
    category_id: UUID | None = None
    body_region_id: UUID | None = None
    equipment_id: UUID | None = None
    max_fatigue: int | None = None
    stability_max: int | None = None
    skill_max: int | None = None
    force_type: str | None = None
    class_key: tuple[str, ...] | None = None
    goal: str | None = None
    safe_for: tuple[str, ...] | None = None
    """Conditions as they were sent."""
    chains: tuple[ChainEntry, ...] = ()
    """The spellings of these conditions and their parents; set before the stores are called (`rules_names`)."""
    safe_for_strictness: str | None = None
    include_unclassified: bool | None = None
    unlisted: tuple[UnlistedName, ...] = ()
    """Names that are in no vocabulary; empty when they have been looked up, before the stores are called."""
