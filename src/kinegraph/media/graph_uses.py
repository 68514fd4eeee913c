"""Using uploads: their files are inspected and copied, then attached to something."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.context import Info
from kinegraph.kit.errors import InvalidInput, Path, Refusal, Refused
from kinegraph.kit.sessions import WriteSession
from kinegraph.media import rules, store, store_attachments
from kinegraph.media.rules_files import staged_key, stored_key
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.storage import ObjectStorage


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """An upload that was inspected, and the key that its file was copied to."""

    upload: rules.WaitingUpload
    key: str


NO_UPLOAD = "You have no such upload for this, or it was used already."

UploadUse = tuple[UUID, rules.UploadPurpose, Path]
"""An upload that an input uses: its id, for which purpose, and the path in the input."""


async def store_uploads(info: Info, uses: Sequence[UploadUse]) -> list[StoredUpload]:
    """Inspect the files of the viewer's uploads, and copy each to its own key, so that they are ready to be used.

    A mutation calls this before it writes, since it waits for the object storage. One that is used several times for
    the same purpose is inspected once; each of its paths is refused. Raises Refused.
    """
    paths: dict[tuple[UUID, rules.UploadPurpose], list[Path]] = {}
    for id, purpose, path in uses:
        paths.setdefault((id, purpose), []).append(path)
    async with info.context.preliminary_session() as session:
        found = await store.uploads(session, [id for id, _ in paths])
    checks = (
        _store_upload(info.context.storage, upload, purpose, at[0])
        for upload, ((_, purpose), at) in zip(found, paths.items(), strict=True)
    )
    results = list(zip(await asyncio.gather(*checks), paths.values(), strict=True))
    refusals = [type(each)(each.message, *path) for each, at in results if isinstance(each, Refusal) for path in at]
    if refusals:
        raise Refused(refusals)
    return [each for each, _ in results if isinstance(each, StoredUpload)]


async def _store_upload(
    storage: ObjectStorage, upload: rules.WaitingUpload | None, purpose: rules.UploadPurpose, path: Path
) -> StoredUpload | Refusal:
    """Inspect one upload's file, and copy it. Returns a refusal where it cannot be used."""
    if upload is None or upload.purpose != purpose:
        return rules.UploadNotFound(NO_UPLOAD, *path)
    staged = staged_key(upload.id, upload.key)
    try:
        stored = await storage.inspect(staged)
        if stored is None and upload.parts_id is not None:
            if missing := await _join_parts(storage, upload, staged):
                parts = ", ".join(map(str, missing))
                message = f"Of its parts have not arrived: {parts}. Send them first; resumeUpload says where."
                return rules.UploadNotFound(message, *path)
            stored = await storage.inspect(staged)
        if stored is None and upload.expires_at < datetime.now(UTC):
            return rules.UploadNotFound("Its file did not arrive in time: call requestUpload again.", *path)
        if stored is None:
            return rules.UploadNotFound("Its file has not arrived: send it to the upload's url first.", *path)
        if fault := rules.content_fault(purpose, upload.mime, stored.size, stored.head):
            return InvalidInput(fault, *path)
        key = stored_key(upload.key, stored.etag)
        if not await storage.copy(staged, key, stored.etag):
            return rules.UploadNotFound("Its file was sent again just now; try once more.", *path)
    except ServiceError:
        return rules.StorageUnavailable("The files' storage does not answer; try again later.", *path)
    return StoredUpload(upload, key)


async def _join_parts(storage: ObjectStorage, upload: rules.WaitingUpload, staged: str) -> list[int]:
    """Make a file of the parts that were sent. Returns the numbers of those that are missing."""
    assert upload.parts_id is not None and upload.part_bytes is not None
    sizes = rules.part_sizes(upload.size_bytes, upload.part_bytes)
    received = await storage.received_parts(staged, upload.parts_id)
    if received is None:  # they were joined meanwhile, or are gone
        return []
    missing = [number for number, size in enumerate(sizes, 1) if received.get(number) != size]
    if not missing:
        await storage.join_parts(staged, upload.parts_id, len(sizes))
    return missing


async def use(
    session: WriteSession[Viewer],
    files: list[StoredUpload],
    organization_id: UUID | None,
    paths: Sequence[tuple[UUID, Path]],
    exercise_id: UUID | None = None,
) -> None:
    """Mark stored uploads as used in an organization, and for this exercise if any. Raises Refused.

    `paths` are the uploads' paths in the input; an upload may have several.
    """
    used = await store.use_uploads(session, [file.upload.id for file in files])
    lost = [rules.UploadNotFound(NO_UPLOAD, *path) for id, path in paths if id not in used]
    marked = [file for file in files if file.upload.id in used]
    if refusals := [*lost, *announced_elsewhere(marked, organization_id, paths, exercise_id)]:
        raise Refused(refusals)


def announced_elsewhere(
    files: Sequence[StoredUpload],
    organization_id: UUID | None,
    paths: Sequence[tuple[UUID, Path]],
    exercise_id: UUID | None = None,
) -> list[Refusal]:
    """The refusals of uploads that were announced for another organization or exercise than where they are used."""
    elsewhere = {
        upload.id
        for upload in (file.upload for file in files)
        if (upload.organization_id, upload.exercise_id) != (organization_id, exercise_id)
    }
    return [rules.UploadNotFound(NO_UPLOAD, *path) for id, path in paths if id in elsewhere]


def require_announced_for(files: Sequence[StoredUpload], organization_id: UUID, path: Path) -> None:
    """Raise Refused for uploads, listed at `path`, that were not announced as files of this organization."""
    paths: list[tuple[UUID, Path]] = [(file.upload.id, (*path, str(index))) for index, file in enumerate(files)]
    if refusals := announced_elsewhere(files, organization_id, paths):
        raise Refused(refusals)


async def attach(
    session: WriteSession[Viewer],
    files: list[StoredUpload],
    organization_id: UUID,
    owner_type: str,
    owner_id: UUID,
    path: Path = ("input", "uploadIds"),
) -> None:
    """Use stored uploads as the attachments of something in an organization. Raises Refused.

    A fact starts the jobs that make the thumbnails of images.
    """
    paths: list[tuple[UUID, Path]] = [(file.upload.id, (*path, str(index))) for index, file in enumerate(files)]
    await use(session, files, organization_id, paths)
    rows = [
        {"url": file.key, "mime": mime, "kind": rules.kind_of(mime), "thumb_error": rules.thumbnail_fault(mime)}
        for file in files
        for mime in (file.upload.mime,)
    ]
    await store_attachments.insert_attachments(session, organization_id, owner_type, owner_id, rows)
