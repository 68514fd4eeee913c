"""Exercises as the API shows them: the stored row, and its lists."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from kinegraph.exercise import rules, store, store_details, store_lists, store_taxonomy
from kinegraph.exercise.graph_details import Contraindication, Instruction
from kinegraph.exercise.graph_facets import ExerciseFacets, facets_of
from kinegraph.exercise.graph_fields import ExerciseFields
from kinegraph.exercise.graph_filters import ExerciseFilter
from kinegraph.exercise.graph_taxonomy import TaxonomyTerm
from kinegraph.exercise.graph_terms import terms
from kinegraph.exercise.graph_video import VIDEO_COLUMNS, Video, VideoCandidate, candidates_of, video_of
from kinegraph.exercise.rules_taxonomy import TaxonomyKind
from kinegraph.exercise.store_orders import ORDERS
from kinegraph.identity.graph import After, First, Organization, organization_edge
from kinegraph.identity.rules import Viewer
from kinegraph.kit.checks import require_key
from kinegraph.kit.connections import Connection
from kinegraph.kit.context import Info
from kinegraph.kit.graph import edge, field, given
from kinegraph.kit.pages import window
from kinegraph.kit.user_errors import UserError, user_errors

ExerciseId = Annotated[strawberry.ID, strawberry.argument(description="The exercise's id.")]
Filter = Annotated[ExerciseFilter | None, strawberry.argument(description="What the list is narrowed to.")]
Sort = Annotated[terms.ExerciseSort, strawberry.argument(description="Order of the list.")]


def _tagged(kind: TaxonomyKind, description: str) -> Any:
    """The exercise's terms of one kind; all kinds are read at once."""
    return edge(store_taxonomy.terms_of, "id", description, lambda exercise, by_kind: by_kind.get(kind, []))


@strawberry.type(description="An exercise as it is stored: canonical, or an organization's own.")
class Exercise(ExerciseFields):
    id: strawberry.ID = strawberry.field(description="The exercise's id.")
    organization: Organization | None = organization_edge("Whose own it is; null for a canonical row.")
    forked_from: "Exercise | None" = edge(
        store.sources,
        "forked_from_id",
        "The exercise that this one was cloned from; null where it was not, or the caller may not see it.",
    )
    slug: str | None = strawberry.field(description="Short name for addresses, unique among canonical rows.")
    status: terms.ExerciseStatus = strawberry.field(description="Where it stands in its life.")
    plane_of_motion: terms.PlaneOfMotion | None = strawberry.field(description="Main plane of motion.")
    mechanics: str | None = strawberry.field(
        description="What provides the resistance; the library says free_weight, bodyweight, machine, cable, band."
    )
    force_vector: str | None = strawberry.field(
        description="Direction of the effort; the library says vertical, horizontal, lateral, rotational, "
        "multi_directional."
    )
    is_unilateral: bool = strawberry.field(description="Whether the sides work one at a time.")
    optional_equipment: list[str] = strawberry.field(description="Equipment that helps but is not needed.")
    video: Video | None = strawberry.field(
        resolver=video_of,
        description="The demonstration video; null without one.",
        metadata={"reads": VIDEO_COLUMNS},
    )
    video_candidates: list[VideoCandidate] = strawberry.field(
        resolver=candidates_of, description="Videos that coaches suggested; shown to coaches and platform admins."
    )
    source: str | None = strawberry.field(description="Where the entry comes from, e.g. crossfit-glossary.")
    source_url: str | None = strawberry.field(description="Address of the source.")
    license_attribution: str | None = strawberry.field(description="Attribution that the source's licence asks for.")
    instructions: list[Instruction] = edge(store_details.instructions_of, "id", "What the athlete does, in order.")
    contraindications: list[Contraindication] = edge(
        store_details.contraindications_of, "id", "The conditions that speak against it."
    )
    categories: list[TaxonomyTerm] = _tagged(TaxonomyKind.CATEGORY, "The categories that it is tagged with.")
    body_regions: list[TaxonomyTerm] = _tagged(TaxonomyKind.BODY_REGION, "The parts of the body it is for.")
    equipment_items: list[TaxonomyTerm] = _tagged(TaxonomyKind.EQUIPMENT, "The catalogued equipment that it needs.")
    created_at: datetime = strawberry.field(description="When the row was made.")
    updated_at: datetime = strawberry.field(description="When the row was last changed.")
    deleted_at: datetime | None = strawberry.field(
        description="Set on a softly deleted row, which is still shown where workouts and plans refer to it."
    )

    @field("Whether it is a canonical row, which belongs to no organization.")
    def is_canonical(root: strawberry.Parent[Any]) -> bool:
        return root.organization_id is None


@strawberry.type(description="One page of a list of exercises, in a total order.")
class ExerciseConnection(Connection[Exercise]):
    facets: ExerciseFacets = strawberry.field(
        resolver=facets_of, description="How many exercises of the whole list, filtered as it is, have each value."
    )


@strawberry.type(description="The exercise that was written.")
class ExercisePayload:
    exercise: Exercise | None = strawberry.field(default=None, description="The exercise as it is stored now.")
    user_errors: list[UserError] = user_errors()


@strawberry.type
class Query:
    @field("An exercise that the caller may see, as it is stored; null where there is none.")
    async def exercise(self, info: Info, id: ExerciseId) -> Exercise | None:
        key = require_key(id, "id")
        row = await info.context.load(store.by_ids, key)
        shown: Exercise | None = row if row and rules.is_visible(await info.context.viewer(), row) else None
        return shown

    @field("Canonical exercises that the caller may see, on stored values.")
    async def exercises(
        self,
        info: Info,
        filter: Filter = None,
        sort: Sort = terms.ExerciseSort.NAME_ASC,
        first: First = 50,
        after: After = None,
    ) -> ExerciseConnection:
        page = window(f"exercises {sort}", first, after, 50, ORDERS[sort].kind, UUID)
        wanted = rules.checked_filter(given(filter) if filter else {})
        viewer: Viewer = await info.context.viewer()
        return await info.context.page(
            store_lists.canonical_pages,
            store_lists.canonical_counts,
            viewer.is_platform_admin,
            page,
            info.context.requested_columns(info),
            {"facets": store_lists.canonical_facets},
            wanted=wanted,
            sort=sort,
        )
