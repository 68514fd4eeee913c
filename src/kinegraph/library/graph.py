"""Effective exercises as the API shows them, an organization's library, and the override mutations."""

from typing import Annotated, Any
from uuid import UUID

import strawberry

from kinegraph.exercise import rules as exercise_rules
from kinegraph.exercise.graph import Exercise, ExerciseId, Filter, Sort
from kinegraph.exercise.graph_details import Contraindication, Instruction
from kinegraph.exercise.graph_facets import ExerciseFacets, facets_of
from kinegraph.exercise.graph_fields import ExerciseFields
from kinegraph.exercise.graph_inputs import ExerciseOverrideInput
from kinegraph.exercise.graph_terms import terms
from kinegraph.exercise.rules import is_visible
from kinegraph.exercise.store import by_ids
from kinegraph.exercise.store_details import contraindications_of, instructions_of
from kinegraph.exercise.store_facets import by_facet
from kinegraph.exercise.store_orders import ORDERS
from kinegraph.identity.graph import After, First, Organization, OrganizationId, organization_of
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_coach
from kinegraph.kit.checks import require_key
from kinegraph.kit.connections import Connection
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.errors import NotFound
from kinegraph.kit.graph import edge, extends, field, given, mutation
from kinegraph.kit.pages import Page, window
from kinegraph.kit.sessions import Row, WriteSession
from kinegraph.kit.user_errors import UserError, user_errors
from kinegraph.library import rules, store, store_lists

described_enum(
    rules.LibrarySource,
    "Which part of an organization's library.",
    ALL="Canonical exercises as the organization sees them, and its own.",
    CANONICAL="Canonical exercises, overridden or not.",
    ORG="The organization's own exercises.",
    CUSTOMIZED="Canonical exercises that the organization overrides.",
)


def _row_id(exercise: Any) -> Any:
    """The stored row's id, under the merge."""
    return exercise.row["id"]


@strawberry.type(
    description="An exercise as one organization sees it: the canonical row with its override applied, or its own row."
)
class EffectiveExercise(ExerciseFields):
    @field("Unique for each organization and exercise, so that no cache mixes two views.", "id")
    def id(root: strawberry.Parent[Any]) -> strawberry.ID:
        id, organization_id = root.row["id"], root.organization_id
        return f"{organization_id}:{id}" if organization_id else str(id)  # type: ignore[return-value]  # an ID is text

    @field("The exercise's own id, the same for every organization.", "id")
    def exercise_id(root: strawberry.Parent[Any]) -> strawberry.ID:
        return root.row["id"]

    @field("The stored row under the merge.")
    def exercise(root: strawberry.Parent[Any]) -> Exercise:
        stored: Exercise = root.row
        return stored

    @field("Whether it is the organization's own row, which is never merged.", "organization_id")
    def is_org_custom(root: strawberry.Parent[Any]) -> bool:
        return root.row["organization_id"] is not None

    @field("Whether the organization overrides anything of this canonical row.", "id")
    def is_customized_by_org(root: strawberry.Parent[Any]) -> bool:
        return bool(root.diff)

    organization: Organization | None = strawberry.field(
        resolver=organization_of, description="Whose view it is; null where no organization was asked for."
    )
    instructions: list[Instruction] = edge(
        instructions_of, _row_id, "The stored row's instructions, in order.", reads=("id",)
    )
    contraindications: list[Contraindication] = edge(
        contraindications_of, _row_id, "The conditions that speak against it, as stored.", reads=("id",)
    )
    slug: str | None = strawberry.field(description="The row's slug.")
    status: terms.ExerciseStatus = strawberry.field(description="Where the row stands in its life.")
    customized_fields: list[str] = strawberry.field(
        description='Sorted names of the fields that the override supplies, e.g. ["name", "videoUrl"].'
    )
    is_discontinued: bool = strawberry.field(
        description="Whether the row was archived or deleted: still shown where it is used, not offered anew."
    )


@strawberry.type(description="One page of an organization's library, in a total order.")
class EffectiveExerciseConnection(Connection[EffectiveExercise]):
    facets: ExerciseFacets = strawberry.field(
        resolver=facets_of,
        description="How many exercises of the whole library, filtered as it is, have each effective value.",
    )


@extends(Organization)
class OrganizationLibrary:
    @field(
        "The merged library: canonical exercises with this organization's overrides, and its own. "
        "Filters and orders see effective values. Coaches see their own drafts; archived ones when asked for by status."
    )
    async def exercise_library(
        root: strawberry.Parent[Any],
        info: Info,
        source: Annotated[
            rules.LibrarySource, strawberry.argument(description="Which part.")
        ] = rules.LibrarySource.ALL,
        filter: Filter = None,
        sort: Sort = terms.ExerciseSort.NAME_ASC,
        first: First = 50,
        after: After = None,
    ) -> EffectiveExerciseConnection:
        page = window(f"library {sort}", first, after, 50, ORDERS[sort].kind, UUID)
        wanted = exercise_rules.checked_filter(given(filter) if filter else {})
        viewer: Viewer = await info.context.viewer()
        if not viewer.sees_library(root.id):
            return Page.empty(page, facets=by_facet(()))  # type: ignore[return-value]  # read by field name
        key = (root.id, viewer.coaches(root.id))
        names = info.context.asked(info)
        lists = store_lists.library_pages, store_lists.library_counts
        facets = {"facets": store_lists.library_facets}
        return await info.context.page(*lists, key, page, names, facets, source=source, wanted=wanted, sort=sort)


@strawberry.type(description="The exercise as the organization sees it after the change.")
class EffectiveExercisePayload:
    exercise: EffectiveExercise | None = strawberry.field(default=None, description="The exercise as merged now.")
    user_errors: list[UserError] = user_errors()


@strawberry.type
class Query:
    @field(
        "An exercise as an organization of the caller's sees it; null where either is not visible. "
        "Takes an exercise's id or an EffectiveExercise's."
    )
    async def effective_exercise(
        self, info: Info, id: ExerciseId, organization_id: OrganizationId
    ) -> EffectiveExercise | None:
        organization = require_key(organization_id, "organizationId")
        exercise = require_key(id.removeprefix(f"{organization}:"), "id")
        viewer: Viewer = await info.context.viewer()
        if organization not in viewer.by_organization:
            return None
        found = await info.context.load_asked(info, store.effective, (organization, exercise))
        shown: EffectiveExercise | None = found if found and is_visible(viewer, found.row) else None
        return shown


@strawberry.type
class Mutation:
    @mutation(
        "Change what an organization sees of a canonical exercise (coach access). Merges with what it overrode before."
    )
    async def upsert_exercise_override(
        self,
        info: Info,
        exercise_id: ExerciseId,
        organization_id: OrganizationId,
        overrides: Annotated[ExerciseOverrideInput, strawberry.argument(description="What differs; null clears.")],
    ) -> EffectiveExercisePayload:
        session = await info.context.write_session()
        organization, row = await _target(session, exercise_id, organization_id)
        if row.organization_id is not None:
            raise rules.OverrideTargetNotCanonical("Overrides can only target canonical exercises", "exerciseId")
        values, removed = rules.checked_overrides(given(overrides), ("overrides",))
        if values or removed:
            await store.upsert_override(session, (organization, row.id), values, removed, session.viewer.user.id)
        return await _merged(session, organization, row.id)

    @mutation("Drop everything that an organization overrides of a canonical exercise (coach access).")
    async def reset_exercise_override(
        self, info: Info, exercise_id: ExerciseId, organization_id: OrganizationId
    ) -> EffectiveExercisePayload:
        session = await info.context.write_session()
        organization, row = await _target(session, exercise_id, organization_id)
        if row.organization_id is not None:
            message = "Cannot reset an org-custom exercise; delete it instead"
            raise rules.ResetTargetNotCanonical(message, "exerciseId")
        await store.reset_override(session, (organization, row.id))
        return await _merged(session, organization, row.id)


async def _target(session: WriteSession, exercise_id: str, organization_id: str) -> tuple[UUID, Row]:
    """The organization and the exercise that an override is about. Raises what refuses them."""
    organization = require_key(organization_id, "organizationId")
    exercise = require_key(exercise_id.removeprefix(f"{organization}:"), "exerciseId")
    require_coach(session.viewer, organization, "organizationId")
    row = (await by_ids(session, [exercise]))[0]
    if row is None or not is_visible(session.viewer, row) or row.organization_id not in (None, organization):
        raise NotFound("There is no such exercise.", "exerciseId")
    return organization, row


async def _merged(session: WriteSession, organization: UUID, exercise: UUID) -> EffectiveExercisePayload:
    merged: Any = (await store.effective(session, [(organization, exercise)]))[0]
    return EffectiveExercisePayload(exercise=merged)
