"""An exercise's demonstration video, as the API shows it."""

from typing import Any

import strawberry

from kinegraph.exercise.graph_terms import terms


@strawberry.type(description="A demonstration video.")
class Video:
    url: str = strawberry.field(description="Where it plays.")
    thumbnail_url: str | None = strawberry.field(description="Its poster frame.")
    provider: terms.VideoProvider = strawberry.field(description="Who serves it.")
    duration_seconds: int | None = strawberry.field(description="Length in seconds, where known.")
    status: terms.VideoStatus = strawberry.field(description="What moderation has said of it.")


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
