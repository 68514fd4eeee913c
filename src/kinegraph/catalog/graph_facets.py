"""The GraphQL types of facets: the number of exercises of a list, by value."""

from typing import Any  # Any: a page's facets are read by field name
from uuid import UUID

import strawberry

from kinegraph.catalog.rules_facets import FacetRow
from kinegraph.kit.graph import edge, field
from kinegraph.kit.pages import Page
from kinegraph.taxonomy import store as store_taxonomy
from kinegraph.taxonomy.graph import TaxonomyTerm


@strawberry.type(description="A value, and how many exercises of the list have it.")
class FacetCount:
    value: str = strawberry.field(description="The value, as the facet's filter takes it, e.g. STRENGTH or barbell.")
    count: int = strawberry.field(description="How many exercises have it.")

    @field("The value of a facet of numbers, as its filter takes it; null for other facets.")
    def number(root: strawberry.Parent[FacetRow]) -> int | None:
        return int(root.value) if root.name == "difficulty" else None


def _term_key(count: FacetRow) -> tuple[UUID | None, UUID]:
    """The view of the counted list, and the term's id."""
    return count.view_id, UUID(count.value)


@strawberry.type(description="A taxonomy term, and how many exercises of the list are tagged with it.")
class TermCount:
    term: TaxonomyTerm = edge(
        store_taxonomy.terms,
        _term_key,
        "The term that the exercises are tagged with.",
        required_columns=("view_id", "value"),
    )
    count: int = strawberry.field(description="How many exercises; of a category, those tagged below it count too.")


def _counts(description: str) -> Any:
    """Declare a facet: a list of counts."""
    return strawberry.field(description=description, metadata={"assumed_size": 12})


@strawberry.type(
    description="How many exercises of the whole list have each value, most frequent first. Each facet is counted "
    "without its own filters, so that one request shows what else could be chosen; its description names the filter "
    "that takes its values."
)
class ExerciseFacets:
    category: list[FacetCount] = _counts("By category of training, for `category`.")
    kind: list[FacetCount] = _counts("By kind, for `kind`.")
    movement_pattern: list[FacetCount] = _counts("By fundamental movement, where there is one, for `movementPattern`.")
    difficulty: list[FacetCount] = _counts(
        "By difficulty 1 to 5, where there is one: each `number` for `difficultyIn`. Counted without "
        "`difficulty`, `difficultyMin` and `difficultyMax` too."
    )
    status: list[FacetCount] = _counts("By status, for `status`: all that the caller may ask for, archived ones too.")
    primary_muscles: list[FacetCount] = _counts("By primary muscle, for `primaryMuscles`.")
    secondary_muscles: list[FacetCount] = _counts("By secondary muscle, for `secondaryMuscles`.")
    muscles: list[FacetCount] = _counts("By muscle, primary or secondary, for `muscles`.")
    equipment: list[FacetCount] = _counts(
        "By required equipment, for `requiresEquipment`. Counted without `availableEquipment` and "
        "`excludeEquipment` too."
    )
    discipline: list[FacetCount] = _counts("By sport or field, for `discipline`.")
    categories: list[TermCount] = _counts("By category of the clinical taxonomy: each term's id for `categoryId`.")
    body_regions: list[TermCount] = _counts("By body region: each term's id for `bodyRegionId`.")
    equipment_items: list[TermCount] = _counts("By catalogued equipment: each term's id for `equipmentId`.")


async def facets_of(root: strawberry.Parent[Page]) -> Any:
    """Resolver: the facets of the list that the page belongs to."""
    return await root.beside["facets"]()
