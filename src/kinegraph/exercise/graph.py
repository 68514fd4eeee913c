"""The GraphQL types of stored exercises, and the query of one."""

from datetime import datetime
from typing import Annotated, Any  # Any: GraphQL reads a row by field name

import strawberry

from kinegraph.exercise import rules, store, store_details, store_nodes
from kinegraph.exercise.graph_columns import output_fields
from kinegraph.exercise.graph_details import Contraindication, Instruction
from kinegraph.exercise.rules_columns import REGISTRY
from kinegraph.identity.graph import Organization, organization_edge
from kinegraph.identity.graph_versions import EditConflict, conflict_field
from kinegraph.kit.checks import require_key
from kinegraph.kit.context import Info
from kinegraph.kit.graph import Node, edge, field, node
from kinegraph.kit.user_errors import payload
from kinegraph.taxonomy import store as store_taxonomy
from kinegraph.taxonomy.graph import TaxonomyTerm
from kinegraph.taxonomy.rules import TaxonomyKind
from kinegraph.video.graph import VIDEO_COLUMNS, Video, VideoCandidate, suggestions_of, video_of
from kinegraph.video.rules_suggestions import node_key

ExerciseId = Annotated[strawberry.ID, strawberry.argument(description="The exercise's id, or an EffectiveExercise's.")]


def _tagged(kind: TaxonomyKind, description: str) -> Any:
    """Declare the field of the terms of one kind; all kinds are read by one call."""
    return edge(
        store_taxonomy.terms_of, "id", description, lambda exercise, by_kind: by_kind.get(kind, []), assumed_size=2
    )


@strawberry.interface(description="What canonical, own and merged exercises have in common; one fragment serves all.")
@output_fields(column for column in REGISTRY if column.is_overridable)
class ExerciseFields:
    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:
        """True for every row: no field returns the interface, so that no type has to be resolved."""
        return True


node(store_nodes.suggested_videos, parse=node_key)(VideoCandidate)  # here, since who sees one follows from the exercise


@node(store_nodes.shown, "exercises")
@strawberry.type(description="An exercise as it is stored: canonical, or an organization's own.")
@output_fields(column for column in REGISTRY if column.output and not column.is_overridable)
class Exercise(ExerciseFields, Node):
    id: strawberry.ID = strawberry.field(description="The exercise's id.")
    organization: Organization | None = organization_edge("Whose own it is; null for a canonical row.")
    forked_from: "Exercise | None" = edge(
        store.sources,
        "forked_from_id",
        "The exercise that this one was cloned from; null where it was not, or the caller may not see it.",
    )
    video: Video | None = strawberry.field(
        resolver=video_of,
        description="The demonstration video; null without one.",
        metadata={"required_columns": VIDEO_COLUMNS},
    )
    video_candidates: list[VideoCandidate] = strawberry.field(
        resolver=suggestions_of,
        description="Videos that coaches suggested; shown to coaches and platform admins.",
        metadata={"assumed_size": 3},
    )
    instructions: list[Instruction] = edge(
        store_details.instructions_of, "id", "What the athlete does, in order.", assumed_size=6
    )
    contraindications: list[Contraindication] = edge(
        store_details.contraindications_of, "id", "The conditions that speak against it.", assumed_size=25
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
    def is_canonical(root: strawberry.Parent[rules.ExerciseRow]) -> bool:
        return root.organization_id is None


@payload("The exercise that was written.")
class ExercisePayload:
    exercise: Exercise | None = strawberry.field(default=None, description="The exercise as it is stored now.")
    conflict: EditConflict | None = conflict_field()


@strawberry.type
class Query:
    @field("An exercise that the caller may see, as it is stored; null where there is none.")
    async def exercise(self, info: Info, id: ExerciseId) -> Exercise | None:
        key = require_key(rules.stored_id(id), "id")
        row = await info.context.load(store.by_ids, key)
        shown: Exercise | None = row if row and rules.is_visible(await info.context.viewer(), row) else None
        return shown
