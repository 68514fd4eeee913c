"""Suggested videos in the form in which they are stored."""

import hashlib
from datetime import datetime
from typing import Any  # JSON of a suggestion
from uuid import UUID

from kinegraph.video.rules_providers import provider_of

MAX_SUGGESTIONS = 20
"""Maximum number of open suggestions of one exercise."""


def suggestion(url: str, user_id: UUID, note: str | None, now: datetime) -> dict[str, Any]:
    """A suggested video in its stored form. Its id is a hash of the URL, so that a URL is not suggested twice."""
    return {
        "id": hashlib.sha256(url.encode()).hexdigest()[:16],
        "url": url,
        "provider": str(provider_of(url)),
        "note": note,
        "suggested_by": str(user_id),
        "suggested_at": now.isoformat(),
    }
