"""What may be uploaded for what, where it is stored, and how one tells what a file is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from kinegraph.kit.checks import Checks, parse_key
from kinegraph.kit.errors import Refusal
from kinegraph.media.rules_files import safe_filename, sniffed


class UploadPurpose(StrEnum):
    """What a file is uploaded for."""

    EXERCISE_VIDEO = "exercise_video"
    EXERCISE_THUMBNAIL = "exercise_thumbnail"
    INSTRUCTION_IMAGE = "instruction_image"
    COMMENT_ATTACHMENT = "comment_attachment"


class AttachmentKind(StrEnum):
    """How an attachment is shown."""

    IMAGE = "image"
    VIDEO = "video"


class UploadNotFound(Refusal):
    """There is no such upload, or its file has not arrived."""

    code = "UPLOAD_NOT_FOUND"


class StorageUnavailable(Refusal):
    """A service that is needed does not answer; try again later."""

    code = "SERVICE_UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class AttachmentAdded:
    """Fact: an attachment refers to a file whose thumbnail is not known yet."""

    attachment_id: UUID
    organization_id: UUID


MB = 1024 * 1024
IMAGES = ("image/jpeg", "image/png", "image/webp")
VIDEOS = ("video/mp4", "video/quicktime", "video/webm")

LIMITS: Mapping[UploadPurpose, Mapping[str, int]] = {
    UploadPurpose.EXERCISE_VIDEO: dict.fromkeys(VIDEOS, 500 * MB),
    UploadPurpose.EXERCISE_THUMBNAIL: dict.fromkeys(IMAGES, 10 * MB),
    UploadPurpose.INSTRUCTION_IMAGE: dict.fromkeys(IMAGES, 10 * MB),
    UploadPurpose.COMMENT_ATTACHMENT: {
        **dict.fromkeys((*IMAGES, "image/gif"), 20 * MB),
        **dict.fromkeys(VIDEOS, 200 * MB),
    },
}
"""The types that each purpose takes, and the most bytes of each."""

MAX_ATTACHMENTS = 10
"""How many files one comment takes."""
MAX_WAITING = 100
"""How many uploads of one person may wait to be used."""
KEPT = timedelta(hours=24)
"""How long an upload that nobody uses is retained."""


def checked_upload(values: Mapping[str, Any]) -> dict[str, Any]:
    """Type, size and filename of an announced upload. Raises Refused."""
    checks = Checks()
    limits = LIMITS[UploadPurpose(values["purpose"])]
    mime = checks.text(values["mime"], ("input", "mime"), 255, lines=False).lower()
    if mime in limits:
        checks.whole(values["size_bytes"], ("input", "sizeBytes"), 1, limits[mime])
    elif not checks.refusals:
        checks.refuse(f"Must be one of {', '.join(limits)}; this is {mime}.", "input", "mime")
    filename = checks.text(values["filename"], ("input", "filename"), 255, lines=False)
    checks.done()
    return {"mime": mime, "size_bytes": values["size_bytes"], "filename": safe_filename(filename, mime)}


def object_key(
    purpose: UploadPurpose, organization_id: UUID | None, exercise_id: UUID | None, upload_id: UUID, filename: str
) -> str:
    """Where a file is stored once it is used (seed 000, "With S3/CDN"); `global` stands for the canonical library.

    An instruction has no place in its order before it is stored, so the upload's id stands for it.
    """
    scope = organization_id or "global"
    folder = {
        UploadPurpose.EXERCISE_VIDEO: f"exercises/{exercise_id}/video",
        UploadPurpose.EXERCISE_THUMBNAIL: f"exercises/{exercise_id}/thumbnail",
        UploadPurpose.INSTRUCTION_IMAGE: f"exercises/{exercise_id}/instructions/{upload_id}",
        UploadPurpose.COMMENT_ATTACHMENT: f"comments/{upload_id}",
    }[purpose]
    return f"{scope}/{folder}/{filename}"


def kind_of(mime: str) -> AttachmentKind:
    """How a file of this type is shown."""
    return AttachmentKind.VIDEO if mime.startswith("video/") else AttachmentKind.IMAGE


_ALIKE = frozenset(("video/mp4", "video/quicktime"))
"""Cameras write one for the other, and players take both."""


def content_fault(purpose: UploadPurpose, mime: str, size: int, head: bytes) -> str | None:
    """What is wrong with a stored file, by what it really is, not by what was announced; None if nothing is."""
    found = sniffed(head)
    if size == 0:
        return "The file is empty."
    if found is None or not (found == mime or {found, mime} <= _ALIKE):
        return f"The file was announced as {mime}, but is {found or 'something else'}; announce and send it again."
    most = LIMITS[purpose][mime]
    return f"The file has {size:,} bytes; at most {most:,} are taken." if size > most else None


def checked_uses(upload_ids: Sequence[str]) -> list[UUID]:
    """The uploads that an input names. Raises Refused."""
    checks = Checks()
    at = ("input", "uploadIds")
    if len(upload_ids) > MAX_ATTACHMENTS:
        checks.refuse(f"Must be at most {MAX_ATTACHMENTS} files; these are {len(upload_ids)}.", *at)
    keys = checks.all(upload_ids[:MAX_ATTACHMENTS], at, checks.key)
    for place, key in enumerate(keys):
        if key in keys[:place] and parse_key(upload_ids[place]):
            checks.refuse("This upload stands in the list twice.", *at, str(place))
    checks.done()
    return keys
