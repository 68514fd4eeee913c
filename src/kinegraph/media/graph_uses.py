"""Using uploads: looking at what was really stored, and attaching it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.context import Info
from kinegraph.kit.errors import InvalidInput, Path, Refusal, Refused
from kinegraph.kit.rows import Row
from kinegraph.kit.sessions import WriteSession
from kinegraph.media import rules, store
from kinegraph.media.rules_files import settled_key, staged_key
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.storage import ObjectStorage


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """An upload that was looked at, and the key that its file was copied to."""

    upload: Row
    key: str


Named = tuple[UUID, rules.UploadPurpose, Path]
"""An upload that an input names: what for, and where in the input."""


async def store_uploads(info: Info, named: Sequence[Named]) -> list[StoredUpload]:
    """The viewer's uploads, each looked at as it was really stored and copied to a key of its own: ready to be used.

    To be called before the mutation writes: this speaks to the object storage. Raises Refused.
    """
    async with info.context.preliminary_session() as session:
        found = await store.uploads(session, [id for id, _, _ in named])
    checks = (
        _store_upload(info.context.storage, upload, purpose, at)
        for upload, (_, purpose, at) in zip(found, named, strict=True)
    )
    results = await asyncio.gather(*checks)
    if faults := [each for each in results if isinstance(each, Refusal)]:
        raise Refused(faults)
    return [each for each in results if isinstance(each, StoredUpload)]


async def _store_upload(
    storage: ObjectStorage, upload: Row | None, purpose: rules.UploadPurpose, at: Path
) -> StoredUpload | Refusal:
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
    return StoredUpload(upload, key)


async def use(
    session: WriteSession[Viewer],
    files: list[StoredUpload],
    organization_id: UUID | None,
    places: Mapping[UUID, Path],
    exercise_id: UUID | None = None,
) -> None:
    """Mark stored uploads as used in an organization, for this exercise where they are for one. Raises Refused."""
    mine = await store.use_uploads(session, [file.upload.id for file in files])
    faults: list[Refusal] = [
        rules.UploadNotFound("You have no such upload for this, or it was used already.", *places[upload.id])
        for upload in (file.upload for file in files)
        if upload.id not in mine or (upload.organization_id, upload.exercise_id) != (organization_id, exercise_id)
    ]
    if faults:
        raise Refused(faults)


async def attach(
    session: WriteSession[Viewer], files: list[StoredUpload], organization_id: UUID, owner_type: str, owner_id: UUID
) -> None:
    """Use stored uploads as the attachments of something in an organization. Raises Refused."""
    places: dict[UUID, Path] = {file.upload.id: ("input", "uploadIds", str(place)) for place, file in enumerate(files)}
    await use(session, files, organization_id, places)
    rows = [{"url": file.key, "mime": file.upload.mime, "kind": rules.kind_of(file.upload.mime)} for file in files]
    await store.insert_attachments(session, organization_id, owner_type, owner_id, rows)
