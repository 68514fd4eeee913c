"""The hash of a row's fields, as imports store it and exports have it: it names the fields that it was made of."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any  # values of fields: JSON of any type

import orjson

OLD_FIELDS = (
    "slug", "name", "status", "description", "athlete_notes", "category", "kind", "movement_pattern",
    "plane_of_motion", "mechanics", "force_vector", "is_unilateral", "primary_muscles", "secondary_muscles",
    "equipment", "optional_equipment", "aliases", "difficulty", "discipline", "cues", "common_faults",
    "scaling_options", "video_url", "thumbnail_url", "source", "source_url", "license_attribution",
    "instructions", "contraindications", "categories", "body_regions", "equipment_items", "fatigue_score",
)  # fmt: skip
"""The fields of hashes of version 0.1 by their bit. Never edit: stored hashes and exported files have them."""


def digest(content: Mapping[str, Any]) -> str:
    """The hash of a row's fields: their names joined by commas, a colon, and the hash of their values."""
    names = sorted(content)
    return f"{','.join(names)}:{_hash_of(content, names)}"


def is_digest(text: str | None) -> bool:
    """True if a stored hash was made by an import; hashes of seeding are 64 plain hex digits."""
    return text is not None and (":" in text or _is_old(text))


def is_unchanged(content: Mapping[str, Any], hashed: str | None) -> bool:
    """True if the row's fields equal those that this hash was made of; fields that it does not name are ignored."""
    if hashed is None or not is_digest(hashed):
        return False
    names = fields_of(hashed)
    values = hashed[11:] if _is_old(hashed) else hashed.partition(":")[2]
    return content.keys() >= {*names} and _hash_of(content, names) == values


def fields_of(hashed: str) -> list[str]:
    """The names of the fields that a hash (`is_digest`) was made of."""
    if _is_old(hashed):
        bits = int(hashed[1:11], 16)
        return [name for bit, name in enumerate(OLD_FIELDS) if bits >> bit & 1]
    joined = hashed.partition(":")[0]
    return joined.split(",") if joined else []


def _hash_of(content: Mapping[str, Any], names: Sequence[str]) -> str:
    values = orjson.dumps([content[name] for name in names], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(values).hexdigest()[:48]


def _is_old(text: str) -> bool:
    """True if a hash has the form of version 0.1: i, the fields as bits in ten hex digits, 48 hex digits."""
    return re.fullmatch("i[0-9a-f]{58}", text) is not None
