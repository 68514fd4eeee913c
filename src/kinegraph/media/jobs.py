"""The jobs of files: making thumbnails, and deleting staged files that nobody needs any more."""

import asyncio
from datetime import timedelta
from uuid import UUID

from kinegraph.identity.store import act_for_organization
from kinegraph.kit.database import Database
from kinegraph.kit.outbox import act_as_worker
from kinegraph.media import store_attachments, store_clearing
from kinegraph.media.rules import AttachmentKind, StaleUpload
from kinegraph.media.rules_files import staged_key, stored_key, thumbnail_key
from kinegraph.media.rules_thumbnails import MIME, NotAnImage, thumbnail
from kinegraph.outside.storage import ObjectStorage


async def make_thumbnail(database: Database, storage: ObjectStorage, attachment_id: UUID, organization_id: UUID) -> str:
    """Make the thumbnail of an image attachment that has none. Returns the job's message. Raises NotAnImage."""
    async with database.write() as session:
        await act_for_organization(session, organization_id)
        attachment = await store_attachments.attachment(session, attachment_id)
    if attachment is None:
        return "The attachment is gone."
    if attachment.thumb_url is not None or attachment.kind != AttachmentKind.IMAGE:
        return "There is nothing to do."
    key = thumbnail_key(attachment.url)
    try:
        await storage.write(key, await _thumbnail(storage, attachment.url), MIME)
    except NotAnImage as error:
        async with database.write() as session:
            await act_for_organization(session, organization_id)
            await store_attachments.set_thumbnail_error(session, attachment.url, str(error))
        raise
    async with database.write() as session:
        await act_for_organization(session, organization_id)
        await store_attachments.set_thumbnail(session, attachment.url, key)
    return f"Made {key}."


async def _thumbnail(storage: ObjectStorage, key: str) -> bytes:
    """The thumbnail of a stored file. Raises NotAnImage."""
    content = await storage.read(key)
    if content is None:
        raise NotAnImage("The file is not in the object storage.")
    return await asyncio.to_thread(thumbnail, content)


async def clear_uploads(database: Database, storage: ObjectStorage) -> int:
    """Delete the staged files of uploads that were used, or that nobody used in time. Returns how many."""
    async with database.write(act_as_worker) as session:
        stale = await store_clearing.take_stale_uploads(session, timedelta(seconds=storage.seconds))
    if stale:
        for upload in stale:
            await _clear(storage, upload)
        async with database.write(act_as_worker) as session:
            await store_clearing.drop_uploads(session, [upload.id for upload in stale])
    return len(stale)


async def _clear(storage: ObjectStorage, upload: StaleUpload) -> None:
    """Delete an upload's staged file; of an upload that was not used, also the copy that may have been made of it."""
    staged = staged_key(upload.id, upload.key)
    if upload.parts_id is not None:
        await storage.drop_parts(staged, upload.parts_id)
    stored = await storage.inspect(staged) if upload.used_at is None else None
    await storage.delete([staged, *([stored_key(upload.key, stored.etag)] if stored else [])])
