"""Rules of videos: status, votes, derived columns, and the lock (docs/domain.md, Videos)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol  # Any: values of an input by column; a suggestion is JSON
from uuid import UUID

from kinegraph.kit.errors import Conflict, InvalidInput, Path
from kinegraph.video.rules_providers import poster_of, provider_of

MAX_VIDEO_SECONDS = 24 * 3600


NO_VIDEO: Mapping[str, Any] = {"video_provider": None, "video_duration_seconds": None, "video_status": "auto"}
"""The columns that follow from a video's address, of an exercise without one."""


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


class VideoVote(StrEnum):
    """A coach's vote on a video."""

    UP = "up"
    DOWN = "down"


class VideoLocked(Conflict):
    """The video may not be changed while it is locked."""


def video_columns(values: Mapping[str, Any], stored_url: str | None) -> dict[str, Any]:
    """The columns that change with a new video address: provider, status, length and poster frame.

    Those that the input sets itself are left out.
    """
    url = values.get("video_url", stored_url)
    if "video_url" not in values or url == stored_url:
        return {}
    derived = {**NO_VIDEO}
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
