"""The mutations of single movements."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any  # values of an input and of a payload, by name
from uuid import UUID

import strawberry

from kinegraph.exercise.store import by_ids as exercises_by_ids
from kinegraph.identity.graph_inputs import takes_row
from kinegraph.identity.graph_versions import check_offset, is_stale, stale_edit
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store_people import last_editor
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.errors import InvalidInput, NotFound, Refused
from kinegraph.kit.graph import given, mutation
from kinegraph.kit.rows import new_key
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import stored_row
from kinegraph.movement import rules, store
from kinegraph.movement.graph_details import (
    OF_MOVEMENT,
    AddMovementInput,
    MovementPayload,
    MoveMovementInput,
    RemoveMovementInput,
    RemoveMovementPayload,
    UpdateMovementInput,
)
from kinegraph.workout import rules_tree, store_tree
from kinegraph.workout import store as store_workouts
from kinegraph.workout.graph import FORKING, AssignmentId
from kinegraph.workout.graph_mutations import (
    EditedWorkout,
    finish_workout_edit,
    lock_edited_workout,
    require_current_workout,
)
from kinegraph.workout.rules import NAMES, checked_texts
from kinegraph.workout.rules_rows import MovementRow, WorkoutRow

LIBRARY_IDS = f"{FORKING} Ids of the library workout's rows then stand for their copies."
AT = ("input",)
STALE = ("input", "ifUpdatedAt")


@strawberry.type
class Mutation:
    @mutation(
        f"Change one movement's prescription, notes or labels (coach access). {FORKING} The id of a library workout's "
        "movement then stands for its copy."
    )
    @takes_row
    async def update_movement(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The movement's id.")],
        input: Annotated[UpdateMovementInput, strawberry.argument(description="Its id, and the new values.")],
        assignment_id: AssignmentId = None,
        if_updated_at: Annotated[datetime | None, strawberry.argument(description=OF_MOVEMENT)] = None,
    ) -> MovementPayload:
        checks = Checks()
        key = checks.key(id, ("id",))
        columns = _checked_movement(given(input), checks)
        check_offset(if_updated_at, checks, "ifUpdatedAt")
        session = await info.context.write_session()
        with checks.layer():
            edit = await _lock_workout_of_anchors(session, {"id": key}, assignment_id, if_updated_at)
            tree = await store.tree_of(session, edit.workout)
            movement = tree.find(key)
            await _require_current_movement(session, edit, movement, if_updated_at, "ifUpdatedAt", movement=movement)
            tree.movement(key, "id")
        checks.done()
        workout, tree = await _fork_tree_if_needed(session, edit, tree)
        movement = tree.movement(key, "id")
        changes = await store_workouts.update_movement(session, movement.id, columns)
        return await _finish_movement_edit(session, workout, movement.id, changes)

    @mutation(f"Add a movement to a workout (coach access). {LIBRARY_IDS}")
    async def add_movement(
        self,
        info: Info,
        input: Annotated[AddMovementInput, strawberry.argument(description="The movement and its place.")],
    ) -> MovementPayload:
        values, checks, edit = given(input), Checks(), None
        place, section_id = _place(values, checks)
        assignment_id, if_updated_at = values.pop("assignment_id", None), values.pop("if_updated_at", None)
        check_offset(if_updated_at, checks, *STALE)
        added = rules_tree.Tree.empty()
        rules_tree.add_movement(added, values, new_key(), 0, AT, checks)
        session = await info.context.write_session()
        with checks.layer():
            edit = await _lock_workout_of_anchors(
                session, _anchors_of_place(place, section_id), assignment_id, if_updated_at
            )
            await require_current_workout(session, edit, if_updated_at, *STALE)
        if edit is not None:
            tree = await store.tree_of(session, edit.workout)
            with checks.layer():
                rules.section_of(tree, place, section_id, None, AT)
            _check_number(tree, checks)
        await _check_exercise(session, edit, added, checks)
        checks.done()
        assert edit is not None
        workout, tree = await _fork_tree_if_needed(session, edit, tree)
        section = rules.section_of(tree, place, section_id, None, AT)
        added.movements[0] |= {"section_id": section, "sort_order": len(tree.ids_in(section))}
        await store_tree.upsert_movements(session, workout.organization_id, added)
        id = added.movements[0]["id"]
        await store.set_positions(session, {section: rules.positioned(tree, section, id, place, AT)})
        return await _finish_movement_edit(session, workout, id, 1)

    @mutation(
        "Move a movement within its section or to another one of its workout (coach access). It keeps its id and its "
        f"comments. {LIBRARY_IDS}"
    )
    async def move_movement(
        self,
        info: Info,
        input: Annotated[MoveMovementInput, strawberry.argument(description="The movement and its new place.")],
    ) -> MovementPayload:
        values, checks, tree, movement = given(input), Checks(), None, None
        place, section_id = _place(values, checks)
        key, if_updated_at = checks.key(input.movement_id, (*AT, "movementId")), values.get("if_updated_at")
        check_offset(if_updated_at, checks, *STALE)
        session = await info.context.write_session()
        with checks.layer():
            anchors = {"movementId": key, **_anchors_of_place(place, section_id)}
            edit = await _lock_workout_of_anchors(session, anchors, values.get("assignment_id"), if_updated_at)
            tree = await store.tree_of(session, edit.workout)
            movement = tree.find(key)
            await _require_current_movement(session, edit, movement, if_updated_at, *STALE, movement=movement)
            tree.movement(key, *AT, "movementId")
        if tree is not None:
            with checks.layer():
                section = rules.section_of(tree, place, section_id, movement.section_id if movement else key, AT)
                order = rules.positioned(tree, section, movement.id if movement else key, place, AT)
        checks.done()
        assert tree is not None and movement is not None
        if order == tree.ids_in(section):
            return await _finish_movement_edit(session, edit.workout, movement.id, 0)
        workout, tree = await _fork_tree_if_needed(session, edit, tree)
        movement = tree.movement(key, *AT, "movementId")
        section = rules.section_of(tree, place, section_id, movement.section_id, AT)
        left = [id for id in tree.ids_in(movement.section_id) if id != movement.id]
        positions = {movement.section_id: left, section: rules.positioned(tree, section, movement.id, place, AT)}
        changes = await store.set_positions(session, positions)
        await store.touch(session, movement.id)
        return await _finish_movement_edit(session, workout, movement.id, changes)

    @mutation(
        f"Remove a movement from its workout (coach access); it is deleted softly where it has comments. {LIBRARY_IDS}"
    )
    async def remove_movement(
        self,
        info: Info,
        input: Annotated[
            RemoveMovementInput, strawberry.argument(description="The movement, and the state it was read in.")
        ],
    ) -> RemoveMovementPayload:
        values, checks, tree = given(input), Checks(), None
        key, if_updated_at = checks.key(input.movement_id, (*AT, "movementId")), values.get("if_updated_at")
        check_offset(if_updated_at, checks, *STALE)
        session = await info.context.write_session()
        with checks.layer():
            edit = await _lock_workout_of_anchors(
                session, {"movementId": key}, values.get("assignment_id"), if_updated_at
            )
            tree = await store.tree_of(session, edit.workout)
            await _require_current_movement(session, edit, tree.find(key), if_updated_at, *STALE)
            tree.movement(key, *AT, "movementId")
        checks.done()
        assert tree is not None
        workout, tree = await _fork_tree_if_needed(session, edit, tree)
        movement = tree.movement(key, *AT, "movementId")
        await store_tree.delete_movements(session, [movement.id])
        left = [id for id in tree.ids_in(movement.section_id) if id != movement.id]
        await store.set_positions(session, {movement.section_id: left})
        stored = await finish_workout_edit(session, workout, 1, in_tree=True)
        return RemoveMovementPayload(deleted_id=strawberry.ID(str(movement.id)), workout=stored.workout)


async def _lock_workout_of_anchors(
    session: WriteSession[Viewer],
    anchors: Mapping[str, UUID],
    assignment_id: str | None,
    if_updated_at: datetime | None,
) -> EditedWorkout:
    """Lock the tree of the workout that the first anchor that is stored stands in, or that the assignment shows.

    Anchors are the movements and the section that an input names, by its keys. Raises NotFound and Forbidden.
    """
    at = {name: (name,) if name == "id" else (*AT, name) for name in anchors}
    if not anchors:
        raise InvalidInput("Send the section, or a movement that it is to stand beside.", *AT, "sectionId")
    checks, names = Checks(), list(anchors)
    if assignment_id is not None:
        with checks.layer():
            return await lock_edited_workout(session, None, assignment_id, *at[names[0]])
    found = await store.anchors(session, list(anchors.values()))
    if found and assignment_id is None:
        name, workout_id = names[found[0].position - 1], found[0].workout_id
        return await lock_edited_workout(session, workout_id, None, *at[name], if_updated_at=if_updated_at)
    stored = {names[row.position - 1] for row in found}
    missing = {name: rules.NO_SECTION if name == "sectionId" else rules.NO_MOVEMENT for name in names}
    checks.refusals += [NotFound(missing[name], *at[name]) for name in names if name not in stored]
    raise Refused(checks.refusals)


def _anchors_of_place(place: rules.Place, section_id: UUID | None) -> dict[str, UUID]:
    """The section and the neighbour that a place names, by the keys of the input."""
    named = {"sectionId": section_id, "beforeMovementId": place.before_id, "afterMovementId": place.after_id}
    return {name: id for name, id in named.items() if id is not None}


async def _fork_tree_if_needed(
    session: WriteSession[Viewer], edit: EditedWorkout, tree: rules.Tree
) -> tuple[WorkoutRow, rules.Tree]:
    """Return the workout to write to, with its tree: that of the snapshot, where the edit has to make one."""
    workout = await edit.fork_if_needed(session)
    return workout, tree if edit.assignment_to_fork is None else await store.tree_of(session, workout)


async def _require_current_movement(
    session: WriteSession[Viewer],
    edit: EditedWorkout,
    movement: MovementRow | None,
    if_updated_at: datetime | None,
    /,
    *path: str,
    **stored: Any,
) -> None:
    """Raise StaleEdit unless the version is that of the movement or its workout, with `stored` in the payload too.

    The movement may have been removed since (None): then the workout has changed.
    """
    versions = [edit.workout.updated_at, *([movement.updated_at] if movement else [])]
    if if_updated_at is None or not (edit.is_deleted or is_stale(if_updated_at, versions)):
        return None
    if movement is None or edit.is_deleted or movement.updated_at < if_updated_at:
        shown = dict.fromkeys(stored) if edit.is_deleted else stored
        return await require_current_workout(session, edit, if_updated_at, *path, **shown)
    editor = await last_editor(session, "workout_movements", id=movement.id)
    stored |= {"workout": edit.workout}
    raise stale_edit(session.viewer, editor, movement.updated_at, *path, **stored)


async def _finish_movement_edit(
    session: WriteSession[Viewer], workout: WorkoutRow, id: UUID, changes: int
) -> MovementPayload:
    """Finish the edit of the workout, which wrote `changes` rows, and return the payload with the movement."""
    stored = await finish_workout_edit(session, workout, changes, in_tree=True)
    return MovementPayload(movement=await stored_row(session, store_workouts.movements, id), workout=stored.workout)


def _check_number(tree: rules.Tree, checks: Checks) -> None:
    """Check that a workout may have one movement more. A fault is recorded in `checks`."""
    if len(tree.movements) >= rules_tree.MAX_MOVEMENTS:
        checks.refuse(f"The workout has {rules_tree.MAX_MOVEMENTS} movements, the most that it may have.", *AT)


async def _check_exercise(
    session: WriteSession[Viewer], edit: EditedWorkout | None, added: rules_tree.Tree, checks: Checks
) -> None:
    """Check that the workout of an edit may have a movement with this exercise. A fault is recorded in `checks`.

    Where the workout was refused (None), the exercise may be of any organization that the viewer coaches.
    """
    owners = [edit.workout.organization_id] if edit else session.viewer.coached()
    ids = added.exercise_ids
    exercises = dict(zip(ids, await exercises_by_ids(session, ids), strict=True))
    with checks.layer():
        checks.refusals += rules_tree.check_references(added, (), exercises, owners)


def _place(values: dict[str, Any], checks: Checks) -> tuple[rules.Place, UUID | None]:
    """The place in an input, and the section that it names; both are taken out. Faults are recorded in `checks`."""
    names = {
        "section_id": "sectionId",
        "before_movement_id": "beforeMovementId",
        "after_movement_id": "afterMovementId",
    }
    sent = {name: values.pop(name, None) for name in names}
    keys = {name: None if id is None else checks.key(id, (*AT, names[name])) for name, id in sent.items()}
    place = rules.Place(values.pop("position", None), keys["before_movement_id"], keys["after_movement_id"])
    rules.check_one_place(place, AT, checks)
    return place, keys["section_id"]


def _checked_movement(values: dict[str, Any], checks: Checks) -> dict[str, Any]:
    """Check an input's values of a movement, and return them by column. Faults are recorded in `checks`."""
    columns = checked_texts(values, AT, checks, NAMES)
    if "prescription" in values:
        columns["prescription"] = rules_tree.checked_prescription(values["prescription"], (*AT, "prescription"), checks)
    return columns
