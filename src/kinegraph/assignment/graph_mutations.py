"""The mutations that assign workouts and set the status of assignments."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, cast  # Any: a payload's field is a GraphQL type, its value a row
from uuid import UUID

import strawberry

from kinegraph.assignment import rules as rules_assignments
from kinegraph.assignment import store as store_assignments
from kinegraph.assignment import store_writing
from kinegraph.assignment.graph import ORDER, AssignmentId, WorkoutAssignment
from kinegraph.assignment.store_snapshots import pin
from kinegraph.identity import store_nodes
from kinegraph.identity.graph import Organization
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store import members
from kinegraph.kit.checks import Checks, require_key
from kinegraph.kit.connections import Edge
from kinegraph.kit.context import Info
from kinegraph.kit.errors import NotFound, Refusal, Refused
from kinegraph.kit.graph import edge, extends, field, given, mutation, takes_input
from kinegraph.kit.pages import encode
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import payload, stored_row
from kinegraph.workout import rules, store, store_tree
from kinegraph.workout.graph import Workout
from kinegraph.workout.graph_mutations import coached_workout

ALLOW_DUPLICATE = (
    "Whether an athlete may have the workout twice on that day; otherwise the second is refused as CONFLICT."
)


@strawberry.input(description="A workout to plan for athletes.")
class AssignWorkoutInput:
    workout_id: strawberry.ID = strawberry.field(
        description="A library workout of an organization that the caller coaches; no snapshot."
    )
    athlete_ids: list[strawberry.ID] = strawberry.field(
        description="Members of its organization, 1 to 200, each once; each gets an assignment of their own."
    )
    scheduled_for: date = strawberry.field(description="The day, e.g. 2026-03-01.")
    allow_duplicate: bool | None = strawberry.field(default=False, description=ALLOW_DUPLICATE)


def _of_first(column: str) -> Any:
    """A function of the payload that returns this column of its first assignment; all have the same value."""
    return lambda payload: getattr(payload.assignments[0], column) if payload.assignments else None


@payload("The assignments that were made, in the order of the athletes.")
class AssignWorkoutPayload:
    assignments: list[WorkoutAssignment] = strawberry.field(
        default_factory=list,
        description="One for each athlete; empty where the mutation was refused.",
        metadata={"assumed_size": 10},
    )


@extends(AssignWorkoutPayload)
class AssignedWorkout:
    @field("The same assignments with their cursors, as the lists contain them that they are in now.", assumed_size=10)
    def assignment_edges(root: strawberry.Parent[Any]) -> list[Edge[WorkoutAssignment]]:
        rows = root.assignments
        edges: Any = [{"cursor": encode(ORDER[0], [row.scheduled_for, row.id]), "node": row} for row in rows]
        return cast("list[Edge[WorkoutAssignment]]", edges)

    workout: Workout | None = edge(
        store.referred, _of_first("workout_id"), "The library workout, whose list of assignments has become longer."
    )
    organization: Organization | None = edge(
        store_nodes.organizations, _of_first("organization_id"), "The organization, whose calendar has become longer."
    )


@payload("The assignment that was written.")
class WorkoutAssignmentPayload:
    assignment: WorkoutAssignment | None = strawberry.field(
        default=None, description="The assignment as it is stored now."
    )


@strawberry.type
class Mutation:
    @mutation("Assign a library workout to athletes for a day (coach access): to all of them, or to none.")
    async def assign_workout(
        self,
        info: Info,
        input: Annotated[AssignWorkoutInput, strawberry.argument(description="What, to whom and for when.")],
    ) -> AssignWorkoutPayload:
        values, checks, workout = given(input), Checks(), None
        workout_id, athlete_ids = rules_assignments.checked_assignment(values, checks)
        day = values["scheduled_for"]
        session = await info.context.write_session()
        with checks.layer():
            workout = await coached_workout(session, workout_id)
            if workout.is_snapshot:
                message = "A snapshot belongs to one assignment; assign the library workout that it was copied from."
                raise rules.SnapshotImmutable(message, "input", "workoutId")
        if owners := [workout.organization_id] if workout else session.viewer.coached():
            with checks.layer():
                await _require_members(session, owners, athlete_ids)
        if workout is not None and not values["allow_duplicate"]:
            with checks.layer():
                await _require_first(session, workout_id, day, athlete_ids)
        checks.done()
        assert workout is not None
        made = await store_writing.insert(session, workout, athlete_ids, day)
        stored: Any = await store_assignments.by_ids(session, made)
        return AssignWorkoutPayload(assignments=stored)

    @mutation(
        "Say how an assignment went: the athlete of their own, coaches of any. A completed one gets its snapshot, so "
        "that what was done stays as it was."
    )
    @takes_input("The assignment, and its new status.")
    async def set_assignment_status(
        self,
        info: Info,
        id: AssignmentId,
        status: Annotated[
            rules.AssignmentStatus, strawberry.argument(description="The new status; any may follow any other.")
        ],
    ) -> WorkoutAssignmentPayload:
        session = await info.context.write_session()
        key = require_key(id, "id")
        visible = (await store_assignments.by_ids(session, [key]))[0]
        assignment = None if visible is None else await store_tree.lock_assignment(session, key)
        if assignment is None:
            raise NotFound("There is no such assignment.", "id")
        if status is rules.AssignmentStatus.COMPLETED:
            await pin(session, assignment)
        await store_writing.set_status(session, key, status.value)
        return WorkoutAssignmentPayload(assignment=await stored_row(session, store_assignments.by_ids, key))


async def _require_members(
    session: WriteSession[Viewer], organization_ids: Sequence[UUID], athlete_ids: list[UUID]
) -> None:
    """Refuse athletes who do not belong to the organization, or to one of several. Raises Refused."""
    member_ids = await members(session, organization_ids, athlete_ids)
    strangers: list[Refusal] = [
        NotFound("The organization has no such member.", "input", "athleteIds", position)
        for position, athlete_id in enumerate(athlete_ids)
        if athlete_id not in member_ids
    ]
    if strangers:
        raise Refused(strangers)


async def _require_first(session: WriteSession, workout_id: UUID, day: date, athlete_ids: list[UUID]) -> None:
    """Refuse athletes who have the workout on that day already. Raises Refused."""
    await store_writing.lock_day(session, workout_id, day)
    there = await store_writing.athletes_on(session, workout_id, day, athlete_ids)
    if there:
        paths = [("input", "athleteIds", str(at)) for at, athlete_id in enumerate(athlete_ids) if athlete_id in there]
        raise Refused([rules_assignments.duplicate(path) for path in paths])
