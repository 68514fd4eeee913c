"""The GraphQL types of effective exercises, and an organization's library."""

from collections.abc import Hashable
from datetime import datetime
from typing import Annotated, Any, cast  # Any: objects of GraphQL types of other rooms, read by field name
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from kinegraph.canonical.rules_figures import figure_url
from kinegraph.catalog.graph import Filter, Sort
from kinegraph.catalog.graph_conditions import resolved
from kinegraph.catalog.graph_facets import ExerciseFacets, facets_of
from kinegraph.catalog.rules import ExerciseSort
from kinegraph.catalog.rules_checks import checked_filter, order_of
from kinegraph.catalog.store_facets import by_facet
from kinegraph.catalog.store_orders import ORDERS
from kinegraph.exercise.graph import Exercise, ExerciseFields, ExerciseId, ExercisePayload
from kinegraph.exercise.graph_details import Contraindication, Instruction
from kinegraph.exercise.rules import ExerciseRow, is_visible, stored_id
from kinegraph.exercise.rules_terms import ExerciseStatus
from kinegraph.exercise.store_details import contraindications_of, instructions_of
from kinegraph.identity.graph import After, First, Organization, OrganizationId, User, organization_edge
from kinegraph.identity.rules import Viewer
from kinegraph.kit.checks import require_key
from kinegraph.kit.connections import Before, Connection, Last, page_window
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import Caching, Node, edge, extends, field, given, node
from kinegraph.kit.pages import Page
from kinegraph.layers.graph import PROFILES, ProgrammingProfile
from kinegraph.layers.graph_safety import Conditions, SafetyAssessment, SafetyConstraint, condition_keys
from kinegraph.layers.rules_safety import assessed
from kinegraph.layers.store import ViewedKey, profiles_of, safety_of
from kinegraph.library import rules, rules_cache, store, store_lists, store_overrides
from kinegraph.library.rules_provenance import field_overrides, parse_override_id, parse_view_id
from kinegraph.video.graph import VIDEO_COLUMNS, Video, chosen_video, video_of

described_enum(
    rules.LibrarySource,
    "Which part of an organization's library.",
    ALL="Canonical exercises as the organization sees them, and its own.",
    CANONICAL="Canonical exercises, overridden or not.",
    ORG="The organization's own exercises.",
    CUSTOMIZED="Canonical exercises that the organization overrides.",
)


@node(store_overrides.field_overrides, parse=parse_override_id)
@strawberry.type(description="One field that an organization overrides.")
class FieldOverride(Node):
    id: strawberry.ID = strawberry.field(description="The same for the same organization, exercise and field.")
    field: str = strawberry.field(description="The field's name, as in customizedFields.")
    canonical_value: JSON | None = strawberry.field(description="What the canonical row says now.")
    override_value: JSON = strawberry.field(description="What the organization says instead.")
    updated_by: User | None = strawberry.field(description="Who set it; null for an import.")
    updated_at: datetime = strawberry.field(description="When the organization last changed this field.")
    is_drifted: bool = strawberry.field(
        description="Whether the canonical value has changed since; sending the override again takes note of it."
    )


def row_id(exercise: rules.EffectiveExercise) -> UUID:
    """The id of the stored row."""
    id: UUID = exercise.row["id"]
    return id


def viewed_key(exercise: rules.EffectiveExercise) -> ViewedKey:
    """The organization that sees it, or None, and the stored row's id."""
    return exercise.organization_id, exercise.row["id"]


def _override_key(exercise: rules.EffectiveExercise) -> tuple[UUID, UUID] | None:
    """The organization and the exercise of the override; None where no organization was given."""
    return (exercise.organization_id, exercise.row["id"]) if exercise.organization_id else None


def _view_id(root: strawberry.Parent[rules.EffectiveExercise]) -> strawberry.ID:
    id, organization_id = root.row["id"], root.organization_id
    return strawberry.ID(f"{organization_id}:{id}" if organization_id else str(id))


@node(store.shown, parse=parse_view_id)
@strawberry.type(
    description="An exercise as one organization sees it: the canonical row with its override applied, or its own row."
)
class EffectiveExercise(ExerciseFields, Node):
    id: strawberry.ID = strawberry.field(
        resolver=_view_id,
        description="Unique for each organization and exercise, so that no cache mixes two views.",
        metadata={"required_columns": frozenset(("id",))},
    )

    @field("The exercise's own id, the same for every organization.", "id")
    def exercise_id(root: strawberry.Parent[rules.EffectiveExercise]) -> strawberry.ID:
        id: strawberry.ID = root.row["id"]
        return id

    @field("The stored row under the merge.")
    def exercise(root: strawberry.Parent[rules.EffectiveExercise]) -> Exercise:
        return cast(Exercise, root.row)

    @field(
        "When the organization's view was last changed: the row, or the override, which a reset changes too. It is its "
        "version.",
        "updated_at",
    )
    def updated_at(root: strawberry.Parent[rules.EffectiveExercise]) -> datetime:
        version: datetime = root.row.version  # type: ignore[attr-defined]  # a column that the statement computes
        return version

    @field(
        "The demonstration video as the organization sees it; null without one. One that it chose itself is MANUAL, "
        "and has no votes.",
        *VIDEO_COLUMNS,
    )
    def video(root: strawberry.Parent[rules.EffectiveExercise]) -> Video | None:
        chosen = root.diff.get("video_url")
        shown = video_of(root.row) if chosen in (None, root.row.video_url) else chosen_video(chosen)
        if shown is not None and "thumbnail_url" in root.diff:
            shown["thumbnail_url"] = root.diff["thumbnail_url"]
        return cast(Video | None, shown)

    @field(
        "Address of a drawn animation (WebP) of the canonical row, which ships with Kinegraph and needs no token; null "
        "where there is none.",
        "slug",
        "organization_id",
    )
    def figure_url(root: strawberry.Parent[rules.EffectiveExercise], info: Info) -> str | None:
        return figure_url(root.row, info.context.address)

    @field("Whether it is the organization's own row, which is never merged.", "organization_id")
    def is_org_custom(root: strawberry.Parent[rules.EffectiveExercise]) -> bool:
        return root.row["organization_id"] is not None

    @field("Whether the organization overrides anything of this canonical row.", "id")
    def is_customized_by_org(root: strawberry.Parent[rules.EffectiveExercise]) -> bool:
        return bool(root.diff)

    organization: Organization | None = organization_edge("Whose view it is; null where no organization was asked for.")
    instructions: list[Instruction] = edge(
        instructions_of, row_id, "The stored row's instructions, in order.", required_columns=("id",), assumed_size=6
    )
    contraindications: list[Contraindication] = edge(
        contraindications_of,
        row_id,
        "The conditions that speak against it, as stored.",
        required_columns=("id",),
        assumed_size=25,
    )
    programming: ProgrammingProfile | None = edge(
        profiles_of,
        row_id,
        "How it behaves in training; a copy without its own has its source's. Null for none.",
        required_columns=("id",),
    )
    safety: SafetyConstraint | None = edge(
        safety_of,
        viewed_key,
        "The conditions that speak against it, with what the organization adds; null where nothing is known.",
        required_columns=("id",),
    )

    @field("What it is for a person with conditions. With none, every exercise is safe.", "id")
    async def safety_for(
        root: strawberry.Parent[rules.EffectiveExercise], info: Info, conditions: Conditions
    ) -> SafetyAssessment:
        keys = await condition_keys(info, root.organization_id, conditions, "conditions")
        return cast(SafetyAssessment, assessed(await info.context.load(safety_of, viewed_key(root)), keys))

    overrides: list[FieldOverride] = edge(
        store_overrides.provenance,
        _override_key,
        "What the organization overrides, field by field, with the canonical value beside it. Sorted by field.",
        lambda exercise, rows: field_overrides(rows or ()),
        required_columns=("id",),
        assumed_size=1,
    )
    slug: str | None = strawberry.field(
        description="The canonical row's short name for addresses; null where it has none."
    )
    status: ExerciseStatus = strawberry.field(description="Where the row stands in its life.")
    customized_fields: list[str] = strawberry.field(
        description='Sorted names of the fields that the override supplies, e.g. ["name", "videoUrl"].'
    )
    is_discontinued: bool = strawberry.field(
        description="Whether the row was archived or deleted: still shown where it is used, not offered anew."
    )


LAYERS: frozenset[Hashable] = PROFILES | {
    *(safety_of, ("EffectiveExercise", "safetyFor")),
    *(("EffectiveExercise", "figureUrl"), ("Exercise", "figureUrl")),
}
"""The fields of the training layers, whose changes move the version of the library, and of figures, which follow from
the row while the process runs."""


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
        "Filters and orders see effective values. "
        "Coaches see their own drafts; archived ones when asked for by status.",
        cached=Caching(rules_cache.cached_pages, LAYERS | {("EffectiveExerciseConnection", "totalCount")}),
    )
    async def exercise_library(
        root: strawberry.Parent[Any],
        info: Info,
        source: Annotated[
            rules.LibrarySource | None, strawberry.argument(description="Which part; null is the default, ALL.")
        ] = rules.LibrarySource.ALL,
        filter: Filter = None,
        sort: Sort = ExerciseSort.NAME_ASC,
        first: First = 50,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> EffectiveExerciseConnection:
        wanted = checked_filter(given(filter) if filter else {})
        sort, name = order_of(sort, wanted)
        kinds = ORDERS[sort].kind, UUID
        page = page_window(info, f"library {name}", 50, kinds, first, after, last, before)
        viewer: Viewer = await info.context.viewer()
        if not viewer.sees_library(root.id):
            return Page.empty(page, facets=by_facet(()))  # type: ignore[return-value]  # read by field name
        key = (root.id, viewer.coaches(root.id))
        wanted = await resolved(info, wanted, *key)
        names = info.context.requested_columns(info)
        lists = store_lists.library_pages, store_lists.library_counts
        facets = {"facets": store_lists.library_facets}
        found: EffectiveExerciseConnection = await info.context.page(
            *lists, key, page, names, facets, source=source or rules.LibrarySource.ALL, wanted=wanted, sort=sort
        )
        return found


@extends(ExercisePayload)
class WrittenExercise:
    effective_exercise: EffectiveExercise | None = edge(
        store.effective,
        lambda payload: payload.exercise and _view_key(payload.exercise.organization_id, payload.exercise),
        "An organization's own exercise as it sees it now; null for a canonical row, of which there are many views.",
    )

    effective_exercises: list[EffectiveExercise] = edge(
        store.effective_everywhere,
        lambda payload: payload.exercise and payload.exercise.id,
        "The exercise as each of the caller's organizations sees it now, by name of the organization.",
        lambda _, found: found or [],
        assumed_size=2,
    )


def _view_key(organization_id: UUID | None, exercise: ExerciseRow) -> tuple[UUID, UUID] | None:
    """The key of an organization's view of an exercise; None without an organization."""
    return (organization_id, exercise.id) if organization_id else None


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
        exercise = require_key(stored_id(id), "id")
        viewer: Viewer = await info.context.viewer()
        if organization not in viewer.by_organization:
            return None
        found = await info.context.load_columns(info, store.effective, (organization, exercise))
        shown: EffectiveExercise | None = found if found and is_visible(viewer, found.row) else None
        return shown
