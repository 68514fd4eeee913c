"""The GraphQL types of videos and suggestions, and the resolvers that make them of an exercise's row."""

from datetime import datetime
from operator import itemgetter
from typing import Any  # a video is a dict of its fields, which GraphQL reads by name

import strawberry

from kinegraph.identity.rules_access import is_coached
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import Node, edge
from kinegraph.video import store as store_video
from kinegraph.video.rules import VideoRow, VideoStatus, VideoVote
from kinegraph.video.rules_providers import VideoProvider, poster_of, provider_of
from kinegraph.video.rules_suggestions import SuggestionsRow, suggestions

described_enum(
    VideoProvider,
    "Who serves a video.",
    BUNNY_STREAM="Bunny Stream, adaptive streaming.",
    S3="Object storage that speaks S3.",
    EXTERNAL="Any other http(s) address.",
)
described_enum(
    VideoStatus,
    "What moderation has said of a video.",
    AUTO="Found automatically, not looked at yet.",
    VERIFIED="Looked at and found good.",
    DEMOTED="Looked at and found wanting.",
    MANUAL="Set by a person, not moderated yet.",
)
described_enum(
    VideoVote, "What a coach thinks of a video.", UP="It shows the exercise well.", DOWN="It shows the exercise badly."
)


def _my_vote(video: Any, is_positive: bool | None) -> VideoVote | None:
    """The viewer's vote, of its stored value."""
    return None if is_positive is None else VideoVote.UP if is_positive else VideoVote.DOWN


@strawberry.type(description="A video that demonstrates an exercise, with what moderation says of it.")
class Video:
    url: str = strawberry.field(description="Address that it is played from, http(s).")
    thumbnail_url: str | None = strawberry.field(description="Address of its poster frame; null where there is none.")
    provider: VideoProvider = strawberry.field(description="The service it is played from, told by the address.")
    duration_seconds: int | None = strawberry.field(description="Length in seconds, where known.")
    status: VideoStatus = strawberry.field(description="What moderation has said of it.")
    positive_votes: int = strawberry.field(description="How many coaches find it good.")
    negative_votes: int = strawberry.field(description="How many coaches find it wanting.")
    my_vote: VideoVote | None = edge(
        store_video.votes,
        itemgetter("exercise_id"),
        "The caller's own vote.",
        _my_vote,
        required_columns=("exercise_id",),
    )
    is_locked: bool = strawberry.field(description="Whether it stays as it is until somebody unlocks it.")


@strawberry.type(description="A video that a coach suggested for an exercise.")
class VideoCandidate(Node):
    id: strawberry.ID = strawberry.field(description="The same for the same exercise and address.")
    url: str = strawberry.field(description="Address that it is played from, http(s).")
    provider: VideoProvider = strawberry.field(description="The service it is played from, told by the address.")
    note: str | None = strawberry.field(description="What the coach said of it.")
    suggested_at: datetime = strawberry.field(description="When it was suggested.")


VIDEO_COLUMNS = frozenset(
    (
        "id", "video_url", "thumbnail_url", "video_provider", "video_duration_seconds", "video_status",
        "video_positive_votes", "video_negative_votes", "video_locked_by_user_id",
    )
)  # fmt: skip


def video_of(root: strawberry.Parent[VideoRow]) -> Any:
    """Resolver: the video, of the row's columns; None without an address."""
    if root.video_url is None:
        return None
    return {
        "exercise_id": root.id,
        "url": root.video_url,
        "thumbnail_url": root.thumbnail_url,
        "provider": root.video_provider or provider_of(root.video_url),
        "duration_seconds": root.video_duration_seconds,
        "status": root.video_status,
        "positive_votes": root.video_positive_votes,
        "negative_votes": root.video_negative_votes,
        "is_locked": root.video_locked_by_user_id is not None,
    }


def chosen_video(url: str) -> dict[str, Any]:
    """The video of an override: what is known of it follows from its address. Nobody has voted on it."""
    return {
        "exercise_id": None,
        "url": url,
        "thumbnail_url": poster_of(url),
        "provider": provider_of(url),
        "duration_seconds": None,
        "status": VideoStatus.MANUAL,
        "positive_votes": 0,
        "negative_votes": 0,
        "is_locked": False,
    }


async def suggestions_of(root: strawberry.Parent[SuggestionsRow], info: Info) -> list[VideoCandidate]:
    """Resolver: the suggested videos, which coaches and platform admins see; oldest first."""
    shown: Any = suggestions(root) if is_coached(await info.context.viewer(), root.organization_id) else {}
    return [*shown.values()]
