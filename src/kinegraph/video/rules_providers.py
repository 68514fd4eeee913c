"""The providers of videos, told apart by the address (docs/domain.md, Videos)."""

import re
from collections.abc import Mapping
from enum import StrEnum

FILES = "/files/"
"""Path of the API that leads to exercises' videos and still pictures (302 to a signed address)."""


class VideoProvider(StrEnum):
    """The service that a video is played from."""

    BUNNY_STREAM = "bunny_stream"
    S3 = "s3"
    EXTERNAL = "external"


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


def provider_of(url: str) -> VideoProvider:
    """The provider of the video at an address."""
    return next((p for p, pattern in ADDRESSES.items() if pattern.fullmatch(url)), VideoProvider.EXTERNAL)


def poster_of(url: str) -> str | None:
    """The address of the poster frame that the provider makes, where it follows from the video's; else None."""
    found = ADDRESSES[VideoProvider.BUNNY_STREAM].fullmatch(url)
    return f"https://{found['host']}/{found['video']}/thumbnail.jpg" if found and found["host"] else None
