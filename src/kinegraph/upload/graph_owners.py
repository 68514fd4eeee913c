"""The organization and the exercise that an upload is for, and whether the caller may announce it."""

from collections.abc import Mapping
from typing import Any  # Any: values of an input
from uuid import UUID

from kinegraph.exercise import rules, store
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_member
from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Conflict, InvalidInput
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.media import rules as media
from kinegraph.media import store as uploads

Owners = tuple[UUID | None, UUID | None]
"""The organization and the exercise of an upload."""


async def announce(session: WriteSession[Viewer], owners: Owners, columns: Mapping[str, Any]) -> None:
    """Store an upload, if the viewer may announce one. Raises a Refusal."""
    await require_allowed(session, *owners, columns["purpose"])
    if await uploads.waiting_uploads(session) >= media.MAX_WAITING:
        message = f"{media.MAX_WAITING} of your uploads wait to be used; use them, or let them expire (24 hours)."
        raise Conflict(message)
    organization_id, exercise_id = owners
    await uploads.insert_upload(session, {**columns, "organization_id": organization_id, "exercise_id": exercise_id})


def owner_ids(values: Mapping[str, Any], checks: Checks) -> Owners:
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


async def require_allowed(
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
