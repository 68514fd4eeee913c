"""Keyset pagination: pages of a sorted list, and cursors.

A cursor holds the sort values of its row. So a page neither repeats nor skips a row whose sort values did not change
while others were written. The last sort value is always the id, which makes the order total.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any  # rows and sort values of every list
from uuid import UUID

import orjson

from kinegraph.kit.checks import character_fault, parse_key
from kinegraph.kit.errors import InvalidInput

MAX_PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Window:
    """The page that a field asks for: `first` rows after the row with these sort values (None: from the start).

    `order` names the list and its sort. Cursors contain it, so that one of another list is refused.
    """

    first: int
    after: tuple[Any, ...] | None
    order: str = ""

    def sort_value(self, index: int) -> Any:
        """The sort value at `index` of the row that the page starts after; None for the first page."""
        return None if self.after is None else self.after[index]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list. `sort` names the columns of `rows` that the list is sorted by; the last is the id."""

    nodes: list[Any]
    rows: list[Any]
    """The row of each node, which its cursor is made of; nodes may be other objects than rows."""
    has_next: bool
    window: Window
    sort: tuple[str, ...]
    total: Callable[[], Awaitable[int]] | None = None
    beside: Mapping[str, Callable[[], Awaitable[Any]]] = field(default_factory=dict)
    """More fields of the whole list, by name, loaded only if they are selected."""

    @classmethod
    def of(cls, rows: Sequence[Any], window: Window, *sort: str) -> "Page":
        """A page of rows; one more was read than the window holds, to know whether more follow."""
        nodes = list(rows[: window.first])
        return cls(nodes, nodes, len(rows) > window.first, window, sort)

    @classmethod
    def empty(cls, window: Window, **beside: Any) -> "Page":
        """A page of an empty list, with these values of `beside`."""
        return cls([], [], False, window, (), _answer(0), {name: _answer(value) for name, value in beside.items()})

    def cursor(self, row: Any) -> str:
        """The cursor of a row."""
        return encode(self.window.order, [getattr(row, column) for column in self.sort])

    @property
    def edges(self) -> list[dict[str, Any]]:
        """Each node with its cursor."""
        return [{"cursor": self.cursor(row), "node": node} for row, node in zip(self.rows, self.nodes, strict=True)]

    @property
    def page_info(self) -> dict[str, Any]:
        """The fields of GraphQL's PageInfo."""
        return {
            "has_next_page": self.has_next,
            "has_previous_page": self.window.after is not None,
            "start_cursor": self.cursor(self.rows[0]) if self.rows else None,
            "end_cursor": self.cursor(self.rows[-1]) if self.rows else None,
        }


def _answer(value: Any) -> Callable[[], Awaitable[Any]]:
    async def answer() -> Any:
        return value

    return answer


def window(order: str, first: int | None, after: str | None, default: int, *kinds: type) -> Window:
    """The window for a connection's arguments; `kinds` are the types of the sort values in `order`.

    Raises InvalidInput for a size outside of 1 to MAX_PAGE_SIZE, and for a cursor of another list or sort.
    """
    if str in kinds:
        order = f"{order}, {SORT_KEYS}"
    size = default if first is None else first
    if not 1 <= size <= MAX_PAGE_SIZE:
        raise InvalidInput(f"Must be from 1 to {MAX_PAGE_SIZE}; page through the rest with `after`.", "first")
    if after is None:
        return Window(size, None, order)
    values = decode(order, after, kinds)
    if values is None:
        raise InvalidInput("Must be a cursor that this list gave out, under the same sort.", "after")
    return Window(size, values, order)


SORT_KEYS = "keys 2"
"""The version of `kinegraph_sort_key`, which is part of the cursors of lists that are sorted by text: raised with each
change of the function, since a cursor with a key of before would lead to a wrong page, and has to be refused.
"""


def encode(order: str, values: Sequence[Any]) -> str:
    """A cursor, as opaque, URL-safe text: the list's order, and the sort values of a row."""
    text = orjson.dumps([order, *(v.isoformat() if isinstance(v, datetime) else v for v in values)], default=str)
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


MAX_CURSOR_LENGTH = 4_000
"""Characters of a cursor: the longest name, with its id, takes half of them."""


def decode(order: str, cursor: str, kinds: Sequence[type]) -> tuple[Any, ...] | None:
    """The sort values of a cursor, or None where it is not of this order and these types."""
    if len(cursor) > MAX_CURSOR_LENGTH:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        values = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (UnicodeEncodeError, binascii.Error, orjson.JSONDecodeError):
        return None
    if not isinstance(values, list) or len(values) != len(kinds) + 1 or values[0] != order:
        return None
    parsed = [_parsed(value, kind) for value, kind in zip(values[1:], kinds, strict=True)]
    return None if any(value is None for value in parsed) else tuple(parsed)


def _parsed(value: Any, kind: type) -> Any:
    """A sort value of a cursor as this type, or None where it is not one."""
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
