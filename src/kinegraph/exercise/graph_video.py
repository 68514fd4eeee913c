"""An exercise's demonstration video, as the API shows it."""

from enum import StrEnum
from typing import Any

import strawberry

from kinegraph.kit.enums import described_enum


class VideoProvider(StrEnum):
    """Who serves a video."""

    BUNNY_STREAM = "bunny_stream"
    S3 = "s3"
    EXTERNAL = "external"


class VideoStatus(StrEnum):
    """What moderation has said of a video."""

    AUTO = "auto"
    VERIFIED = "verified"
    DEMOTED = "demoted"
    MANUAL = "manual"


described_enum(
    VideoProvider,
    "Who serves a video.",
    BUNNY_STREAM="Bunny Stream, adaptive streaming.",
    S3="Object storage that speaks S3.",
    EXTERNAL="Any other address.",
)
described_enum(
    VideoStatus,
    "What moderation has said of a video.",
    AUTO="Found automatically, not looked at yet.",
    VERIFIED="Looked at and found good.",
    DEMOTED="Looked at and found wanting.",
    MANUAL="Set by hand.",
)


@strawberry.type(description="A demonstration video.")
class Video:
    url: str = strawberry.field(description="Where it plays.")
    thumbnail_url: str | None = strawberry.field(description="Its poster frame.")
    provider: VideoProvider = strawberry.field(description="Who serves it.")
    duration_seconds: int | None = strawberry.field(description="Length in seconds, where known.")
    status: VideoStatus = strawberry.field(description="What moderation has said of it.")


def video_of(root: strawberry.Parent[Any]) -> Any:
    """Resolver: the row's video columns as one value, or None without an address."""
    if root.video_url is None:
        return None
    return {
        "url": root.video_url,
        "thumbnail_url": root.thumbnail_url,
        "provider": root.video_provider or "external",
        "duration_seconds": root.video_duration_seconds,
        "status": root.video_status,
    }
