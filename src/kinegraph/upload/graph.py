"""The mutations that announce an upload and resume one."""

from collections.abc import Mapping
from typing import Annotated, Any  # Any: values of an input
from uuid import UUID

import strawberry

from kinegraph.exercise import rules, store
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_member
from kinegraph.kit.checks import Checks, require_key
from kinegraph.kit.context import Info
from kinegraph.kit.errors import Conflict, InvalidInput
from kinegraph.kit.graph import given, mutation, takes_input
from kinegraph.kit.rows import new_key
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.media import rules as media
from kinegraph.media import store as uploads
from kinegraph.media.graph_parts import begin_parts, drop_parts, targets
from kinegraph.media.graph_uploads import SignedUpload, UploadPayload, resumed
from kinegraph.media.rules_files import staged_key
from kinegraph.outside.storage import ObjectStorage
from kinegraph.upload.graph_details import RequestUploadInput


@strawberry.type
class Mutation:
    @mutation(
        "Announce a file, and learn where to send it. Any member of the organization may send a comment's attachment, "
        "coaches what belongs to an exercise as their organization sees it, platform admins canonical ones' files."
    )
    async def request_upload(
        self,
        info: Info,
        input: Annotated[RequestUploadInput, strawberry.argument(description="The file that is going to be sent.")],
    ) -> UploadPayload:
        values, checks = given(input), Checks()
        file = media.checked_upload(values, checks)
        owners = _owner_ids(values, checks)
        purpose = media.UploadPurpose(values["purpose"])
        is_large = file["size_bytes"] > media.IN_PARTS_ABOVE_BYTES
        if is_large or checks.refusals:  # else it is checked when the upload is stored
            async with info.context.preliminary_session() as reading:
                with checks.layer():
                    await _require_allowed(reading, *owners, purpose)
        checks.done()
        id = new_key()
        key = media.object_key(purpose, *owners, id, file["filename"])
        storage: ObjectStorage = info.context.storage
        staged = staged_key(id, key)
        columns = {"id": id, "purpose": purpose, "key": key, "mime": file["mime"], "size_bytes": file["size_bytes"]}
        if is_large:
            columns["part_bytes"] = media.PART_BYTES
            columns["parts_id"] = await begin_parts(storage, staged, file["mime"])
        try:
            target, parts = await targets(storage, staged, columns, {})
            session = await info.context.write_session()
            await _announce(session, owners, {**columns, "expires_at": target.expires_at})
        except BaseException:
            if "parts_id" in columns:
                await drop_parts(storage, staged, columns["parts_id"])
            raise
        return _payload(SignedUpload(id, target, parts))

    @mutation(
        "Get new addresses for a file of the caller's that was not used yet, and learn which of its parts have "
        "arrived: to go on after a break, or after the addresses have expired."
    )
    @takes_input("The upload to go on with.")
    async def resume_upload(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The upload's id.")],
    ) -> UploadPayload:
        key = require_key(id, "id")
        async with info.context.preliminary_session() as reading:
            upload = (await uploads.waiting(reading, [key]))[0]
        if upload is None:
            raise media.UploadNotFound("You have no such upload that waits to be used; call requestUpload.", "id")
        signed = await resumed(info.context.storage, upload)
        session = await info.context.write_session()
        if not await uploads.extend(session, upload.id, signed.target.expires_at):
            raise media.UploadNotFound("The upload was used just now.", "id")
        return _payload(signed)


def _payload(upload: Any) -> UploadPayload:
    """The payload with an upload, which is read by field name."""
    return UploadPayload(upload=upload)


Owners = tuple[UUID | None, UUID | None]
"""The organization and the exercise of an upload."""


async def _announce(session: WriteSession[Viewer], owners: Owners, columns: Mapping[str, Any]) -> None:
    """Store an upload, if the viewer may announce one. Raises a Refusal."""
    await _require_allowed(session, *owners, columns["purpose"])
    if await uploads.waiting_uploads(session) >= media.MAX_WAITING:
        message = f"{media.MAX_WAITING} of your uploads wait to be used; use them, or let them expire (24 hours)."
        raise Conflict(message)
    organization_id, exercise_id = owners
    await uploads.insert_upload(session, {**columns, "organization_id": organization_id, "exercise_id": exercise_id})


def _owner_ids(values: Mapping[str, Any], checks: Checks) -> Owners:
    """The ids of the input's organization and exercise. It is a fault if they do not fit the upload's purpose."""
    organization, exercise = values.get("organization_id"), values.get("exercise_id")
    organization_id = checks.key(organization, ("input", "organizationId")) if organization is not None else None
    exercise_id = checks.key(rules.stored_id(exercise), ("input", "exerciseId")) if exercise is not None else None
    if values["purpose"] != media.UploadPurpose.COMMENT_ATTACHMENT:
        if exercise_id is None:
            checks.refuse("Name the exercise that the file belongs to.", "input", "exerciseId")
        return organization_id, exercise_id
    if exercise_id is not None:
        with checks.layer():
            raise InvalidInput("A comment's attachment belongs to no exercise; leave it out.", "input", "exerciseId")
    if organization_id is None:
        checks.refuse("Name the organization that the comment stands in.", "input", "organizationId")
    return organization_id, exercise_id


async def _require_allowed(
    session: ReadSession[Viewer], organization_id: UUID | None, exercise_id: UUID | None, purpose: media.UploadPurpose
) -> None:
    """Raise a Refusal if the viewer may not upload a file for this organization and exercise."""
    viewer = session.viewer
    if purpose is media.UploadPurpose.COMMENT_ATTACHMENT:
        require_member(viewer, organization_id, "input", "organizationId")
        return
    checks, owners = Checks(), [None, *viewer.coached()]
    with checks.layer():
        rules.require_writer(viewer, organization_id, "input", "organizationId")
        owners = [None, organization_id]
    if exercise_id is not None and (not checks.refusals or viewer.coached()):  # None is a fault already
        with checks.layer():
            exercise = (await store.by_ids(session, [exercise_id]))[0]
            if exercise is None or exercise.organization_id not in owners:
                raise rules.ExerciseNotVisible("There is no such exercise.", "input", "exerciseId")
            is_instruction = purpose is media.UploadPurpose.INSTRUCTION_IMAGE
            if is_instruction and not checks.refusals and exercise.organization_id != organization_id:
                message = "Instructions cannot be overridden: clone the exercise, and send the picture for the clone."
                raise InvalidInput(message, "input", "exerciseId")
            if not rules.is_visible(viewer, exercise):
                raise rules.ExerciseNotVisible("There is no such exercise.", "input", "exerciseId")
    checks.done()
