"""Rules of videos: providers by address, derived columns, the lock, and suggestions (docs/domain.md, Videos)."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol  # Any: values of an input by column; a candidate is JSON
from uuid import UUID

from kinegraph.kit.errors import Conflict, InvalidInput, Path

MAX_VIDEO_SECONDS = 24 * 3600
MAX_CANDIDATES = 20

FILES = "/files/"
"""Path under which the API serves the files of its object storage."""


class VideoProvider(StrEnum):
    """The service that a video is played from."""

    BUNNY_STREAM = "bunny_stream"
    S3 = "s3"
    EXTERNAL = "external"


class VideoStatus(StrEnum):
    """The state of a video in moderation."""

    AUTO = "auto"
    VERIFIED = "verified"
    DEMOTED = "demoted"
    MANUAL = "manual"


class VideoRow(Protocol):
    """The video's columns of an exercise's row."""

    id: UUID
    video_url: str | None
    thumbnail_url: str | None
    video_provider: str | None
    video_duration_seconds: int | None
    video_status: str | None
    video_positive_votes: int
    video_negative_votes: int
    video_locked_by_user_id: UUID | None


class SuggestionsRow(Protocol):
    """The suggested videos of an exercise's row, and the organization that owns it."""

    organization_id: UUID | None
    video_candidates: list[dict[str, Any]]


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
"""Patterns of the addresses of each provider; any other address is external."""


class VideoVote(StrEnum):
    """A coach's vote on a video."""

    UP = "up"
    DOWN = "down"


class VideoLocked(Conflict):
    """The video may not be changed while it is locked."""


def provider_of(url: str) -> VideoProvider:
    """The provider of the video at an address."""
    return next((p for p, pattern in ADDRESSES.items() if pattern.fullmatch(url)), VideoProvider.EXTERNAL)


def poster_of(url: str) -> str | None:
    """The address of the poster frame that the provider makes, where it follows from the video's; else None."""
    found = ADDRESSES[VideoProvider.BUNNY_STREAM].fullmatch(url)
    return f"https://{found['host']}/{found['video']}/thumbnail.jpg" if found and found["host"] else None


def video_columns(values: Mapping[str, Any], stored_url: str | None) -> dict[str, Any]:
    """The columns that change with a new video address: provider, status, length and poster frame.

    Those that the input sets itself are left out.
    """
    url = values.get("video_url", stored_url)
    if "video_url" not in values or url == stored_url:
        return {}
    derived = {"video_provider": None, "video_duration_seconds": None, "video_status": "auto"}
    if url is not None:
        derived = {**derived, "video_provider": provider_of(url), "video_status": "manual"}
        if poster_of(url):
            derived["thumbnail_url"] = poster_of(url)
    return {name: value for name, value in derived.items() if name not in values}


def require_unlocked(exercise: VideoRow, values: Mapping[str, Any], path: Path) -> None:
    """Raise VideoLocked if the values change a locked video."""
    changed = [name for name in locked_columns(values) if values[name] != getattr(exercise, name)]
    if exercise.video_locked_by_user_id is not None and changed:
        raise VideoLocked("The video is locked; whoever may moderate it can unlock it (lockExerciseVideo).", *path)


def locked_columns(values: Mapping[str, Any]) -> list[str]:
    """The columns among `values` that a lock protects."""
    return [name for name in ("video_url", "thumbnail_url", "video_duration_seconds") if name in values]


def require_video(values: Mapping[str, Any], stored_url: str | None, path: Path) -> None:
    """Raise InvalidInput for a length without a video."""
    if values.get("video_duration_seconds") is not None and values.get("video_url", stored_url) is None:
        raise InvalidInput("There is no video to be of this length; send one with it.", *path)


def candidate(url: str, user_id: UUID, note: str | None, now: datetime) -> dict[str, Any]:
    """A suggested video as it is stored. Its id is a hash of the address, so that none is suggested twice."""
    return {
        "id": hashlib.sha256(url.encode()).hexdigest()[:16],
        "url": url,
        "provider": str(provider_of(url)),
        "note": note,
        "suggested_by": str(user_id),
        "suggested_at": now.isoformat(),
    }
