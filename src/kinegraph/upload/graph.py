"""The mutations that announce an upload and resume one."""

from typing import Annotated, Any  # Any: values of an input

import strawberry

from kinegraph.kit.checks import Checks, require_key
from kinegraph.kit.context import Info
from kinegraph.kit.graph import given, mutation, takes_input
from kinegraph.kit.rows import new_key
from kinegraph.media import rules as media
from kinegraph.media import store as uploads
from kinegraph.media.graph_parts import begin_parts, drop_parts, targets
from kinegraph.media.graph_uploads import SignedUpload, UploadPayload, resumed
from kinegraph.media.rules_files import staged_key
from kinegraph.outside.storage import ObjectStorage
from kinegraph.upload.graph_details import RequestUploadInput
from kinegraph.upload.graph_owners import announce, owner_ids, require_allowed


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
        owners = owner_ids(values, checks)
        purpose = media.UploadPurpose(values["purpose"])
        is_large = file["size_bytes"] > media.IN_PARTS_ABOVE_BYTES
        if is_large or checks.refusals:  # else it is checked when the upload is stored
            async with info.context.preliminary_session() as reading:
                with checks.layer():
                    await require_allowed(reading, *owners, purpose)
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
            await announce(session, owners, {**columns, "expires_at": target.expires_at})
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
