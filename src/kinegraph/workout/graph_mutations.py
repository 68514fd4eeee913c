"""The mutations of workouts and their trees."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import strawberry

from kinegraph.exercise.store import by_ids as exercises_by_ids
from kinegraph.identity.rules_access import require_coach
from kinegraph.kit.checks import Checks, require_key
from kinegraph.kit.context import Info
from kinegraph.kit.errors import NotFound, Path, Refused
from kinegraph.kit.graph import given, mutation
from kinegraph.kit.sessions import Row, WriteSession
from kinegraph.kit.user_errors import DeletePayload, UserError, user_errors
from kinegraph.workout import rules, rules_doses, rules_tree, store, store_tree
from kinegraph.workout.graph import Movement, Workout, WorkoutId
from kinegraph.workout.graph_inputs import CreateWorkoutInput, SectionInput, UpdateMovementInput, UpdateWorkoutInput


@strawberry.type(description="The workout that was written.")
class WorkoutPayload:
    workout: Workout | None = strawberry.field(default=None, description="The workout as it is stored now.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="The movement that was written, and the workout that it stands in.")
class MovementPayload:
    movement: Movement | None = strawberry.field(default=None, description="The movement as it is stored now.")
    workout: Workout | None = strawberry.field(default=None, description="The workout that it stands in.")
    user_errors: list[UserError] = user_errors()


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
        await _replace_tree(session, id, organization_id, sections, ("input", "sections"))
        return await _stored(session, id)

    @mutation("Change a workout's own values (coach access); its sections have a mutation of their own.")
    async def update_workout(
        self,
        info: Info,
        id: WorkoutId,
        input: Annotated[UpdateWorkoutInput, strawberry.argument(description="The new values.")],
    ) -> WorkoutPayload:
        session = await info.context.write_session()
        workout = await _writable(session, id, "id")
        await store.update(session, workout.id, await _checked_columns(session, workout.organization_id, given(input)))
        return await _stored(session, workout.id)

    @mutation(
        "Replace a workout's sections and movements in one transaction (coach access). Rows sent with their id keep it "
        "and their comments; a movement that is left out is deleted, softly where it has comments."
    )
    async def set_workout_sections(
        self,
        info: Info,
        workout_id: WorkoutId,
        sections: Annotated[
            list[SectionInput],
            strawberry.argument(description="The whole tree, in its order: at most 50 sections and 500 movements."),
        ],
    ) -> WorkoutPayload:
        session = await info.context.write_session()
        workout = await _writable(session, workout_id, "workoutId")
        sent = [given(section) for section in sections]
        if await _replace_tree(session, workout.id, workout.organization_id, sent, ("sections",)):
            await store.touch(session, workout.id)
        return await _stored(session, workout.id)

    @mutation("Change one movement's prescription, notes or labels (coach access).")
    async def update_movement(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The movement's id.")],
        input: Annotated[UpdateMovementInput, strawberry.argument(description="The new values.")],
    ) -> MovementPayload:
        session = await info.context.write_session()
        movement = (await store.movements(session, [require_key(id, "id")]))[0]
        if movement is None:
            raise NotFound("There is no such movement.", "id")
        require_coach(session.viewer, movement.organization_id, "id")
        await store.take_turn(session, movement.workout_id)
        if await store.update_movement(session, movement.id, _checked_movement(given(input))):
            await store.touch(session, movement.workout_id)
        changed: Any = (await store.movements(session, [movement.id]))[0]
        if changed is None:
            raise NotFound("The movement was removed meanwhile.", "id")
        workout: Any = (await store.by_ids(session, [movement.workout_id]))[0]
        return MovementPayload(movement=changed, workout=workout)

    @mutation("Delete a library workout softly (coach access). Snapshots cannot be deleted.")
    async def delete_workout(self, info: Info, id: WorkoutId) -> DeletePayload:
        session = await info.context.write_session()
        workout = await _writable(session, id, "id")
        if workout.is_snapshot:
            raise rules.SnapshotImmutable("A snapshot is what an athlete was assigned; it cannot be deleted.", "id")
        await store.delete(session, workout.id)
        return DeletePayload(deleted_id=strawberry.ID(str(workout.id)))


async def _writable(session: WriteSession, id: str, *path: str) -> Row:
    """The workout that the viewer wants to write, when it is their turn. Raises NotFound and Forbidden."""
    key = require_key(id, *path)
    await store.take_turn(session, key)
    workout = (await store.by_ids(session, [key]))[0]
    if workout is None:
        raise NotFound("There is no such workout.", *path)
    require_coach(session.viewer, workout.organization_id, *path)
    return workout


async def _stored(session: WriteSession, id: UUID) -> WorkoutPayload:
    stored: Any = (await store.by_ids(session, [id]))[0]
    return WorkoutPayload(workout=stored)


async def _checked_columns(session: WriteSession, organization_id: UUID, values: Mapping[str, Any]) -> dict[str, Any]:
    """A workout's own columns in an input. Raises Refused, and NotFound for a program of another organization."""
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
    """A movement's columns in an input. Raises Refused."""
    checks = Checks()
    columns = rules.checked_texts(values, ("input",), checks, rules.NAMES)
    if "prescription" in values:
        at = ("input", "prescription")
        columns["prescription"] = rules_doses.checked_prescription(values["prescription"], at, checks)
    checks.done()
    return columns


async def _replace_tree(
    session: WriteSession, workout_id: UUID, organization_id: UUID, sections: list[dict[str, Any]], at: Path
) -> int:
    """Check the tree that was sent against what stands, and store it. Returns how many rows were written."""
    checks = Checks()
    tree = rules_tree.checked_tree(sections, at, checks)
    checks.done()
    old_sections, old_movements = await store_tree.standing(session, workout_id)
    rules_tree.check_ids(tree, old_sections, old_movements, checks)
    checks.done()
    ids = tree.exercise_ids
    exercises = dict(zip(ids, await exercises_by_ids(session, ids), strict=True))
    refusals = list(rules_tree.check_references(tree, old_movements, exercises, organization_id))
    if refusals:
        raise Refused(refusals)
    return await store_tree.replace(session, workout_id, organization_id, tree, old_sections, old_movements)
