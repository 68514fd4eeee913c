"""How files are named and stored, and how one tells what a file is."""

import hashlib
import re
import unicodedata
from uuid import UUID

STAGING = "staging"


_EXTENSIONS = {
    "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif",
    "video/mp4": "mp4", "video/quicktime": "mov", "video/webm": "webm",
}  # fmt: skip


TYPES = {ending: mime for mime, ending in _EXTENSIONS.items()}
"""The type of a file by its ending."""


def safe_filename(filename: str, mime: str) -> str:
    """The last step of a filename, of letters, digits, `_` and `-` alone, at most 120 bytes, with its type's ending.

    Letters of any script stay. What a browser tells of the path is dropped, and nothing is left to play tricks with.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", filename))[-1]
    stem = re.sub(r"[^\w-]+", "_", last.rpartition(".")[0] or last).strip("_")
    return f"{stem.encode()[:112].decode(errors='ignore') or 'file'}.{_EXTENSIONS[mime]}"


def staged_key(upload_id: UUID, key: str) -> str:
    """Where a file is until it is used."""
    return f"{STAGING}/{upload_id}/{key}"


def settled_key(key: str, etag: str) -> str:
    """Where an upload's file is stored once it was checked; another content goes elsewhere, and replaces nothing."""
    folder, _, filename = key.rpartition("/")
    return f"{folder}/{hashlib.sha256(etag.encode()).hexdigest()[:12]}/{filename}"


def thumbnail_key(key: str) -> str:
    """Where the thumbnail of an image is."""
    folder, _, filename = key.rpartition("/")
    return f"{folder}/thumbnail/{filename.rpartition('.')[0]}.jpg"


def sniffed(head: bytes) -> str | None:
    """The type of a file by its first bytes, or None for what is none of ours."""
    if head[4:8] == b"ftyp":
        return "video/quicktime" if head[8:12] == b"qt  " else _iso_media(head)
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free"):
        return "video/quicktime"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video/webm" if b"webm" in head[:64] else None
    if head.startswith(b"RIFF"):
        return "image/webp" if head[8:12] == b"WEBP" else None
    marks = {
        b"\xff\xd8\xff": "image/jpeg",
        b"\x89PNG\r\n\x1a\n": "image/png",
        b"GIF87a": "image/gif",
        b"GIF89a": "image/gif",
    }
    return next((mime for mark, mime in marks.items() if head.startswith(mark)), None)


def _iso_media(head: bytes) -> str | None:
    """MP4 by its brand (ISO/IEC 14496-12); the pictures that use the same container are no video."""
    return None if head[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis") else "video/mp4"
