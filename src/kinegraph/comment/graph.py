"""The mutations of comments."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import UNSET

from kinegraph.comment import store as comment_store
from kinegraph.comment.graph_targets import comment_or_copy, locked_movement, movement_through_assignment
from kinegraph.comment.rules import checked_body, checked_removals, require_attached
from kinegraph.comment.store import WrittenCommentRow
from kinegraph.identity.graph_versions import (
    EditConflict,
    IfUpdatedAt,
    check_offset,
    conflict_field,
    is_stale,
    stale_edit,
)
from kinegraph.identity.rules import Viewer
from kinegraph.kit.checks import Checks, require_key
from kinegraph.kit.context import Info
from kinegraph.kit.errors import Forbidden, InvalidInput, NotFound, Path
from kinegraph.kit.graph import given, mutation, takes_input
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import DeletePayload, deleted, payload, stored_row
from kinegraph.media.graph_uses import StoredUpload, attach, require_announced_for, store_uploads
from kinegraph.media.rules import UploadPurpose, checked_uses
from kinegraph.workout import store_comments
from kinegraph.workout.graph import Comment

CommentId = Annotated[strawberry.ID, strawberry.argument(description="The comment's id.")]


IDS = {"movement_id": "movementId", "parent_comment_id": "parentCommentId", "assignment_id": "assignmentId"}
"""The fields of AddCommentInput with an id, and their names in GraphQL."""


@strawberry.input(description="A comment on a movement, or a reply to a top-level comment on it.")
class AddCommentInput:
    movement_id: strawberry.ID = strawberry.field(
        description="The movement that is commented on; with assignmentId also one of the library workout, which "
        "stands for its copy."
    )
    body: str = strawberry.field(description="1 to 5,000 characters.")
    parent_comment_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The top-level comment that is replied to; replies are one level deep."
    )
    upload_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="Files to attach, at most 10: uploads of the caller's that have arrived."
    )
    assignment_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="The assignment through which the workout is seen. Where it has a snapshot, ids of the library "
        "workout's movement and comment stand for their copies.",
    )


@payload("The comment that was written.")
class CommentPayload:
    comment: Comment | None = strawberry.field(default=None, description="The comment as it is stored now.")
    conflict: EditConflict | None = conflict_field()


@strawberry.type
class Mutation:
    @mutation(
        "Comment on a movement of a workout that the caller sees, or reply to a top-level comment on it. Files are "
        "announced with requestUpload and sent first."
    )
    async def add_comment(
        self,
        info: Info,
        input: Annotated[AddCommentInput, strawberry.argument(description="The new comment.")],
    ) -> CommentPayload:
        checks, values, at = Checks(), given(input), ("input", "uploadIds")
        movement_id, parent_id, assignment_id = [
            checks.key(sent, ("input", name)) if (sent := values.get(python_name)) is not None else None
            for python_name, name in IDS.items()
        ]
        movement = None
        body = checked_body(input.body, ("input", "body"), checks)
        uploads = await _stored_uploads(info, values.get("upload_ids"), at, checks)
        session = await info.context.write_session()
        assert movement_id is not None
        with checks.layer():
            if assignment_id is not None:
                movement, parent_id = await movement_through_assignment(session, assignment_id, movement_id, parent_id)
            else:
                movement, parent_id = await locked_movement(session, movement_id, parent_id)
        with checks.layer():
            await _check_parent(session, parent_id, movement.id if movement else None)
        if movement is not None:
            with checks.layer():
                require_announced_for(uploads, movement.organization_id, at)
        checks.done()
        assert movement is not None
        id = await comment_store.insert(session, movement, body, parent_id)
        if uploads:
            await attach(session, uploads, movement.organization_id, "exercise_comment", id)
        return CommentPayload(comment=await stored_row(session, store_comments.comments, id))

    @mutation("Edit one's own comment: its text, and the files that belong to it.")
    @takes_input("The comment, and what to change of it.")
    async def update_comment(
        self,
        info: Info,
        id: CommentId,
        body: Annotated[
            str | None,
            strawberry.argument(description="The new text, 1 to 5,000 characters; absent or null to leave it."),
        ] = None,
        upload_ids: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(description="Files to attach: uploads of the caller's that have arrived."),
        ] = None,
        remove_attachment_ids: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(description="Attachments to remove. At most 10 files belong to a comment in all."),
        ] = None,
        if_updated_at: IfUpdatedAt = None,
    ) -> CommentPayload:
        checks, comment = Checks(), None
        text = None if body is None else checked_body(body, ("body",), checks)
        check_offset(if_updated_at, checks, "ifUpdatedAt")
        removed = checked_removals(remove_attachment_ids or [], ("removeAttachmentIds",), checks)
        uploads = await _stored_uploads(info, upload_ids, ("uploadIds",), checks)
        session = await info.context.write_session()
        with checks.layer():
            comment = await _comment_to_edit(session, id, if_updated_at, checks)
        if comment is not None and (uploads or removed):
            removed = await _checked_files(session, comment, removed, uploads, checks)
        elif removed:
            with checks.layer():
                own = await comment_store.own_attachments(session, removed)
                require_attached(own, removed, 0, ("removeAttachmentIds",), ("uploadIds",))
        checks.done()
        assert comment is not None
        if text is not None:
            await comment_store.update(session, comment.id, text)
        if uploads or removed:
            await comment_store.remove_attachments(session, removed)
            if uploads:
                owner = ("exercise_comment", comment.id)
                await attach(session, uploads, comment.organization_id, *owner, path=("uploadIds",))
            await comment_store.touch(session, comment.id)
        return CommentPayload(comment=await stored_row(session, store_comments.comments, comment.id))

    @mutation("Delete a comment of one's own; coaches may delete any. The replies below it go out of sight with it.")
    @takes_input("The comment to delete.")
    async def delete_comment(self, info: Info, id: CommentId) -> DeletePayload:
        session = await info.context.write_session()
        comment = await comment_or_copy(session, id)
        viewer = session.viewer
        if comment.author_id != viewer.user.id and not viewer.coaches(comment.organization_id):
            raise Forbidden("Only its author or a coach may delete a comment.", "id")
        if not await comment_store.delete(session, comment.id):
            raise NotFound("The comment was deleted meanwhile.", "id")
        return deleted(comment.id)


async def _check_parent(session: WriteSession[Viewer], parent_id: UUID | None, movement_id: UUID | None) -> None:
    """Check that a reply's parent is a top-level comment on the same movement. Raises NotFound and InvalidInput.

    Where the movement was refused (None), it may be a comment on any, or one whose copies the viewer sees.
    """
    if parent_id is None:
        return
    parent, copies = await comment_store.visible_comment(session, parent_id), comment_store.COMMENT_COPIES
    if parent is None and movement_id is None and await comment_store.own_copies(session, copies, parent_id):
        return
    if parent is None or movement_id not in (None, parent.workout_movement_id):
        raise NotFound("There is no such comment on this movement.", "input", "parentCommentId")
    if parent.parent_comment_id is not None:
        raise InvalidInput("Replies are one level deep: reply to the top-level comment.", "input", "parentCommentId")


async def _comment_to_edit(
    session: WriteSession[Viewer], id: str, if_updated_at: datetime | None, checks: Checks
) -> WrittenCommentRow:
    """Lock the viewer's comment of this id, and return it. An edit of another version is a fault.

    Raises NotFound, Forbidden for a comment of somebody else, and StaleEdit where it was deleted since that version.
    """
    try:
        comment = await _own(session, id)
        version = await comment_store.locked_version(session, comment.id)
        if version is None:
            raise NotFound("There is no such comment.", "id")
    except NotFound:
        if if_updated_at is None:
            raise
        deleted_at = await comment_store.deletion_of_own(session, require_key(id, "id"))
        if deleted_at is None or not is_stale(if_updated_at, [deleted_at]):
            raise
        raise stale_edit(session.viewer, None, deleted_at, "ifUpdatedAt", is_deleted=True) from None
    if is_stale(if_updated_at, [version]):
        stored = await stored_row(session, store_comments.comments, comment.id)
        checks.refusals += [stale_edit(session.viewer, session.viewer.user, version, "ifUpdatedAt", comment=stored)]
    return comment


async def _own(session: WriteSession[Viewer], id: str) -> WrittenCommentRow:
    """The viewer's comment of this id. Raises NotFound, and Forbidden for a comment of somebody else."""
    comment = await comment_or_copy(session, id)
    if comment.author_id != session.viewer.user.id:
        raise Forbidden("Only its author may edit a comment.", "id")
    return comment


async def _checked_files(
    session: WriteSession[Viewer],
    comment: WrittenCommentRow,
    removed: Sequence[UUID],
    uploads: list[StoredUpload],
    checks: Checks,
) -> list[UUID]:
    """Check the files that an edit removes from a locked comment and adds. Faults are recorded in `checks`.

    Returns the attachments to remove: ids of the library workout's comment stand for its copy's.
    """
    existing = await comment_store.attachment_ids(session, comment.id)
    copies = await comment_store.copied_attachments(session, comment.id, removed)
    own = [copies.get(id, id) for id in removed]
    with checks.layer():
        require_attached(existing, own, len(uploads), ("removeAttachmentIds",), ("uploadIds",))
    with checks.layer():
        require_announced_for(uploads, comment.organization_id, ("uploadIds",))
    return own


async def _stored_uploads(info: Info, ids: Sequence[str] | None, path: Path, checks: Checks) -> list[StoredUpload]:
    """The uploads of an input, inspected and copied to their own keys. Faults are recorded in `checks`."""
    purpose = UploadPurpose.COMMENT_ATTACHMENT
    uses = [(id, purpose, at) for id, at in checked_uses(ids or [], path, checks)]
    with checks.layer():
        return await store_uploads(info, uses) if uses else []
    return []
