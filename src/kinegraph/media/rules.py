"""Uploads: which types and sizes each purpose takes, the keys of files, and checks of what was stored."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol  # Any: values of an input
from uuid import UUID

from kinegraph.kit.checks import Checks, parse_key
from kinegraph.kit.errors import Path, Refusal
from kinegraph.media.rules_files import detect_type, safe_filename


class UploadPurpose(StrEnum):
    """The purpose of an uploaded file."""

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
    is_temporary = True


@dataclass(frozen=True, slots=True)
class AttachmentAdded:
    """Fact: an attachment refers to a file whose thumbnail is not known yet."""

    attachment_id: UUID
    organization_id: UUID


MIB = 1024 * 1024
IMAGES = ("image/jpeg", "image/png", "image/webp")
PHONE_IMAGES = ("image/heic", "image/heif")
"""Pictures as phones take them, which few browsers show, and of which no thumbnail can be made."""
VIDEOS = ("video/mp4", "video/quicktime", "video/webm")

LIMITS: Mapping[UploadPurpose, Mapping[str, int]] = {
    UploadPurpose.EXERCISE_VIDEO: dict.fromkeys(VIDEOS, 500 * MIB),
    UploadPurpose.EXERCISE_THUMBNAIL: dict.fromkeys(IMAGES, 10 * MIB),
    UploadPurpose.INSTRUCTION_IMAGE: dict.fromkeys(IMAGES, 10 * MIB),
    UploadPurpose.COMMENT_ATTACHMENT: {
        **dict.fromkeys((*IMAGES, "image/gif", *PHONE_IMAGES), 20 * MIB),
        **dict.fromkeys(VIDEOS, 200 * MIB),
    },
}
"""The types that each purpose takes, with the maximum size of each in bytes."""

PART_BYTES = 16 * MIB
"""The size of a part of a file that is sent in parts; S3 takes no smaller ones than 5 MiB."""
IN_PARTS_ABOVE_BYTES = 32 * MIB
"""The size above which a file can be sent in parts."""

MAX_ATTACHMENTS = 10
"""The files of one comment, at most."""
MAX_WAITING = 100
"""The uploads of one user that wait to be used, at most."""
UPLOAD_LIFETIME = timedelta(hours=24)
"""The time after which an unused upload is deleted, or when its last signed address has expired, if that is later."""


class WaitingUpload(Protocol):
    """An upload that was announced and not used yet. `key` is where its file will be stored."""

    id: UUID
    organization_id: UUID | None
    purpose: str
    exercise_id: UUID | None
    key: str
    mime: str
    size_bytes: int
    created_at: datetime
    expires_at: datetime
    parts_id: str | None
    part_bytes: int | None


class StaleUpload(Protocol):
    """An upload whose staged file can be deleted: it was used, or nobody used it in time."""

    id: UUID
    key: str
    used_at: datetime | None
    parts_id: str | None


class AttachmentFile(Protocol):
    """The file of an attachment: `url` is its key in the object storage, `thumb_url` that of its thumbnail."""

    id: UUID
    url: str
    mime: str
    kind: str
    thumb_url: str | None


def checked_upload(values: Mapping[str, Any], checks: Checks) -> dict[str, Any]:
    """Type, size and filename of an announced upload. Faults are recorded in `checks`."""
    limits = LIMITS[UploadPurpose(values["purpose"])]
    mime = _without_parameters(checks.text(values["mime"], ("input", "mime"), 255, lines=False).lower())
    checks.whole(values["size_bytes"], ("input", "sizeBytes"), 1, limits.get(mime, max(limits.values())))
    if mime not in limits and not any(refusal.path == ("input", "mime") for refusal in checks.refusals):
        checks.refuse(f"Must be one of {', '.join(limits)}; this is {mime}.", "input", "mime")
    filename = checks.text(values["filename"], ("input", "filename"), 255, lines=False)
    name = safe_filename(filename, mime) if mime in limits else filename
    return {"mime": mime, "size_bytes": values["size_bytes"], "filename": name}


def _without_parameters(mime: str) -> str:
    """The type without parameters, such as the codecs that MediaRecorder adds; as it is where they are malformed."""
    found = re.fullmatch(r"([^;\s]+)(\s*;\s*[\w.+-]+\s*=\s*(\"[^\"]*\"|[^;\"]+))*\s*;?", mime)
    return found[1] if found else mime


def part_sizes(size: int, part_bytes: int) -> list[int]:
    """The sizes of the parts of a file in bytes; all are equal but the last."""
    return [min(part_bytes, size - start) for start in range(0, size, part_bytes)]


def object_key(
    purpose: UploadPurpose, organization_id: UUID | None, exercise_id: UUID | None, upload_id: UUID, filename: str
) -> str:
    """The key of a file that is used (docs/domain.md, Files); `global` stands for the canonical library.

    An instruction has no number before it is stored, so that the upload's id takes its position in the key.
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


_ALIKE = (frozenset(("video/mp4", "video/quicktime")), frozenset(PHONE_IMAGES))
"""Cameras write one for the other, and players take both."""

NO_THUMBNAIL = "There are no thumbnails of HEIC pictures; the file itself can be downloaded."


def thumbnail_fault(mime: str) -> str | None:
    """Why no thumbnail is made of files of this type; None where one is, or where none is needed."""
    return NO_THUMBNAIL if mime in PHONE_IMAGES else None


def content_fault(purpose: UploadPurpose, mime: str, size: int, head: bytes) -> str | None:
    """Why a stored file cannot be used, judged by its content and not by what was announced; None if it can."""
    detected = detect_type(head)
    if size == 0:
        return "The file is empty."
    if detected is None or not (detected == mime or any({detected, mime} <= each for each in _ALIKE)):
        return f"The file was announced as {mime}, but is {detected or 'something else'}; announce and send it again."
    max_bytes = LIMITS[purpose][mime]
    return f"The file has {size:,} bytes; at most {max_bytes:,} are taken." if size > max_bytes else None


def checked_uses(upload_ids: Sequence[str], path: Path, checks: Checks) -> list[tuple[UUID, Path]]:
    """The uploads that an input uses, each once, with its path. Faults are recorded; malformed ids are left out."""
    if len(upload_ids) > MAX_ATTACHMENTS:
        checks.refuse(f"Must be at most {MAX_ATTACHMENTS} files; these are {len(upload_ids)}.", *path)
    keys = checks.all(upload_ids[:MAX_ATTACHMENTS], path, checks.key)
    uses: dict[UUID, Path] = {}
    for index, key in enumerate(keys):
        if key in uses:
            checks.refuse("This upload stands in the list twice.", *path, str(index))
        elif parse_key(upload_ids[index]):
            uses[key] = (*path, str(index))
    return [*uses.items()]
