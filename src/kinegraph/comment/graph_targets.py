"""The movement that is commented on, and the comment that is edited, by the ids that a viewer holds.

An athlete whose assignment was forked may hold ids of the library workout, which they no longer see: these stand for
the copies in the snapshot (docs/domain.md, Comments).
"""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.comment import store
from kinegraph.comment.store import WrittenCommentRow
from kinegraph.identity.rules import Viewer
from kinegraph.kit.checks import require_key
from kinegraph.kit.errors import Conflict, NotFound, Refusal, Refused
from kinegraph.kit.sessions import WriteSession
from kinegraph.workout import store as store_workouts
from kinegraph.workout.rules_rows import LocatedMovementRow

NO_MOVEMENT = "There is no such movement."


async def locked_movement(
    session: WriteSession[Viewer], movement_id: UUID, parent_id: UUID | None
) -> tuple[LocatedMovementRow, UUID | None]:
    """The movement, the lock of its tree shared so that it is not deleted meanwhile, and the parent of a reply to it.

    Raises NotFound, and Conflict where several copies could be meant.
    """
    movement = (await store_workouts.movements(session, [movement_id]))[0]
    if movement is None:
        message = "Several of your assignments have a copy of this movement: send the assignmentId of the one you mean."
        copies = await store.own_copies(session, store.MOVEMENT_COPIES, movement_id)
        copy = _only(copies, message, "input", "movementId")
        movement = None if copy is None else (await store_workouts.movements(session, [copy]))[0]
    if movement is not None:
        await store_workouts.lock_tree(session, movement.workout_id, shared=True)
        movement = (await store_workouts.movements(session, [movement.id]))[0]
    if movement is None:
        raise NotFound(NO_MOVEMENT, "input", "movementId")
    if parent_id is not None:
        (parent_id,) = await store.copied_ids(session, movement.workout_id, [parent_id])
    return movement, parent_id


async def movement_through_assignment(
    session: WriteSession[Viewer], assignment_id: UUID, movement_id: UUID, parent_id: UUID | None
) -> tuple[LocatedMovementRow, UUID | None]:
    """The movement of an assignment's workout, its tree locked, and the parent; library ids stand for their copies.

    Raises NotFound, and Refused where the movement does not exist either.
    """
    workout_id = await store.workout_of_assignment(session, assignment_id)
    if workout_id is not None:
        await store_workouts.lock_tree(session, workout_id, shared=True)
        now = await store.workout_of_assignment(session, assignment_id)
        if now is not None and now != workout_id:  # its first edit came in between
            await store_workouts.lock_tree(session, now, shared=True)
        workout_id = now
    if workout_id is None:
        refusals: list[Refusal] = [NotFound("There is no such assignment.", "input", "assignmentId")]
        is_seen = (await store_workouts.movements(session, [movement_id]))[0] is not None
        if not is_seen and not await store.own_copies(session, store.MOVEMENT_COPIES, movement_id):
            refusals.append(NotFound(NO_MOVEMENT, "input", "movementId"))
        raise Refused(refusals)
    ids = [movement_id] if parent_id is None else [movement_id, parent_id]
    movement_id, *parents = await store.copied_ids(session, workout_id, ids)
    movement = (await store_workouts.movements(session, [movement_id]))[0]
    if movement is None or movement.workout_id != workout_id:
        raise NotFound("The assignment's workout has no such movement.", "input", "movementId")
    return movement, parents[0] if parents else None


async def comment_or_copy(session: WriteSession[Viewer], id: str) -> WrittenCommentRow:
    """The comment of this id, or its copy in the viewer's snapshot. Raises NotFound, and Conflict as above."""
    key = require_key(id, "id")
    comment = await store.visible_comment(session, key)
    if comment is None:
        message = (
            "Several of your assignments have a copy of this comment: read its id again through the assignment "
            "that you mean, and send that."
        )
        copy = _only(await store.own_copies(session, store.COMMENT_COPIES, key), message, "id")
        comment = None if copy is None else await store.visible_comment(session, copy)
    if comment is None:
        raise NotFound("There is no such comment.", "id")
    return comment


def _only(copies: Sequence[UUID], message: str, *path: str) -> UUID | None:
    """The only one of these copies; None without any. Raises Conflict where there are several."""
    if len(copies) > 1:
        raise Conflict(message, *path)
    return copies[0] if copies else None
