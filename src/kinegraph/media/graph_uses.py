"""Using uploads: looking at what was really stored, and attaching it."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kinegraph.kit.context import Info
from kinegraph.kit.errors import InvalidInput, Path, Refusal, Refused
from kinegraph.kit.sessions import Row, WriteSession
from kinegraph.media import rules, store
from kinegraph.media.rules_files import settled_key, staged_key
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.storage import ObjectStorage


@dataclass(frozen=True, slots=True)
class Settled:
    """An upload that was looked at, and the key that its file was copied to."""

    upload: Row
    key: str


async def settled(info: Info, upload_ids: list[UUID], purpose: rules.UploadPurpose) -> list[Settled]:
    """The viewer's uploads, each looked at as it was really stored and copied to a key of its own: ready to be used.

    To be called before the mutation writes: this speaks to the object storage. Raises Refused.
    """
    async with info.context.glance() as session:
        found = await store.uploads(session, upload_ids)
    looks = (
        _settle(info.context.storage, upload, purpose, ("input", "uploadIds", str(place)))
        for place, upload in enumerate(found)
    )
    looked = await asyncio.gather(*looks)
    if faults := [each for each in looked if isinstance(each, Refusal)]:
        raise Refused(faults)
    return [each for each in looked if isinstance(each, Settled)]


async def _settle(
    storage: ObjectStorage, upload: Row | None, purpose: rules.UploadPurpose, at: Path
) -> Settled | Refusal:
    """Look at one upload's file and copy it; or what stands against it."""
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
        key = settled_key(upload.key, stored.etag)
        if not await storage.copy(staged, key, stored.etag):
            return rules.UploadNotFound("Its file was sent again just now; try once more.", *at)
    except ServiceError:
        return rules.StorageUnavailable("The files' storage does not answer; try again later.", *at)
    return Settled(upload, key)


async def attach(
    session: WriteSession, files: list[Settled], organization_id: UUID, owner_type: str, owner_id: UUID
) -> None:
    """Use settled uploads as the attachments of something in an organization. Raises Refused."""
    mine = await store.use_uploads(session, [file.upload.id for file in files])
    faults: list[Refusal] = [
        rules.UploadNotFound("You have no such upload for this, or it was used already.", "input", "uploadIds", place)
        for place, file in enumerate(files)
        if file.upload.id not in mine or file.upload.organization_id != organization_id
    ]
    if faults:
        raise Refused(faults)
    rows = [{"url": file.key, "mime": file.upload.mime, "kind": rules.kind_of(file.upload.mime)} for file in files]
    await store.insert_attachments(session, organization_id, owner_type, owner_id, rows)
