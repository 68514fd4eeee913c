"""The GraphQL type of assignments, and the fields that lead to them."""

from datetime import date
from typing import Annotated, Any  # a resolver answers a record of another type than its field's
from uuid import UUID

import strawberry
from strawberry import UNSET

from kinegraph.assignment import rules_lists, store_lists
from kinegraph.assignment import store as store_assignments
from kinegraph.assignment.rules import AssignmentRow
from kinegraph.identity.graph import After, First, Organization, User, Viewer, organization_edge
from kinegraph.identity.rules import User as Person
from kinegraph.identity.rules import Viewer as ViewerRecord
from kinegraph.kit.checks import require_key
from kinegraph.kit.connections import Before, Connection, Last, page_window
from kinegraph.kit.context import Info
from kinegraph.kit.graph import Node, edge, embedded, extends, field, given, node
from kinegraph.kit.pages import Page, Window
from kinegraph.workout import rules, store
from kinegraph.workout.graph import Workout, WorkoutPayload
from kinegraph.workout.rules_rows import WorkoutRow

ORDER = "assignments", 50, (date, UUID)
"""The order of all lists of assignments, the default size of their pages, and the types of their sort values.

A cursor of one list is a position in the others too.
"""

AssignmentId = Annotated[strawberry.ID, strawberry.argument(description="The assignment's id.")]
From = Annotated[date | None, strawberry.argument(name="from", description="Only from this day on.")]
To = Annotated[date | None, strawberry.argument(description="Only up to this day, it included.")]


def athlete_of(root: strawberry.Parent[AssignmentRow]) -> Any:
    """Resolver: the athlete, from the columns `athlete_…` of the row."""
    return Person(root.athlete_id, root.athlete_name, root.athlete_email, root.organization_id)


def assigned_by_of(root: strawberry.Parent[AssignmentRow]) -> Any:
    """Resolver: the coach, from the columns `assigned_by_…` of the row."""
    return Person(root.assigned_by_id, root.assigned_by_name, root.assigned_by_email, root.organization_id)


@node(store_assignments.by_ids, "workout_assignments")
@strawberry.type(
    description="A workout that a coach planned for an athlete on a day. It shows the library workout until "
    "somebody edits it with the assignment's id; from then on a copy of its own, the snapshot."
)
class WorkoutAssignment(Node):
    id: strawberry.ID = strawberry.field(description="The assignment's id.")
    organization: Organization = organization_edge("Where it was made.")
    scheduled_for: date = strawberry.field(description="The day that it is planned for.")
    status: rules.AssignmentStatus = strawberry.field(
        description="Whether it is still to be done (SCHEDULED), was done or was left out."
    )
    workout: Workout = edge(
        store.referred,
        "current_workout_id",
        "What the athlete does: the snapshot once one exists, the library workout until then.",
        is_remembered=True,
    )
    library_workout: Workout = edge(
        store_assignments.library_workouts,
        ("organization_id", "workout_id", "current_workout_id"),
        "The library workout that was assigned, also when it was deleted since. To the athlete it is the snapshot once "
        "one exists: later states of the library workout are for others.",
        is_remembered=True,
    )

    athlete: User = embedded("athlete_", athlete_of, "Who is to do it.")
    assigned_by: User = embedded("assigned_by_", assigned_by_of, "The coach who assigned it.")

    @field("Whether it has a snapshot of its own.")
    def is_forked(root: strawberry.Parent[AssignmentRow]) -> bool:
        return root.snapshot_workout_id is not None


def _snapshot_id(payload: Any) -> UUID | None:
    """The id of the snapshot that a mutation wrote; None where it wrote a library workout or nothing."""
    return payload.workout.id if payload.workout is not None and payload.workout.is_snapshot else None


def written_assignment() -> Any:
    """Declare the field `assignment` of a payload with the field `workout`."""
    return edge(
        store_assignments.of_snapshots,
        _snapshot_id,
        "The assignment whose own copy was written: forked now, with that copy as its workout. Null for a library "
        "workout.",
    )


@extends(WorkoutPayload)
class WrittenWorkout:
    assignment: WorkoutAssignment | None = written_assignment()


@strawberry.input(
    description="What a list of assignments is narrowed to. All conditions hold together; null is no condition."
)
class AssignmentFilter:
    status: list[rules.AssignmentStatus] | None = strawberry.field(
        default=UNSET, description="Any of these; an empty list is no condition."
    )
    start: date | None = strawberry.field(name="from", default=UNSET, description="Only from this day on.")
    end: date | None = strawberry.field(name="to", default=UNSET, description="Only up to this day, it included.")
    athlete_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="Only this athlete's; everybody's that the caller may see if null."
    )


Filter = Annotated[AssignmentFilter | None, strawberry.argument(description="What the list is narrowed to.")]


@extends(Viewer)
class ViewerAssignments:
    @field("What is assigned to the caller in all their organizations, by date.", assumed_size=30)
    async def assignments(
        root: strawberry.Parent[Any], info: Info, start: From = None, to: To = None, filter: Filter = None
    ) -> list[WorkoutAssignment]:
        wanted, athletes = rules_lists.checked_filter(start, to, (), given(filter) if filter else {})
        if athletes - {root.user.id}:
            return []
        found: list[WorkoutAssignment] = await info.context.load(store_lists.of_athletes, root.user.id, wanted=wanted)
        return found


@extends(Organization)
class OrganizationAssignments:
    @field("The assignments in it by date; to members, their own.")
    async def assignments(
        root: strawberry.Parent[Any],
        info: Info,
        athlete_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only this athlete's; everybody's that the caller may see if null."),
        ] = None,
        start: From = None,
        to: To = None,
        filter: Filter = None,
        first: First = 50,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[WorkoutAssignment]:
        values = given(filter) if filter else {}
        wanted, athletes = rules_lists.checked_filter(start, to, (athlete_id,), values)
        page = page_window(info, *ORDER, first, after, last, before)
        found: Connection[WorkoutAssignment] = await _assignments(info, root.id, None, wanted, athletes, page)
        return found


@extends(Workout)
class WorkoutAssignments:
    assignment: WorkoutAssignment | None = edge(
        store_assignments.of_snapshots,
        lambda workout: workout.id if workout.is_snapshot else None,
        "The assignment that a snapshot was made for; null for a library workout, and where the caller does not see "
        "it.",
        required_columns=("id", "is_snapshot"),
    )

    @field(
        "The assignments of a library workout, by date, forked ones too; to members, their own. A snapshot has none: "
        "see `assignment`.",
        "id",
        "organization_id",
    )
    async def assignments(
        root: strawberry.Parent[WorkoutRow],
        info: Info,
        filter: Filter = None,
        first: First = 50,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[WorkoutAssignment]:
        wanted, athletes = rules_lists.checked_filter(None, None, (), given(filter) if filter else {})
        page = page_window(info, *ORDER, first, after, last, before)
        found: Connection[WorkoutAssignment] = await _assignments(
            info, root.organization_id, root.id, wanted, athletes, page
        )
        return found


async def _assignments(
    info: Info,
    organization_id: UUID,
    workout_id: UUID | None,
    wanted: rules_lists.AssignmentFilter,
    athletes: set[UUID],
    page: Window,
) -> Any:
    """A page of an organization's assignments, perhaps of one workout, that the viewer sees: members their own."""
    viewer: ViewerRecord = await info.context.viewer()
    named = athletes if viewer.coaches(organization_id) else athletes | {viewer.user.id}
    if len(named) > 1:
        return Page.empty(page)
    lists = store_lists.calendar_pages, store_lists.calendar_counts
    key = organization_id, next(iter(named), None), workout_id
    return await info.context.page(*lists, key, page, wanted=wanted)


@strawberry.type
class Query:
    @field("An assignment: to coaches any of their organization's, to members their own.")
    async def assignment(self, info: Info, id: AssignmentId) -> WorkoutAssignment | None:
        found: WorkoutAssignment | None = await info.context.load(store_assignments.by_ids, require_key(id, "id"))
        return found
