"""Videos: who serves an address, what is derived of it, and the moves of moderation (seeds 000, 002)."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kinegraph.kit.errors import Conflict, InvalidInput, Path

MAX_VIDEO_SECONDS = 24 * 3600
MAX_CANDIDATES = 20

FILES = "/files/"
"""Where the API leads to files of its own object storage."""


class VideoProvider(StrEnum):
    """Who serves a video (seed 000)."""

    BUNNY_STREAM = "bunny_stream"
    S3 = "s3"
    EXTERNAL = "external"


class VideoStatus(StrEnum):
    """What moderation has said of a video (seed 002)."""

    AUTO = "auto"
    VERIFIED = "verified"
    DEMOTED = "demoted"
    MANUAL = "manual"


ADDRESSES: Mapping[VideoProvider, re.Pattern[str]] = {
    VideoProvider.BUNNY_STREAM: re.compile(
        r"https://(?:(?P<host>[a-z0-9-]+\.b-cdn\.net)/(?P<video>[0-9a-f-]{36})/(?:playlist\.m3u8|play_\d+p\.mp4)"
        r"|(?:iframe|player)\.mediadelivery\.net/(?:embed|play)/\d+/[0-9a-f-]{36}"
        r"|video\.bunnycdn\.com/play/\d+/[0-9a-f-]{36})(?:\?.*)?",
        re.IGNORECASE,
    ),
    VideoProvider.S3: re.compile(
        r"https?://[^/]+/files/(?:global|[0-9a-f-]{36})/exercises/[0-9a-f-]{36}/video/.+"
        r"|https://(?:[a-z0-9.-]+\.)?s3[.-][a-z0-9.-]*amazonaws\.com/.+",
        re.IGNORECASE,
    ),
}
"""The addresses of each provider's videos; any other is external."""


class VideoVote(StrEnum):
    """What a coach thinks of a video."""

    UP = "up"
    DOWN = "down"


class VideoLocked(Conflict):
    """The video may not be changed while it is locked."""


def provider_of(url: str) -> VideoProvider:
    """Who serves the video at an address."""
    return next((p for p, pattern in ADDRESSES.items() if pattern.fullmatch(url)), VideoProvider.EXTERNAL)


def poster_of(url: str) -> str | None:
    """The poster frame that the provider keeps beside a video, where its address tells."""
    found = ADDRESSES[VideoProvider.BUNNY_STREAM].fullmatch(url)
    return f"https://{found['host']}/{found['video']}/thumbnail.jpg" if found and found["host"] else None


def video_columns(values: Mapping[str, Any], stored_url: str | None) -> dict[str, Any]:
    """What else changes in a row when an input sets its video: provider, status, length and poster frame."""
    url = values.get("video_url", stored_url)
    if "video_url" not in values or url == stored_url:
        return {}
    derived = {"video_provider": None, "video_duration_seconds": None, "video_status": "auto"}
    if url is not None:
        derived = {**derived, "video_provider": provider_of(url), "video_status": "manual"}
        if poster_of(url):
            derived["thumbnail_url"] = poster_of(url)
    return {name: value for name, value in derived.items() if name not in values}


def require_unlocked(exercise: Any, values: Mapping[str, Any], path: Path) -> None:
    """Refuse a change of a locked video. Raises VideoLocked."""
    if exercise.video_locked_by_user_id is not None and any(values[n] != exercise[n] for n in touched(values)):
        raise VideoLocked("The video is locked; whoever may moderate it can unlock it (lockExerciseVideo).", *path)


def touched(values: Mapping[str, Any]) -> list[str]:
    """The columns among these that a lock protects."""
    return [name for name in ("video_url", "thumbnail_url", "video_duration_seconds") if name in values]


def require_video(values: Mapping[str, Any], stored_url: str | None, path: Path) -> None:
    """Refuse a length without a video. Raises InvalidInput."""
    if values.get("video_duration_seconds") is not None and values.get("video_url", stored_url) is None:
        raise InvalidInput("There is no video to be of this length; send one with it.", *path)


def candidate(url: str, user_id: UUID, note: str | None, now: datetime) -> dict[str, Any]:
    """A suggested video as it is stored. An address always has the same id: it is suggested, and rejected, once."""
    return {
        "id": hashlib.sha256(url.encode()).hexdigest()[:16],
        "url": url,
        "provider": str(provider_of(url)),
        "note": note,
        "suggested_by": str(user_id),
        "suggested_at": now.isoformat(),
    }
