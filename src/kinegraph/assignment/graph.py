"""The GraphQL type of assignments, and the fields that lead to them."""

from datetime import date
from typing import Annotated, Any  # a resolver answers a record of another type than its field's
from uuid import UUID

import strawberry

from kinegraph.assignment import rules as rules_assignments
from kinegraph.assignment import store as store_assignments
from kinegraph.assignment.rules import AssignmentRow
from kinegraph.identity.graph import After, First, Organization, User, Viewer, organization_edge
from kinegraph.identity.rules import User as Person
from kinegraph.identity.rules import Viewer as ViewerRecord
from kinegraph.kit.checks import require_key
from kinegraph.kit.connections import Before, Connection, Last, page_window
from kinegraph.kit.context import Info
from kinegraph.kit.graph import Node, edge, embedded, extends, field, node
from kinegraph.kit.pages import Page
from kinegraph.workout import rules, store
from kinegraph.workout.graph import Workout

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
    status: rules.AssignmentStatus = strawberry.field(description="How it went.")
    workout: Workout = edge(
        store.referred,
        "current_workout_id",
        "What the athlete does: the snapshot once one exists, the library workout until then.",
    )
    library_workout: Workout = edge(
        store.referred, "workout_id", "The library workout that was assigned, also when it was deleted since."
    )

    athlete: User = embedded("athlete_", athlete_of, "Who is to do it.")
    assigned_by: User = embedded("assigned_by_", assigned_by_of, "The coach who assigned it.")

    @field("Whether it has a snapshot of its own.")
    def is_forked(root: strawberry.Parent[AssignmentRow]) -> bool:
        return root.snapshot_workout_id is not None


@extends(Viewer)
class ViewerAssignments:
    @field("What is assigned to the caller in all their organizations, by date.")
    async def assignments(
        root: strawberry.Parent[Any], info: Info, start: From = None, to: To = None
    ) -> list[WorkoutAssignment]:
        rules_assignments.require_range(start, to)
        found: list[WorkoutAssignment] = await info.context.load(
            store_assignments.of_athletes, root.user.id, start=start, end=to
        )
        return found


@extends(Organization)
class OrganizationAssignments:
    @field("The assignments in it by date; to members, their own.")
    async def assignments(
        root: strawberry.Parent[Any],
        info: Info,
        athlete_id: Annotated[strawberry.ID | None, strawberry.argument(description="Only this athlete's.")] = None,
        start: From = None,
        to: To = None,
        first: First = 50,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[WorkoutAssignment]:
        rules_assignments.require_range(start, to)
        athlete = None if athlete_id is None else require_key(athlete_id, "athleteId")
        page = page_window(info, "assignments", 50, (date, UUID), first, after, last, before)
        viewer: ViewerRecord = await info.context.viewer()
        if not viewer.coaches(root.id):
            if athlete not in (None, viewer.user.id):
                return Page.empty(page)  # type: ignore[return-value]  # read by field name
            athlete = viewer.user.id
        found: Connection[WorkoutAssignment] = await info.context.page(
            store_assignments.calendar_pages,
            store_assignments.calendar_counts,
            (root.id, athlete),
            page,
            start=start,
            end=to,
        )
        return found


@strawberry.type
class Query:
    @field("An assignment: to coaches any of their organization's, to members their own.")
    async def assignment(self, info: Info, id: AssignmentId) -> WorkoutAssignment | None:
        found: WorkoutAssignment | None = await info.context.load(store_assignments.by_ids, require_key(id, "id"))
        return found
