"""Exercises as the API shows and writes them: the stored row, its lists and its mutations."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from kinegraph.exercise import rules, store, store_lists
from kinegraph.exercise.graph_fields import ExerciseFields
from kinegraph.exercise.graph_filters import ExerciseFilter
from kinegraph.exercise.graph_inputs import CreateExerciseInput, UpdateExerciseInput
from kinegraph.exercise.graph_terms import terms
from kinegraph.exercise.graph_video import Video, video_of
from kinegraph.exercise.store_orders import ORDERS
from kinegraph.identity.graph import After, First, Organization, organization_of
from kinegraph.identity.rules import Viewer
from kinegraph.kit.checks import Checks, require_key
from kinegraph.kit.connections import Connection
from kinegraph.kit.context import Info
from kinegraph.kit.errors import NotFound
from kinegraph.kit.graph import edge, field, given, mutation
from kinegraph.kit.pages import window
from kinegraph.kit.sessions import Row, WriteSession
from kinegraph.kit.user_errors import DeletePayload, UserError, user_errors

ExerciseId = Annotated[strawberry.ID, strawberry.argument(description="The exercise's id.")]
Filter = Annotated[ExerciseFilter | None, strawberry.argument(description="What the list is narrowed to.")]
Sort = Annotated[terms.ExerciseSort, strawberry.argument(description="Order of the list.")]


@strawberry.type(description="An exercise as it is stored: canonical, or an organization's own.")
class Exercise(ExerciseFields):
    id: strawberry.ID = strawberry.field(description="The exercise's id.")
    organization: Organization | None = strawberry.field(
        resolver=organization_of, description="Whose own it is; null for a canonical row."
    )
    forked_from: "Exercise | None" = edge(
        store.by_ids, "forked_from_id", "The exercise that this one was cloned from; null where it was not."
    )
    slug: str | None = strawberry.field(description="Short name for addresses, unique among canonical rows.")
    status: terms.ExerciseStatus = strawberry.field(description="Where it stands in its life.")
    plane_of_motion: terms.PlaneOfMotion | None = strawberry.field(description="Main plane of motion.")
    mechanics: str | None = strawberry.field(
        description="What provides the resistance: free_weight, bodyweight, machine, cable, band or other."
    )
    force_vector: str | None = strawberry.field(
        description="Direction of the effort: vertical, horizontal, lateral, rotational or multi_directional."
    )
    is_unilateral: bool = strawberry.field(description="Whether the sides work one at a time.")
    optional_equipment: list[str] = strawberry.field(description="Equipment that helps but is not needed.")
    video: Video | None = strawberry.field(resolver=video_of, description="The demonstration video; null without one.")
    source: str | None = strawberry.field(description="Where the entry comes from, e.g. crossfit-glossary.")
    source_url: str | None = strawberry.field(description="Address of the source.")
    license_attribution: str | None = strawberry.field(description="Attribution that the source's licence asks for.")
    created_at: datetime = strawberry.field(description="When the row was made.")
    updated_at: datetime = strawberry.field(description="When the row was last changed.")
    deleted_at: datetime | None = strawberry.field(
        description="Set on a softly deleted row, which is still shown where workouts and plans refer to it."
    )

    @field("Whether it is a canonical row, which belongs to no organization.")
    def is_canonical(root: strawberry.Parent[Any]) -> bool:
        return root.organization_id is None


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
    ) -> Connection[Exercise]:
        page = window(f"exercises {sort}", first, after, 50, ORDERS[sort].kind, UUID)
        wanted = rules.checked_filter(given(filter) if filter else {})
        viewer: Viewer = await info.context.viewer()
        return await info.context.page(
            store_lists.canonical_pages,
            store_lists.canonical_counts,
            viewer.is_platform_admin,
            page,
            info.context.asked(info),
            wanted=wanted,
            sort=sort,
        )


@strawberry.type
class Mutation:
    @mutation("Create an exercise of an organization (coach access), or a canonical one (platform admins).")
    async def create_exercise(
        self,
        info: Info,
        input: Annotated[CreateExerciseInput, strawberry.argument(description="The new exercise.")],
    ) -> ExercisePayload:
        session = await info.context.write_session()
        values = given(input)
        owner = values.pop("organization_id", None)
        organization_id = None if owner is None else require_key(owner, "input", "organizationId")
        rules.require_writer(session.viewer, organization_id, "input", "organizationId")
        checks = Checks()
        cleaned = rules.checked({k: v for k, v in values.items() if v is not None}, ("input",), checks)
        checks.done()
        id = await store.insert(session, {**cleaned, "organization_id": organization_id})
        return await _stored(session, id)

    @mutation("Change an exercise: an organization's own (coach access), or a canonical one (platform admins).")
    async def update_exercise(
        self,
        info: Info,
        id: ExerciseId,
        input: Annotated[UpdateExerciseInput, strawberry.argument(description="The new values.")],
    ) -> ExercisePayload:
        session = await info.context.write_session()
        row = await _writable(session, id)
        checks = Checks()
        cleaned = rules.checked(given(input), ("input",), checks)
        checks.done()
        rules.require_move(row.status, cleaned.get("status", row.status), "input", "status")
        await store.update(session, row.id, cleaned)
        return await _stored(session, row.id)

    @mutation("Delete an exercise softly: it leaves the library; workouts that use it still show it, as discontinued.")
    async def delete_exercise(self, info: Info, id: ExerciseId) -> DeletePayload:
        session = await info.context.write_session()
        row = await _writable(session, id)
        await store.delete(session, row.id)
        return DeletePayload(deleted_id=strawberry.ID(str(row.id)))


async def _writable(session: WriteSession, id: str) -> Row:
    """The row that the viewer wants to write, locked. Raises NotFound and Forbidden."""
    key = require_key(id, "id")
    seen = (await store.by_ids(session, [key]))[0]
    if seen is None or not rules.is_visible(session.viewer, seen):
        raise NotFound("There is no such exercise.", "id")
    rules.require_writer(session.viewer, seen.organization_id, "id")
    row = await store.lock(session, key)
    if row is None:
        raise NotFound("The exercise was deleted meanwhile.", "id")
    return row


async def _stored(session: WriteSession, id: UUID) -> ExercisePayload:
    stored: Any = (await store.by_ids(session, [id]))[0]
    return ExercisePayload(exercise=stored)
