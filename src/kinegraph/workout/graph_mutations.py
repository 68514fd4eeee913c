"""The mutations of workouts and their trees."""

from collections.abc import Mapping
from typing import Annotated, Any  # values of an input, by name
from uuid import UUID

import strawberry

from kinegraph.exercise.store import by_ids as exercises_by_ids
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_coach
from kinegraph.kit.checks import Checks, require_key
from kinegraph.kit.context import Info
from kinegraph.kit.errors import NotFound, Path, Refused
from kinegraph.kit.graph import given, mutation
from kinegraph.kit.outbox import record
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import DeletePayload, deleted, payload, stored_row
from kinegraph.workout import rules, rules_tree, store, store_tree
from kinegraph.workout.graph import Movement, Workout, WorkoutId
from kinegraph.workout.graph_details import CreateWorkoutInput, SectionInput, UpdateMovementInput, UpdateWorkoutInput
from kinegraph.workout.rules_rows import ForkedAssignmentRow, LocatedMovementRow, WorkoutRow

FORKING = (
    "With assignmentId the change goes to that assignment's snapshot, which the first such edit copies from the "
    "library workout."
)
AssignmentId = Annotated[
    strawberry.ID | None, strawberry.argument(description="The assignment whose own copy is to be changed.")
]


@payload("The workout that was written.")
class WorkoutPayload:
    workout: Workout | None = strawberry.field(default=None, description="The workout as it is stored now.")


@payload("The movement that was written, and the workout that it stands in.")
class MovementPayload:
    movement: Movement | None = strawberry.field(default=None, description="The movement as it is stored now.")
    workout: Workout | None = strawberry.field(default=None, description="The workout that it stands in.")


@strawberry.type
class Mutation:
    @mutation("Create a workout, with its sections in the same transaction (coach access).")
    async def create_workout(
        self,
        info: Info,
        input: Annotated[CreateWorkoutInput, strawberry.argument(description="The new workout.")],
    ) -> WorkoutPayload:
        session = await info.context.write_session()
        values = given(input)
        organization_id = require_key(values.pop("organization_id"), "input", "organizationId")
        require_coach(session.viewer, organization_id, "input", "organizationId")
        sections = values.pop("sections", None) or []
        own = {key: value for key, value in values.items() if value is not None}
        columns = await _checked_columns(session, organization_id, own)
        author = {"organization_id": organization_id, "author_id": session.viewer.user.id}
        id = await store.insert(session, {**columns, **author})
        workout = await stored_row(session, store.by_ids, id)
        await _replace_tree(session, workout, sections, ("input", "sections"))
        await record(session, [rules.WorkoutChanged(id, organization_id)])
        return WorkoutPayload(workout=workout)

    @mutation(f"Change a workout's own values (coach access). {FORKING}")
    async def update_workout(
        self,
        info: Info,
        id: WorkoutId,
        input: Annotated[UpdateWorkoutInput, strawberry.argument(description="The new values.")],
        assignment_id: AssignmentId = None,
    ) -> WorkoutPayload:
        session = await info.context.write_session()
        workout = await _writable(session, id, assignment_id, "id")
        columns = await _checked_columns(session, workout.organization_id, given(input))
        return await _written(session, workout, await store.update(session, workout.id, columns))

    @mutation(
        "Replace a workout's sections and movements in one transaction (coach access). Rows sent with their id keep it "
        "and their comments; a movement that is left out is deleted, softly where it has comments. "
        f"{FORKING} Library rows' ids then stand for their copies."
    )
    async def set_workout_sections(
        self,
        info: Info,
        workout_id: WorkoutId,
        sections: Annotated[
            list[SectionInput],
            strawberry.argument(description="The whole tree, in its order: at most 50 sections and 500 movements."),
        ],
        assignment_id: AssignmentId = None,
    ) -> WorkoutPayload:
        session = await info.context.write_session()
        workout = await _writable(session, workout_id, assignment_id, "workoutId")
        sent = [given(section) for section in sections]
        if assignment_id is not None:
            sent = rules_tree.with_copied_ids(sent, await store_tree.copied_ids(session, workout.id))
        changes = await _replace_tree(session, workout, sent, ("sections",))
        return await _written(session, workout, changes, in_tree=True)

    @mutation(
        f"Change one movement's prescription, notes or labels (coach access). {FORKING} The id of a library workout's "
        "movement then stands for its copy."
    )
    async def update_movement(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The movement's id.")],
        input: Annotated[UpdateMovementInput, strawberry.argument(description="The new values.")],
        assignment_id: AssignmentId = None,
    ) -> MovementPayload:
        session = await info.context.write_session()
        columns = _checked_movement(given(input))
        movement = await _writable_movement(session, require_key(id, "id"), assignment_id)
        workout = (await store.by_ids(session, [movement.workout_id]))[0]
        if workout is None:
            raise NotFound("The workout was deleted; with an assignmentId, its copy can be changed.", "id")
        changes = await store.update_movement(session, movement.id, columns)
        written = await _written(session, workout, changes, in_tree=True)
        stored = await stored_row(session, store.movements, movement.id)
        return MovementPayload(movement=stored, workout=written.workout)

    @mutation("Delete a library workout softly (coach access). Snapshots cannot be deleted.")
    async def delete_workout(self, info: Info, id: WorkoutId) -> DeletePayload:
        session = await info.context.write_session()
        workout = await _writable(session, id, None, "id")
        if workout.is_snapshot:
            raise rules.SnapshotImmutable("A snapshot is what an athlete was assigned; it cannot be deleted.", "id")
        await store.delete(session, workout.id)
        await record(session, [rules.WorkoutChanged(workout.id, workout.organization_id)])
        return deleted(workout.id)


async def _writable(session: WriteSession[Viewer], id: str, assignment_id: str | None, *path: str) -> WorkoutRow:
    """Lock the tree that the viewer wants to write, and return its workout: with an assignment, its snapshot.

    Raises NotFound and Forbidden.
    """
    key = require_key(id, *path)
    if assignment_id is not None:
        assignment = await _assignment(session, assignment_id)
        if key not in (assignment.workout_id, assignment.snapshot_workout_id):
            raise NotFound("The assignment is not of this workout.", *path)
        key = await _snapshot(session, assignment)
    await store.lock_tree(session, key)
    workout = (await store.by_ids(session, [key]))[0]
    if workout is None:
        raise NotFound("There is no such workout.", *path)
    require_coach(session.viewer, workout.organization_id, *path)
    return workout


async def _writable_movement(session: WriteSession[Viewer], id: UUID, assignment_id: str | None) -> LocatedMovementRow:
    """Lock the tree of the movement that the viewer wants to write, and return the movement.

    With an assignment, it is the movement's copy in the assignment's snapshot.

    Raises NotFound and Forbidden.
    """
    if assignment_id is not None:
        snapshot_id = await _snapshot(session, await _assignment(session, assignment_id))
        id = (await store_tree.copied_ids(session, snapshot_id)).get(id, id)
    movement = (await store.movements(session, [id]))[0]
    if movement is not None:
        require_coach(session.viewer, movement.organization_id, "id")
        await store.lock_tree(session, movement.workout_id)
        movement = (await store.movements(session, [id]))[0]
    if movement is None or (assignment_id is not None and movement.workout_id != snapshot_id):
        raise NotFound("There is no such movement.", "id")
    return movement


async def _assignment(session: WriteSession[Viewer], id: str) -> ForkedAssignmentRow:
    """Lock the assignment that an edit is for, and return it. Raises NotFound and Forbidden."""
    assignment = await store_tree.lock_assignment(session, require_key(id, "assignmentId"))
    if assignment is None:
        raise NotFound("There is no such assignment.", "assignmentId")
    require_coach(session.viewer, assignment.organization_id, "assignmentId")
    return assignment


async def _snapshot(session: WriteSession, assignment: ForkedAssignmentRow) -> UUID:
    """The id of an assignment's snapshot. The first edit makes it, under the lock of the library workout's tree."""
    if assignment.snapshot_workout_id is not None:
        return assignment.snapshot_workout_id
    await store.lock_tree(session, assignment.workout_id)
    return await store_tree.fork(session, assignment)


async def _written(
    session: WriteSession[Viewer], workout: WorkoutRow, changes: int, *, in_tree: bool = False
) -> WorkoutPayload:
    """The payload with the workout as it is stored now; a change of a library workout is recorded as a fact.

    `changes` is the number of rows written. With `in_tree` they are rows below the workout, whose `updated_at` is set.
    """
    if changes and in_tree:
        await store.touch(session, workout.id)
    if changes and not workout.is_snapshot:
        await record(session, [rules.WorkoutChanged(workout.id, workout.organization_id)])
    return WorkoutPayload(workout=await stored_row(session, store.by_ids, workout.id))


async def _checked_columns(session: WriteSession, organization_id: UUID, values: Mapping[str, Any]) -> dict[str, Any]:
    """Check an input's values of a workout, and return them by column.

    Raises Refused, and NotFound for a program of another organization.
    """
    checks = Checks()
    columns = {**values, **rules.checked_texts(values, ("input",), checks, rules.NAMES)}
    for key in ("scoring", "mode"):
        if key in columns and columns[key] is None:
            checks.refuse("Must not be null; leave it out to keep it as it is.", "input", key)
    if columns.get("time_cap") is not None:
        checks.whole(columns["time_cap"], ("input", "timeCap"), 1, 1_440)
    checks.done()
    if columns.get("program_id") is not None:
        columns["program_id"] = require_key(columns["program_id"], "input", "programId")
        if not await store.has_program(session, organization_id, columns["program_id"]):
            raise NotFound("The organization has no such program.", "input", "programId")
    return columns


def _checked_movement(values: dict[str, Any]) -> dict[str, Any]:
    """Check an input's values of a movement, and return them by column. Raises Refused."""
    checks = Checks()
    columns = rules.checked_texts(values, ("input",), checks, rules.NAMES)
    if "prescription" in values:
        at = ("input", "prescription")
        columns["prescription"] = rules_tree.checked_prescription(values["prescription"], at, checks)
    checks.done()
    return columns


async def _replace_tree(session: WriteSession, workout: WorkoutRow, sections: list[dict[str, Any]], at: Path) -> int:
    """Check the tree that was sent against the stored rows, and store it. Returns how many rows were written."""
    checks = Checks()
    tree = rules_tree.checked_tree(sections, at, checks)
    checks.done()
    current = await store_tree.current_rows(session, workout.id, workout.organization_id)
    rules_tree.check_ids(tree, *current, checks)
    checks.done()
    ids = tree.exercise_ids
    exercises = dict(zip(ids, await exercises_by_ids(session, ids), strict=True))
    refusals = list(rules_tree.check_references(tree, current[1], exercises, workout.organization_id))
    if refusals:
        raise Refused(refusals)
    return await store_tree.replace(session, workout.id, workout.organization_id, tree, *current)
