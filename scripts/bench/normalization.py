"""Normalization of answers, so that those of the floor, in PostgreSQL's formats, can be compared with the API's."""

import re
from datetime import UTC, datetime
from typing import Any  # JSON values of answers

TIME_STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)")
SCOPED_ID = re.compile(r"[0-9a-f-]{36}:([0-9a-f-]{36})")
"""The id of an effective exercise, `ORGANIZATION:EXERCISE`; the floor returns the id of the exercise."""

ENUMS = frozenset({"category", "kind", "mode", "movementPattern", "scoring", "shape", "type", "unit"})
"""Fields whose values are in upper case in the API."""

STORED = frozenset({"prescription", "config"})
"""Fields that are stored as jsonb: with other names of keys, and without keys that are null or false."""


def normalize(value: Any, field: str = "", *, is_stored: bool = False) -> Any:
    """Normalize the value of a field, and of the fields below it. The order of lists does not change."""
    if isinstance(value, dict):
        pairs = {_camel_case(name): each for name, each in value.items()}
        return {
            name: normalize(each, name, is_stored=is_stored or name in STORED)
            for name, each in pairs.items()
            if not (is_stored and (each is None or each is False))
        }
    if isinstance(value, list):
        every = [normalize(each, field, is_stored=is_stored) for each in value]
        return sorted(every) if field == "customizedFields" else every
    if isinstance(value, str):
        return _normalize_text(value, field)
    return value


def _normalize_text(text: str, field: str) -> str:
    if field in ENUMS:
        return text.lower()
    if scoped := SCOPED_ID.fullmatch(text):
        return scoped[1]
    if TIME_STAMP.fullmatch(text):
        return datetime.fromisoformat(text).astimezone(UTC).isoformat()
    return text


def _camel_case(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)
