"""The search of exercises in the API."""

from typing import Annotated

import strawberry

from kinegraph.catalog.graph import Filter
from kinegraph.catalog.graph_conditions import resolved
from kinegraph.catalog.rules_checks import checked_filter
from kinegraph.identity.rules import Viewer
from kinegraph.kit.checks import Checks, require_key
from kinegraph.kit.context import Info
from kinegraph.kit.graph import field, given
from kinegraph.lexicon.rules_query import MAX_LENGTH, checked_query
from kinegraph.search import store
from kinegraph.search.graph_hits import ExerciseSearchHit, FoundHit
from kinegraph.search.graph_vectors import find_vectors, vector_of
from kinegraph.search.rules import SearchMode
from kinegraph.search.store_scope import scope_of, searched_organization

MAX_HITS = 100


@strawberry.type
class Query:
    @field(
        "Exercises that a text means, best first: names, aliases, muscles, equipment and cues, in English, Hebrew and "
        "Russian, inflected, abbreviated or misspelled. Without organizationId, or where the caller does not belong to "
        "it or may not browse its library: canonical exercises alone. A query that has no other fields needs no token; "
        "without one it finds canonical exercises alone.",
        assumed_size=20,
        prepare=find_vectors,
    )
    async def search_exercises(
        self,
        info: Info,
        q: Annotated[str, strawberry.argument(description=f"What is searched, 1 to {MAX_LENGTH} characters.")],
        mode: Annotated[
            SearchMode | None, strawberry.argument(description="The lists that are fused; null is the default.")
        ] = SearchMode.HYBRID,
        organization_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Whose library is searched; null: the canonical one."),
        ] = None,
        filter: Filter = None,
        limit: Annotated[
            int | None, strawberry.argument(description=f"Hits, 1 to {MAX_HITS}; null is the default.")
        ] = 20,
    ) -> list[ExerciseSearchHit]:
        checks = Checks()
        count = checks.whole(20 if limit is None else limit, ("limit",), 1, MAX_HITS)
        with checks.layer():
            checked_query(q)
        checks.done()
        sent = None if organization_id is None else require_key(organization_id, "organizationId")
        wanted = checked_filter(given(filter) if filter else {})
        viewer: Viewer = await info.context.viewer()
        organization = searched_organization(viewer, sent)
        sees_drafts = viewer.is_platform_admin if organization is None else viewer.coaches(organization)
        wanted = await resolved(info, wanted, organization, sees_drafts)
        scope = scope_of(viewer, wanted, organization)
        vector = vector_of(info, q, mode)
        is_semantic = mode is SearchMode.SEMANTIC and vector is not None
        hits: list[store.HitRow] = await info.context.load(
            store.search,
            q,
            scope=scope,
            wanted=wanted,
            limit=count,
            vector=vector,
            is_semantic=is_semantic,
        )
        return [FoundHit.of(q, hit) for hit in hits]  # type: ignore[misc]  # read by field name
