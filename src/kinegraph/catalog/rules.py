"""The filters, orders and facets of lists of exercises."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol  # Any: values of an input, by column
from uuid import UUID

from kinegraph.exercise.rules_columns import COLUMNS, REGISTRY, Kind, api_name, sought_form
from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Path
from kinegraph.lexicon.rules_filter import sought_names
from kinegraph.taxonomy.rules_muscles import muscles_meant, spellings_of

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
    """The spellings of these conditions and their parents; set before the stores are called (`rules_conditions`)."""
    safe_for_strictness: str | None = None
    include_unclassified: bool | None = None


FACETS: Mapping[str, tuple[str, ...]] = {
    "category": ("category",),
    "kind": ("kind",),
    "movement_pattern": ("movement_pattern",),
    "difficulty": ("difficulty", "difficulty_min", "difficulty_max", "difficulty_in"),
    "status": ("status",),
    "primary_muscles": ("primary_muscles",),
    "secondary_muscles": ("secondary_muscles",),
    "muscles": ("muscles",),
    "equipment": ("requires_equipment", "available_equipment", "exclude_equipment"),
    "discipline": ("discipline",),
    "categories": ("category_id",),
    "body_regions": ("body_region_id",),
    "equipment_items": ("equipment_id",),
}
"""Each facet with its own filters, without which it is counted (docs/domain.md, Exercises)."""

FACET_OF: Mapping[str, str] = {filter: facet for facet, filters in FACETS.items() for filter in filters}


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
        if name == "difficulty_in" and value is not None:
            cleaned[name] = _checked_numbers(value, path, checks) or None
        elif isinstance(value, list):
            texts = checks.texts(value, path, 255, 200)
            cleaned[name] = tuple(_sought(name, texts)) or None
        elif name in ("category_id", "body_region_id", "equipment_id") and value is not None:
            cleaned[name] = checks.key(value, path)
        elif isinstance(value, str) and (name == "q" or (name in FILTERED and COLUMNS[name].kind is Kind.TEXT)):
            longest = 200 if name == "q" else max(200, COLUMNS[name].max_length)
            cleaned[name] = checks.text(value, path, longest, empty=True) or None
        elif value is not None and name in FILTERED and COLUMNS[name].kind is Kind.NUMBER:
            cleaned[name] = checks.whole(value, path, *COLUMNS[name].bounds)
        elif value is not None and name in ("stability_max", "skill_max"):
            cleaned[name] = checks.whole(value, path, 1, 5)
        else:
            cleaned[name] = value
    checks.done()
    columns = tuple((name, value) for name in FILTERED if (value := cleaned.pop(name, None)) is not None)
    return Filter(**cleaned, columns=columns)


def order_of(sort: ExerciseSort | None, wanted: Filter) -> tuple[ExerciseSort, str]:
    """The order of a list, and its name in cursors. By relevance to nothing is by name, as null is.

    The scores of another text, or of other terms of the lexicon, are in no order with these.
    """
    if sort is not ExerciseSort.RELEVANCE:
        return sort or ExerciseSort.NAME_ASC, f"{sort or ExerciseSort.NAME_ASC}"
    sought = sought_names(wanted.q or "")
    return (sort, f"{sort} {sought.digest}") if sought.words else (ExerciseSort.NAME_ASC, ExerciseSort.NAME_ASC)


MUSCLES = frozenset(("muscles", "primary_muscles", "secondary_muscles", "exclude_muscles"))
"""The filters whose texts are muscles."""


def _sought(name: str, texts: Sequence[str]) -> Iterable[str]:
    """The texts of a filter in the form in which they are compared; conditions and classes are quoted as sent.

    A muscle, a group or a synonym stands for everything that it means, in every spelling.
    """
    if name in ("safe_for", "class_key"):
        return texts
    form = sought_form(name)
    if name not in MUSCLES:
        return map(form, texts)
    meant = (spelling for text in texts for muscle in sorted(muscles_meant(text)) for spelling in spellings_of(muscle))
    return dict.fromkeys(map(form, (*texts, *meant)))


def _checked_numbers(values: Sequence[int], path: Path, checks: Checks) -> tuple[int, ...]:
    """The difficulties of a filter, at most 200 of them."""
    if not checks.few(values, path, 200):
        return ()
    low, high = COLUMNS["difficulty"].bounds
    return tuple(checks.whole(value, (*path, str(index)), low, high) for index, value in enumerate(values))
