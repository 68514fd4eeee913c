"""The content of an exercise: the fields that a file may set, what they are where it does not, and their hash."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from kinegraph.exercise.rules import LISTS

COLUMNS = (
    "slug", "name", "status", "description", "athlete_notes", "category", "kind", "movement_pattern",
    "plane_of_motion", "mechanics", "force_vector", "is_unilateral", "primary_muscles", "secondary_muscles",
    "equipment", "optional_equipment", "aliases", "difficulty", "discipline", "cues", "common_faults",
    "scaling_options", "video_url", "thumbnail_url", "source", "source_url", "license_attribution",
)  # fmt: skip
"""The exercise's own columns."""

TERMS: Mapping[str, str] = {"categories": "category", "body_regions": "body_region", "equipment_items": "equipment"}
"""The fields that name terms by slug, and their taxonomies."""

FIELDS = (*COLUMNS, "instructions", "contraindications", *TERMS, "fatigue_score")
"""Everything that a file may set. The places are part of stored hashes: new ones are added at the end."""

PROVENANCE: Mapping[str, int] = {"source": 100, "license_attribution": 10_000}
"""Text columns that the API does not write, and their longest value."""

DEFAULTS: Mapping[str, Any] = {
    **dict.fromkeys(FIELDS),
    **{name: [] for name in (*LISTS, *TERMS, "instructions", "contraindications")},
    "status": "published",
    "category": "other",
    "kind": "strength_compound",
    "is_unilateral": False,
}
"""What a new row says where its entry sets nothing."""


def digest(content: Mapping[str, Any]) -> str:
    """A hash that says of which fields it is: the fields as bits in ten hex digits, and the hash of their values."""
    bits = sum(1 << place for place, name in enumerate(FIELDS) if name in content)
    values = orjson.dumps([content[name] for name in FIELDS if name in content], option=orjson.OPT_SORT_KEYS)
    return f"i{bits:010x}{hashlib.sha256(values).hexdigest()[:48]}"


def is_digest(text: str | None) -> bool:
    """Whether a stored hash is one of ours; the seed's are plain hex digits."""
    return text is not None and len(text) == 59 and text.startswith("i") and _is_hex(text[1:])


def _is_hex(text: str) -> bool:
    return all(character in "0123456789abcdef" for character in text)


def still_says(content: Mapping[str, Any], hashed: str | None) -> bool:
    """Whether a row's content is what this hash was made of; what the hash says nothing of does not count."""
    if hashed is None or not is_digest(hashed):
        return False
    bits = int(hashed[1:11], 16)
    return digest({name: content[name] for place, name in enumerate(FIELDS) if bits >> place & 1}) == hashed
