"""Cursors: the sort values of a row as an opaque text, and back."""

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson

from kinegraph.kit.checks import character_fault, parse_key


def encode(order: str, values: Sequence[Any]) -> str:
    """The name of a list's order and sort values in it, as an opaque, URL-safe text."""
    text = orjson.dumps([order, *(v.isoformat() if isinstance(v, datetime) else v for v in values)], default=str)
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def decode(order: str, cursor: str, kinds: Sequence[type]) -> tuple[Any, ...] | None:
    """The sort values in a cursor, or None where it is not of this order and these kinds."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        values = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (UnicodeEncodeError, binascii.Error, orjson.JSONDecodeError):
        return None
    if not isinstance(values, list) or len(values) != len(kinds) + 1 or values[0] != order:
        return None
    places = [_place(value, kind) for value, kind in zip(values[1:], kinds, strict=True)]
    return None if any(place is None for place in places) else tuple(places)


def _place(value: Any, kind: type) -> Any:
    """One sort value of a cursor as its type, or None where it is not one."""
    if kind is int:
        return value if type(value) is int and abs(value) < 2**31 else None
    if not isinstance(value, str) or character_fault(value):
        return None
    if kind is UUID:
        return parse_key(value)
    if kind is datetime:
        try:
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            return None
    if kind is date:
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value
