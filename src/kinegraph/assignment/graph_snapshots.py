"""The mutation that takes a snapshot back to the library version."""

from datetime import datetime
from typing import Annotated, Any, cast  # a payload's field is a GraphQL type, its value a row

import strawberry
from strawberry import UNSET

from kinegraph.assignment import rules_snapshots, store_snapshots
from kinegraph.assignment import store as store_assignments
from kinegraph.assignment.graph import WorkoutAssignment
from kinegraph.identity.graph_versions import IF_UPDATED_AT, EditConflict, check_offset, conflict_field
from kinegraph.identity.rules import Viewer
from kinegraph.kit.checks import Checks, require_key
from kinegraph.kit.context import Info
from kinegraph.kit.graph import given, mutation
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import payload, stored_row
from kinegraph.workout import store
from kinegraph.workout.graph import Workout
from kinegraph.workout.graph_mutations import finish_workout_edit, lock_edited_workout, require_current_workout
from kinegraph.workout.rules import AssignmentStatus
from kinegraph.workout.rules_rows import WorkoutRow

AT = ("input", "assignmentId")


@strawberry.input(description="An assignment whose snapshot is to go back to the library version.")
class ResetSnapshotInput:
    assignment_id: strawberry.ID = strawberry.field(description="An assignment that is not completed.")
    if_updated_at: datetime | None = strawberry.field(
        default=UNSET, description=f"{IF_UPDATED_AT} It is that of the assignment's workout."
    )


@payload("The assignment, and its workout as the library has it.")
class ResetSnapshotPayload:
    assignment: WorkoutAssignment | None = strawberry.field(
        default=None, description="The assignment as it is stored now."
    )
    workout: Workout | None = strawberry.field(default=None, description="The workout that it shows now.")
    conflict: EditConflict | None = conflict_field()


@strawberry.type
class Mutation:
    @mutation(
        "Take an assignment's snapshot back to the library workout as it is now (coach access). Rows that came from "
        "the library keep their ids and comments; what was added for the athlete goes, except movements with comments. "
        "The assignment keeps its snapshot; one without a snapshot is not changed."
    )
    async def reset_snapshot(
        self,
        info: Info,
        input: Annotated[ResetSnapshotInput, strawberry.argument(description="The assignment whose copy is reset.")],
    ) -> ResetSnapshotPayload:
        checks, edit, if_updated_at = Checks(), None, given(input).get("if_updated_at")
        check_offset(if_updated_at, checks, "input", "ifUpdatedAt")
        session = await info.context.write_session()
        with checks.layer():
            edit = await lock_edited_workout(session, None, input.assignment_id, *AT)
        checks.done()
        assert edit is not None
        assignment = await stored_row(session, store_assignments.by_ids, require_key(input.assignment_id, *AT))
        with checks.layer():
            await require_current_workout(session, edit, if_updated_at, "input", "ifUpdatedAt", assignment=assignment)
        if edit.assignment_to_fork is not None:
            checks.done()
            return ResetSnapshotPayload(assignment=assignment, workout=cast(Any, edit.workout))
        with checks.layer():
            library = await _library_version(session, edit.workout, assignment.status)
        checks.done()
        changes = await store_snapshots.reset(session, edit.workout.id, library)
        stored = await finish_workout_edit(session, edit.workout, changes, in_tree=True)
        return ResetSnapshotPayload(assignment=assignment, workout=stored.workout)


async def _library_version(session: WriteSession[Viewer], snapshot: WorkoutRow, status: str) -> WorkoutRow:
    """Lock the library workout that a snapshot was copied from, and return it. Raises NotResettable."""
    if status == AssignmentStatus.COMPLETED:
        message = "What was done stays as it was done; set the status back to SCHEDULED first."
        raise rules_snapshots.NotResettable(message, *AT)
    library = None
    if snapshot.forked_from_id is not None:
        await store.lock_tree(session, snapshot.forked_from_id, shared=True)
        library = (await store.by_ids(session, [snapshot.forked_from_id]))[0]
    if library is None:
        raise rules_snapshots.NotResettable("The library workout was deleted; there is none to go back to.", *AT)
    return library
