"""Using uploads: looking at what was really stored, and attaching it."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

from kinegraph.kit.context import Info
from kinegraph.kit.errors import InvalidInput, Path, Refusal, Refused
from kinegraph.kit.sessions import Row, WriteSession
from kinegraph.media import rules, store
from kinegraph.media.rules_files import staged_key
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.storage import ObjectStorage


async def settled(info: Info, upload_ids: list[UUID], purpose: rules.UploadPurpose) -> list[Row]:
    """The viewer's uploads, each looked at as it was really stored and copied to its key: ready to be used.

    To be called before the mutation writes: this speaks to the object storage. Raises Refused.
    """
    async with info.context.glance() as session:
        found = await store.uploads(session, upload_ids)
    storage: ObjectStorage = info.context.storage
    looks = (
        _settle(storage, upload, purpose, ("input", "uploadIds", str(place))) for place, upload in enumerate(found)
    )
    faults = [fault for fault in await asyncio.gather(*looks) if fault]
    if faults:
        raise Refused(faults)
    return [upload for upload in found if upload is not None]


async def _settle(storage: ObjectStorage, upload: Row | None, purpose: rules.UploadPurpose, at: Path) -> Refusal | None:
    """Look at one upload's file and copy it to its key. Returns what stands against it."""
    if upload is None or upload.purpose != purpose:
        return rules.UploadNotFound("You have no such upload for this, or it was used already.", *at)
    staged = staged_key(upload.id, upload.key)
    try:
        stored = await storage.inspect(staged)
        if stored is None and upload.expires_at < datetime.now(UTC):
            return rules.UploadNotFound("Its file did not arrive in time: call requestUpload again.", *at)
        if stored is None:
            return rules.UploadNotFound("Its file has not arrived: send it to the upload's url first.", *at)
        if fault := rules.content_fault(purpose, upload.mime, stored.size, stored.head):
            return InvalidInput(fault, *at)
        if not await storage.copy(staged, upload.key, stored.etag):
            return rules.UploadNotFound("Its file was sent again just now; try once more.", *at)
    except ServiceError:
        return rules.StorageUnavailable("The files' storage does not answer; try again later.", *at)
    return None


async def attach(
    session: WriteSession, uploads: list[Row], organization_id: UUID, owner_type: str, owner_id: UUID
) -> None:
    """Use settled uploads as the attachments of something in an organization. Raises Refused."""
    mine = await store.use_uploads(session, [upload.id for upload in uploads])
    faults: list[Refusal] = [
        rules.UploadNotFound("You have no such upload for this, or it was used already.", "input", "uploadIds", place)
        for place, upload in enumerate(uploads)
        if upload.id not in mine or upload.organization_id != organization_id
    ]
    if faults:
        raise Refused(faults)
    files = [{"url": upload.key, "mime": upload.mime, "kind": rules.kind_of(upload.mime)} for upload in uploads]
    await store.insert_attachments(session, organization_id, owner_type, owner_id, files)
