"""The mutations that move assignments to another day and take them back."""

from datetime import date
from typing import Annotated, Any  # values of an input, by name
from uuid import UUID

import strawberry
from strawberry import UNSET

from kinegraph.assignment import rules as rules_assignments
from kinegraph.assignment import store as store_assignments
from kinegraph.assignment import store_writing
from kinegraph.assignment.graph import AssignmentId
from kinegraph.assignment.graph_mutations import ALLOW_DUPLICATE, WorkoutAssignmentPayload
from kinegraph.identity.graph_inputs import takes_row
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_coach
from kinegraph.kit.checks import Checks, require_key
from kinegraph.kit.context import Info
from kinegraph.kit.errors import NotFound
from kinegraph.kit.graph import given, mutation, takes_input
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import DeletePayload, deleted, stored_row
from kinegraph.workout import rules, store_tree
from kinegraph.workout.rules_rows import ForkedAssignmentRow


@strawberry.input(description="New values of an assignment. An absent key is left as it is.")
class UpdateAssignmentInput:
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="The assignment's id.")
    scheduled_for: date | None = strawberry.field(
        default=UNSET, description="The day that it is moved to, e.g. 2026-03-02; never null."
    )
    allow_duplicate: bool | None = strawberry.field(default=False, description=ALLOW_DUPLICATE)


@strawberry.type
class Mutation:
    @mutation("Move an assignment to another day (coach access). A completed one stays where it is.")
    @takes_row
    async def update_assignment(
        self,
        info: Info,
        id: AssignmentId,
        input: Annotated[UpdateAssignmentInput, strawberry.argument(description="Its id, and the new values.")],
    ) -> WorkoutAssignmentPayload:
        values, checks, assignment = given(input), Checks(), None
        day = _checked_day(values, checks)
        key = checks.key(id, ("id",))
        session = await info.context.write_session()
        with checks.layer():
            assignment = await _movable(session, key)
        checks.done()
        assert assignment is not None
        if day is not None and day != await store_writing.day_of(session, assignment.id):
            if not values["allow_duplicate"]:
                await store_writing.lock_day(session, assignment.workout_id, day)
                athlete_ids = [assignment.athlete_id]
                if await store_writing.athletes_on(session, assignment.workout_id, day, athlete_ids):
                    raise rules_assignments.duplicate(("input", "scheduledFor"))
            await store_writing.move(session, assignment.id, day)
        return WorkoutAssignmentPayload(assignment=await stored_row(session, store_assignments.by_ids, assignment.id))

    @mutation("Take an assignment back (coach access): its athlete no longer sees it. A completed one stays.")
    @takes_input("The assignment to take back.")
    async def unassign_workout(self, info: Info, id: AssignmentId) -> DeletePayload:
        session = await info.context.write_session()
        assignment = await _movable(session, require_key(id, "id"))
        await store_writing.delete(session, assignment.id)
        return deleted(assignment.id)


def _checked_day(values: dict[str, Any], checks: Checks) -> date | None:
    """The day that an assignment is moved to; None where none is given. Faults are recorded in `checks`."""
    day: date | None = values.get("scheduled_for")
    if day is not None:
        rules_assignments.check_day(checks, day)
    elif "scheduled_for" in values:
        checks.refuse("Must not be null; leave it out to keep the day.", "input", "scheduledFor")
    return day


async def _movable(session: WriteSession[Viewer], key: UUID) -> ForkedAssignmentRow:
    """Lock an assignment that is not completed. Raises NotFound, Forbidden and AssignmentCompleted."""
    visible = (await store_assignments.by_ids(session, [key]))[0]
    if visible is None:
        raise NotFound("There is no such assignment.", "id")
    require_coach(session.viewer, visible.organization_id, "id")
    assignment = await store_tree.lock_assignment(session, key)
    if assignment is None:
        raise NotFound("There is no such assignment.", "id")
    if assignment.status == rules.AssignmentStatus.COMPLETED:
        message = "It is completed, and says what was done; set its status to SCHEDULED first if that was a mistake."
        raise rules_assignments.AssignmentCompleted(message, "id")
    return assignment
