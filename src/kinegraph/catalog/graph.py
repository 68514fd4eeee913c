"""The connection of exercises, and the query of the canonical list."""

from typing import Annotated
from uuid import UUID

import strawberry

from kinegraph.catalog import rules_checks, store
from kinegraph.catalog.graph_conditions import resolved
from kinegraph.catalog.graph_facets import ExerciseFacets, facets_of
from kinegraph.catalog.graph_filters import ExerciseFilter
from kinegraph.catalog.rules import ExerciseSort
from kinegraph.catalog.store_orders import ORDERS
from kinegraph.exercise.graph import Exercise
from kinegraph.identity.graph import After, First
from kinegraph.identity.rules import Viewer
from kinegraph.kit.connections import Before, Connection, Last, page_window
from kinegraph.kit.context import Info
from kinegraph.kit.graph import field, given

Filter = Annotated[ExerciseFilter | None, strawberry.argument(description="What the list is narrowed to.")]
Sort = Annotated[
    ExerciseSort | None, strawberry.argument(description="Order of the list; null is the default, NAME_ASC.")
]


@strawberry.type(description="One page of a list of exercises, in a total order.")
class ExerciseConnection(Connection[Exercise]):
    facets: ExerciseFacets = strawberry.field(
        resolver=facets_of, description="How many exercises of the whole list, filtered as it is, have each value."
    )


@strawberry.type
class Query:
    @field("Canonical exercises that the caller may see, on stored values.")
    async def exercises(
        self,
        info: Info,
        filter: Filter = None,
        sort: Sort = ExerciseSort.NAME_ASC,
        first: First = 50,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> ExerciseConnection:
        wanted = rules_checks.checked_filter(given(filter) if filter else {})
        sort, name = rules_checks.order_of(sort, wanted)
        kinds = ORDERS[sort].kind, UUID
        page = page_window(info, f"exercises {name}", 50, kinds, first, after, last, before)
        viewer: Viewer = await info.context.viewer()
        wanted = await resolved(info, wanted, None, viewer.is_platform_admin)
        found: ExerciseConnection = await info.context.page(
            store.canonical_pages,
            store.canonical_counts,
            viewer.is_platform_admin,
            page,
            info.context.requested_columns(info),
            {"facets": store.canonical_facets},
            wanted=wanted,
            sort=sort,
        )
        return found
