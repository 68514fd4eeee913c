"""The mutations of workouts and their trees."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, cast  # values of an input, by name
from uuid import UUID

import strawberry

from kinegraph.exercise.store import by_ids as exercises_by_ids
from kinegraph.identity.graph_inputs import takes_row
from kinegraph.identity.graph_versions import IfUpdatedAt, check_offset, is_stale, stale_edit
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_coach
from kinegraph.identity.store_people import last_editor
from kinegraph.kit.checks import Checks, require_key
from kinegraph.kit.context import Info
from kinegraph.kit.errors import NotFound, Path
from kinegraph.kit.graph import given, mutation, takes_input
from kinegraph.kit.outbox import record
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import DeletePayload, deleted, stored_row
from kinegraph.workout import rules, rules_tree, store, store_tree
from kinegraph.workout.graph import FORKING, AssignmentId, WorkoutId, WorkoutPayload
from kinegraph.workout.graph_details import CreateWorkoutInput, DuplicateWorkoutInput, SectionInput, UpdateWorkoutInput
from kinegraph.workout.rules_rows import ForkedAssignmentRow, MovementRow, SectionRow, WorkoutRow


@strawberry.type
class Mutation:
    @mutation("Create a workout, with its sections in the same transaction (coach access).")
    async def create_workout(
        self,
        info: Info,
        input: Annotated[CreateWorkoutInput, strawberry.argument(description="The new workout.")],
    ) -> WorkoutPayload:
        session = await info.context.write_session()
        values, checks = given(input), Checks()
        organization_id = checks.key(values.pop("organization_id"), ("input", "organizationId"))
        with checks.layer():
            require_coach(session.viewer, organization_id, "input", "organizationId")
        coached = None if checks.refusals else [organization_id]
        sections = values.pop("sections", None) or []
        own = {key: value for key, value in values.items() if value is not None}
        columns = await _checked_columns(session, coached, own, checks)
        tree = await _checked_against_stored(session, None, coached, sections, ("input", "sections"), checks)
        checks.done()
        author = {"organization_id": organization_id, "author_id": session.viewer.user.id}
        id = await store.insert(session, {**columns, **author})
        await store_tree.replace(session, id, organization_id, *tree)
        workout = await stored_row(session, store.by_ids, id)
        await record(session, [rules.WorkoutChanged(id, organization_id)])
        return WorkoutPayload(workout=workout)

    @mutation(f"Change a workout's own values (coach access). {FORKING}")
    @takes_row
    async def update_workout(
        self,
        info: Info,
        id: WorkoutId,
        input: Annotated[UpdateWorkoutInput, strawberry.argument(description="Its id, and the new values.")],
        assignment_id: AssignmentId = None,
        if_updated_at: IfUpdatedAt = None,
    ) -> WorkoutPayload:
        checks, edit = Checks(), None
        key = checks.key(id, ("id",))
        check_offset(if_updated_at, checks, "ifUpdatedAt")
        session = await info.context.write_session()
        with checks.layer():
            edit = await lock_edited_workout(session, key, assignment_id, "id", if_updated_at=if_updated_at)
            await require_current_workout(session, edit, if_updated_at, "ifUpdatedAt")
        columns = await _checked_columns(session, _owners(edit.workout if edit else None), given(input), checks)
        checks.done()
        assert edit is not None
        workout = await edit.fork_if_needed(session)
        return await finish_workout_edit(session, workout, await store.update(session, workout.id, columns))

    @mutation(
        "Replace a workout's sections and movements in one transaction (coach access). Rows sent with their id keep it "
        "and their comments; a movement that is left out is deleted, softly where it has comments. "
        f"{FORKING} Library rows' ids then stand for their copies."
    )
    @takes_input("The workout, and its whole tree.")
    async def set_workout_sections(
        self,
        info: Info,
        workout_id: WorkoutId,
        sections: Annotated[
            list[SectionInput],
            strawberry.argument(description="The whole tree, in its order: at most 50 sections and 500 movements."),
        ],
        assignment_id: AssignmentId = None,
        if_updated_at: IfUpdatedAt = None,
    ) -> WorkoutPayload:
        checks, edit, workout = Checks(), None, None
        key = checks.key(workout_id, ("workoutId",))
        check_offset(if_updated_at, checks, "ifUpdatedAt")
        session = await info.context.write_session()
        with checks.layer():
            edit = await lock_edited_workout(session, key, assignment_id, "workoutId", if_updated_at=if_updated_at)
            workout = edit.workout
            await require_current_workout(session, edit, if_updated_at, "ifUpdatedAt")
            workout = await edit.fork_if_needed(session)
        sent = [given(section) for section in sections]
        if workout is not None and assignment_id is not None:
            sent = rules_tree.with_copied_ids(sent, await store_tree.copied_ids(session, workout.id))
        tree = await _checked_against_stored(session, workout, _owners(workout), sent, ("sections",), checks)
        checks.done()
        assert workout is not None
        changes = await store_tree.replace(session, workout.id, workout.organization_id, *tree)
        return await finish_workout_edit(session, workout, changes, in_tree=True)

    @mutation(
        "Copy a workout, a library one or a snapshot, to a new library workout of its organization (coach access): its "
        "values, sections and movements, without comments. The copy stands for itself."
    )
    async def duplicate_workout(
        self,
        info: Info,
        input: Annotated[DuplicateWorkoutInput, strawberry.argument(description="The workout, and what differs.")],
    ) -> WorkoutPayload:
        values, checks, workout = given(input), Checks(), None
        key = checks.key(values.pop("workout_id"), ("input", "workoutId"))
        session = await info.context.write_session()
        with checks.layer():
            workout = await coached_workout(session, key)
        columns = await _checked_columns(session, _owners(workout), values, checks)
        checks.done()
        assert workout is not None
        id = await store_tree.duplicate(session, workout, columns)
        await record(session, [rules.WorkoutChanged(id, workout.organization_id)])
        return WorkoutPayload(workout=await stored_row(session, store.by_ids, id))

    @mutation("Delete a library workout softly (coach access). Snapshots cannot be deleted.")
    @takes_input("The workout to delete.")
    async def delete_workout(self, info: Info, id: WorkoutId) -> DeletePayload:
        session = await info.context.write_session()
        workout = (await lock_edited_workout(session, require_key(id, "id"), None, "id")).workout
        if workout.is_snapshot:
            raise rules.SnapshotImmutable("A snapshot is what an athlete was assigned; it cannot be deleted.", "id")
        await store.delete(session, workout.id)
        await record(session, [rules.WorkoutChanged(workout.id, workout.organization_id)])
        return deleted(workout.id)


async def coached_workout(session: WriteSession[Viewer], id: UUID) -> WorkoutRow:
    """Share the lock of a workout's tree, and return the workout. Raises NotFound and Forbidden."""
    await store.lock_tree(session, id, shared=True)
    workout: WorkoutRow | None = (await store.by_ids(session, [id]))[0]
    if workout is None:
        raise NotFound(rules.NO_WORKOUT, "input", "workoutId")
    require_coach(session.viewer, workout.organization_id, "input", "workoutId")
    return workout


@dataclass(frozen=True, slots=True)
class EditedWorkout:
    """A workout whose tree is locked for an edit: with an assignment, the workout that it shows."""

    workout: WorkoutRow
    assignment_to_fork: ForkedAssignmentRow | None = None
    """The assignment, if it has no snapshot yet: the edit is for it alone, so `fork_if_needed` makes a snapshot."""
    is_deleted: bool = False
    """True if it was deleted since it was read: `require_current_workout` refuses the edit."""

    async def fork_if_needed(self, session: WriteSession[Viewer]) -> WorkoutRow:
        """Return the workout to write to. Where the assignment has no snapshot yet, make it, and return that."""
        assert not self.is_deleted
        if self.assignment_to_fork is None:
            return self.workout
        id = await store_tree.fork(session, self.assignment_to_fork)
        return cast(WorkoutRow, await stored_row(session, store.by_ids, id))


async def lock_edited_workout(
    session: WriteSession[Viewer],
    key: UUID | None,
    assignment_id: str | None,
    *path: str,
    if_updated_at: datetime | None = None,
) -> EditedWorkout:
    """Lock the tree of the workout that the viewer wants to edit. `key` may be None with an assignment.

    It may be deleted: one of an assignment, or one whose version is not `if_updated_at`. Raises NotFound, Forbidden.
    """
    if assignment_id is not None:
        return await _assigned_workout(session, assignment_id, key, *path)
    if key is not None:
        await store.lock_tree(session, key)
    workout = None if key is None else (await store.by_ids(session, [key]))[0]
    if workout is None:
        deleted = await store_tree.deleted_workout(session, key) if key and if_updated_at else None
        if deleted is None or not is_stale(if_updated_at, [deleted.updated_at]):
            raise NotFound(rules.NO_WORKOUT, *path)
        return EditedWorkout(deleted, is_deleted=True)
    require_coach(session.viewer, workout.organization_id, *path)
    return EditedWorkout(workout)


async def _assigned_workout(
    session: WriteSession[Viewer], assignment_id: str, key: UUID | None, *path: str
) -> EditedWorkout:
    """Lock an assignment, and the tree of the workout that it shows, which may be a deleted library workout."""
    at, checks, assignment = (*path[:-1], "assignmentId"), Checks(), None
    with checks.layer():
        assignment = await store_tree.lock_assignment(session, require_key(assignment_id, *at))
        if assignment is None:
            raise NotFound("There is no such assignment.", *at)
        require_coach(session.viewer, assignment.organization_id, *at)
    if checks.refusals and key is not None and (await store.by_ids(session, [key]))[0] is None:
        checks.refusals.append(NotFound(rules.NO_WORKOUT, *path))
    checks.done()
    assert assignment is not None
    if key not in (None, assignment.workout_id, assignment.snapshot_workout_id):
        raise NotFound("The assignment is not of this workout.", *path)
    shown = assignment.snapshot_workout_id or assignment.workout_id
    await store.lock_tree(session, shown)
    workout: WorkoutRow = await stored_row(session, store.referred, shown)
    return EditedWorkout(workout, None if assignment.snapshot_workout_id else assignment)


async def require_current_workout(
    session: WriteSession[Viewer], edit: EditedWorkout, if_updated_at: datetime | None, *path: str, **stored: Any
) -> None:
    """Raise StaleEdit for an edit of another version of a workout, with `stored` in the payload too."""
    workout, is_deleted = edit.workout, edit.is_deleted
    if is_stale(if_updated_at, [workout.updated_at]):
        editor = await last_editor(session, "workouts", id=workout.id)
        stored |= {"workout": None if is_deleted else workout}
        raise stale_edit(session.viewer, editor, workout.updated_at, *path, is_deleted=is_deleted, **stored)


async def finish_workout_edit(
    session: WriteSession[Viewer], workout: WorkoutRow, changes: int, *, in_tree: bool = False
) -> WorkoutPayload:
    """Record the change of a library workout as a fact, and return the payload with the workout as it is stored now.

    `changes` is the number of rows written. With `in_tree` they are rows below the workout, whose `updated_at` is set.
    """
    if changes and in_tree:
        await store.touch(session, workout.id)
    if changes and not workout.is_snapshot:
        await record(session, [rules.WorkoutChanged(workout.id, workout.organization_id)])
    return WorkoutPayload(workout=await stored_row(session, store.by_ids, workout.id))


def _owners(workout: WorkoutRow | None) -> list[UUID] | None:
    return None if workout is None else [workout.organization_id]


async def _checked_columns(
    session: WriteSession[Viewer], organization_ids: list[UUID] | None, values: Mapping[str, Any], checks: Checks
) -> dict[str, Any]:
    """Check an input's values of a workout, and return them by column. The program must be of the organizations.

    Faults are recorded in `checks`. Where the workout was refused (None), the viewer must coach the program's.
    """
    columns = {**values, **rules.checked_texts(values, ("input",), checks, rules.NAMES)}
    for key in ("scoring", "mode"):
        if key in columns and columns[key] is None:
            checks.refuse("Must not be null; leave it out to keep it as it is.", "input", key)
    if columns.get("time_cap") is not None:
        checks.whole(columns["time_cap"], ("input", "timeCap"), 1, 1_440)
    if columns.get("program_id") is not None:
        with checks.layer():
            columns["program_id"] = require_key(columns["program_id"], "input", "programId")
            owners = session.viewer.coached() if organization_ids is None else organization_ids
            if not await store.has_program(session, owners, columns["program_id"]):
                raise NotFound("The organization has no such program.", "input", "programId")
    return columns


async def _checked_against_stored(
    session: WriteSession[Viewer],
    workout: WorkoutRow | None,
    organization_ids: list[UUID] | None,
    sections: list[dict[str, Any]],
    at: Path,
    checks: Checks,
) -> tuple[rules_tree.Tree, list[SectionRow], list[MovementRow]]:
    """Check the tree that was sent against the workout's stored rows (None: a new one), and return it with these.

    All faults are recorded in `checks`. Where the workout was refused (no `organization_ids`), ids and references are
    those of any workout that the viewer coaches.
    """
    tree = rules_tree.checked_tree(sections, at, checks)
    current: tuple[list[SectionRow], list[MovementRow]] = [], []
    if workout is not None:
        current = await store_tree.current_rows(session, workout.id, workout.organization_id)
    elif organization_ids is None:
        current = await store_tree.coached_rows(session, tree.sent)
    with checks.layer():
        rules_tree.check_ids(tree, *current, checks)
    ids = tree.exercise_ids
    exercises = dict(zip(ids, await exercises_by_ids(session, ids), strict=True))
    with checks.layer():
        owners = session.viewer.coached() if organization_ids is None else organization_ids
        checks.refusals += rules_tree.check_references(tree, current[1], exercises, owners)
    return tree, *current
