"""The mutation that announces an upload."""

from collections.abc import Mapping
from typing import Annotated, Any  # Any: values of an input
from uuid import UUID

import strawberry

from kinegraph.exercise import rules, store
from kinegraph.identity.rules import Viewer
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.errors import Conflict, InvalidInput, NotFound
from kinegraph.kit.graph import given, mutation
from kinegraph.kit.rows import new_key
from kinegraph.kit.sessions import WriteSession
from kinegraph.media import rules as media
from kinegraph.media import store as uploads
from kinegraph.media.graph import RequestUploadInput, Upload, UploadPayload
from kinegraph.media.rules_files import staged_key
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.storage import ObjectStorage


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
        values = given(input)
        file = media.checked_upload(values)
        organization_id, exercise_id = _owner_ids(values)
        purpose = media.UploadPurpose(values["purpose"])
        id = new_key()
        key = media.object_key(purpose, organization_id, exercise_id, id, file["filename"])
        storage: ObjectStorage = info.context.storage
        try:
            target = await storage.upload_target(staged_key(id, key), file["mime"], file["size_bytes"])
        except ServiceError:
            raise media.StorageUnavailable("The files' storage does not answer; try again later.") from None
        session = await info.context.write_session()
        is_instruction = purpose is media.UploadPurpose.INSTRUCTION_IMAGE
        await _require_allowed(session, organization_id, exercise_id, is_instruction=is_instruction)
        if await uploads.waiting_uploads(session) >= media.MAX_WAITING:
            message = f"{media.MAX_WAITING} of your uploads wait to be used; use them, or let them expire (24 hours)."
            raise Conflict(message)
        columns = {
            "id": id,
            "organization_id": organization_id,
            "purpose": purpose,
            "exercise_id": exercise_id,
            "key": key,
            "mime": file["mime"],
            "size_bytes": file["size_bytes"],
            "expires_at": target.expires_at,
        }
        await uploads.insert_upload(session, columns)
        return UploadPayload(upload=Upload.of(id, target))


def _owner_ids(values: Mapping[str, Any]) -> tuple[UUID | None, UUID | None]:
    """The ids of the input's organization and exercise. Raises Refused if they do not fit the upload's purpose."""
    checks = Checks()
    organization, exercise = values.get("organization_id"), values.get("exercise_id")
    organization_id = checks.key(organization, ("input", "organizationId")) if organization is not None else None
    exercise_id = checks.key(rules.stored_id(exercise), ("input", "exerciseId")) if exercise is not None else None
    if values["purpose"] != media.UploadPurpose.COMMENT_ATTACHMENT:
        if exercise_id is None:
            checks.refuse("Name the exercise that the file belongs to.", "input", "exerciseId")
    elif exercise_id is not None:
        checks.refuse("A comment's attachment belongs to no exercise; leave it out.", "input", "exerciseId")
    elif organization_id is None:
        checks.refuse("Name the organization that the comment stands in.", "input", "organizationId")
    checks.done()
    return organization_id, exercise_id


async def _require_allowed(
    session: WriteSession[Viewer], organization_id: UUID | None, exercise_id: UUID | None, *, is_instruction: bool
) -> None:
    """Raise a Refusal if the viewer may not upload a file for this organization and exercise."""
    viewer = session.viewer
    if exercise_id is None:
        if organization_id not in viewer.by_organization:
            raise NotFound("You belong to no such organization.", "input", "organizationId")
        return
    rules.require_writer(viewer, organization_id, "input", "organizationId")
    exercise = (await store.by_ids(session, [exercise_id]))[0]
    if exercise is None or exercise.organization_id not in (None, organization_id):
        raise rules.ExerciseNotVisible("There is no such exercise.", "input", "exerciseId")
    if is_instruction and exercise.organization_id != organization_id:
        message = "Instructions cannot be overridden: clone the exercise, and send the picture for the clone."
        raise InvalidInput(message, "input", "exerciseId")
    if not rules.is_visible(viewer, exercise):
        raise rules.ExerciseNotVisible("There is no such exercise.", "input", "exerciseId")
