"""Files: their names, their keys in the object storage, and their types by content."""

import hashlib
import re
import unicodedata
from uuid import UUID

STAGING = "staging"


_EXTENSIONS = {
    "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif",
    "image/heic": "heic", "image/heif": "heif",
    "video/mp4": "mp4", "video/quicktime": "mov", "video/webm": "webm",
}  # fmt: skip


TYPES = {extension: mime for mime, extension in _EXTENSIONS.items()}
"""The type of a file by its extension."""


def safe_filename(filename: str, mime: str) -> str:
    """A filename of letters, digits, `_` and `-`, at most 120 bytes, with its type's extension.

    Letters of any script stay. A path before the name is removed, so that no key leads out of its folder.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", filename))[-1]
    stem = re.sub(r"[^\w-]+", "_", last.rpartition(".")[0] or last).strip("_")
    return f"{stem.encode()[:112].decode(errors='ignore') or 'file'}.{_EXTENSIONS[mime]}"


def staged_key(upload_id: UUID, key: str) -> str:
    """The key of a file that was not used yet."""
    return f"{STAGING}/{upload_id}/{key}"


def stored_key(key: str, etag: str) -> str:
    """The key of a file that was checked. It depends on the content, so that no other content can replace it."""
    folder, _, filename = key.rpartition("/")
    return f"{folder}/{hashlib.sha256(etag.encode()).hexdigest()[:12]}/{filename}"


def thumbnail_key(key: str) -> str:
    """The key of an image's thumbnail."""
    folder, _, filename = key.rpartition("/")
    return f"{folder}/thumbnail/{filename.rpartition('.')[0]}.jpg"


def detect_type(head: bytes) -> str | None:
    """The type of a file by its first bytes; None for a type that no purpose takes."""
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free"):
        return "video/quicktime"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video/webm" if b"webm" in head[:64] else None
    if head.startswith(b"RIFF"):
        return "image/webp" if head[8:12] == b"WEBP" else None
    signatures = {
        b"\xff\xd8\xff": "image/jpeg",
        b"\x89PNG\r\n\x1a\n": "image/png",
        b"GIF87a": "image/gif",
        b"GIF89a": "image/gif",
    }
    return next((mime for signature, mime in signatures.items() if head.startswith(signature)), None)


_HEIC = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"))
_HEIF = frozenset((b"mif1", b"msf1"))


def _iso_media(head: bytes) -> str | None:
    """The type of a file by its brands (ISO/IEC 14496-12 and 23008-12); None for AVIF and other images."""
    major, length = head[8:12], int.from_bytes(head[:4], "big")
    if major == b"qt  ":
        return "video/quicktime"
    if major in _HEIC:
        return "image/heic"
    compatible = {head[at : at + 4] for at in range(16, min(length, len(head)), 4)}
    if major in _HEIF:
        return "image/heic" if compatible & _HEIC else None if b"avif" in compatible else "image/heif"
    return None if major in (b"avif", b"avis") else "video/mp4"
