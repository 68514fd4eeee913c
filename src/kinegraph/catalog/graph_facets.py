"""The GraphQL types of facets: the number of exercises of a list, by value."""

from typing import Any  # Any: a page's facets are read by field name
from uuid import UUID

import strawberry

from kinegraph.catalog.rules import FacetRow
from kinegraph.kit.graph import edge
from kinegraph.kit.pages import Page
from kinegraph.taxonomy import store as store_taxonomy
from kinegraph.taxonomy.graph import TaxonomyTerm


@strawberry.type(description="A value, and how many exercises of the list have it.")
class FacetCount:
    value: str = strawberry.field(description="The value, as a filter takes it, e.g. STRENGTH or barbell.")
    count: int = strawberry.field(description="How many exercises have it.")


def _term_key(count: FacetRow) -> tuple[UUID | None, UUID]:
    """The view of the counted list, and the term's id."""
    return count.view_id, UUID(count.value)


@strawberry.type(description="A taxonomy term, and how many exercises of the list are tagged with it.")
class TermCount:
    term: TaxonomyTerm = edge(store_taxonomy.terms, _term_key, "The term.", required_columns=("view_id", "value"))
    count: int = strawberry.field(description="How many exercises; of a category, those tagged below it count too.")


@strawberry.type(description="How many exercises of the whole list have each value, most frequent first.")
class ExerciseFacets:
    category: list[FacetCount] = strawberry.field(description="By category of training.")
    kind: list[FacetCount] = strawberry.field(description="By kind.")
    movement_pattern: list[FacetCount] = strawberry.field(description="By fundamental movement, where there is one.")
    difficulty: list[FacetCount] = strawberry.field(description="By difficulty 1 to 5, where there is one.")
    status: list[FacetCount] = strawberry.field(description="By status.")
    primary_muscles: list[FacetCount] = strawberry.field(description="By primary muscle.")
    secondary_muscles: list[FacetCount] = strawberry.field(description="By secondary muscle.")
    equipment: list[FacetCount] = strawberry.field(description="By required equipment.")
    discipline: list[FacetCount] = strawberry.field(description="By sport or field.")
    categories: list[TermCount] = strawberry.field(description="By category of the clinical taxonomy.")
    body_regions: list[TermCount] = strawberry.field(description="By body region.")
    equipment_items: list[TermCount] = strawberry.field(description="By catalogued equipment.")


async def facets_of(root: strawberry.Parent[Page]) -> Any:
    """Resolver: the facets of the list that the page belongs to."""
    return await root.beside["facets"]()
