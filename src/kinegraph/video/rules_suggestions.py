"""The videos that coaches suggested for an exercise, as its row has them, and their ids (docs/domain.md, Videos)."""

import re
from datetime import datetime
from typing import Any, Protocol  # a suggestion is JSON
from uuid import UUID

from kinegraph.kit.checks import parse_key
from kinegraph.video.rules_providers import VideoProvider


class SuggestionsRow(Protocol):
    """The suggested videos of an exercise's row, and the organization that owns it."""

    id: UUID
    organization_id: UUID | None
    video_candidates: list[dict[str, Any]]


SuggestionKey = tuple[UUID, str]
"""An exercise, and the key of a video that is suggested for it: a hash of the address."""


_KEY = re.compile("[0-9a-f]{16}", re.ASCII)


def node_key(id: str) -> SuggestionKey | None:
    """The exercise and the key of a VideoCandidate's id; None for other ids."""
    prefix, _, rest = id.partition(":")
    exercise, _, key = rest.partition(":")
    exercise_id = parse_key(exercise) if prefix == "candidate" else None
    return (exercise_id, key) if exercise_id and _KEY.fullmatch(key) else None


def suggestion_key(id: str) -> tuple[UUID | None, str] | None:
    """The same; of an id from before ids named the exercise, which is the key alone, the exercise is None."""
    return (None, id) if _KEY.fullmatch(id) else node_key(id)


def suggestions(row: SuggestionsRow) -> dict[SuggestionKey, dict[str, Any]]:
    """The suggested videos of an exercise by their keys, oldest first, each as the values of a VideoCandidate."""
    return {
        (row.id, each["id"]): {
            "id": f"candidate:{row.id}:{each['id']}",
            "url": each["url"],
            "provider": VideoProvider(each["provider"]),
            "note": each.get("note"),
            "suggested_at": datetime.fromisoformat(each["suggested_at"]),
        }
        for each in row.video_candidates
    }
