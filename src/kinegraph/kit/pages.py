"""Keyset pages: a window into a sorted list, and cursors that name a row's place in it.

A cursor is the sort values of its row, so a page never repeats or skips a row that stood still while
others were written. The last sort value is always the id, which makes the order total.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson

from kinegraph.kit.checks import character_fault, parse_key
from kinegraph.kit.errors import InvalidInput

MAX_PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Window:
    """`first` rows after the row with these sort values; from the start where `after` is None.

    `order` names the list and its sort; cursors carry it, so that none is taken for another list's.
    """

    first: int
    after: tuple[Any, ...] | None
    order: str = ""

    def sort_value(self, index: int) -> Any:
        """The sort value at `index` of the row that the page starts after; None for the first page."""
        return None if self.after is None else self.after[index]


@dataclass(frozen=True, slots=True)
class Page:
    """What stands in one window, and whether more follow. `sort` names the columns of `rows` that order it."""

    nodes: list[Any]
    rows: list[Any]
    """The row of each node, where nodes are not the rows themselves."""
    has_next: bool
    window: Window
    sort: tuple[str, ...]
    total: Callable[[], Awaitable[int]] | None = None
    beside: Mapping[str, Callable[[], Awaitable[Any]]] = field(default_factory=dict)
    """What else can be asked of the whole list, by name."""

    @classmethod
    def of(cls, rows: Sequence[Any], window: Window, *sort: str) -> "Page":
        """A page of rows that were read one deeper than the window."""
        shown = list(rows[: window.first])
        return cls(shown, shown, len(rows) > window.first, window, sort)

    @classmethod
    def empty(cls, window: Window, **beside: Any) -> "Page":
        """A page of a list that has nothing for this viewer; `beside` is what can be asked of it."""
        return cls([], [], False, window, (), _answer(0), {name: _answer(value) for name, value in beside.items()})

    def cursor(self, row: Any) -> str:
        """Where `row` stands."""
        return encode(self.window.order, [getattr(row, column) for column in self.sort])

    @property
    def edges(self) -> list[dict[str, Any]]:
        """Each node with its cursor."""
        return [{"cursor": self.cursor(row), "node": node} for row, node in zip(self.rows, self.nodes, strict=True)]

    @property
    def page_info(self) -> dict[str, Any]:
        """What GraphQL's PageInfo says of the page."""
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
    """The window that a connection's arguments ask for; `kinds` are the types of the sort values in `order`.

    Raises InvalidInput for a size outside 1..100 and for a cursor of another list or sort.
    """
    size = default if first is None else first
    if not 1 <= size <= MAX_PAGE_SIZE:
        raise InvalidInput(f"Must be from 1 to {MAX_PAGE_SIZE}; page through the rest with `after`.", "first")
    if after is None:
        return Window(size, None, order)
    values = decode(order, after, kinds)
    if values is None:
        raise InvalidInput("Must be a cursor that this list gave out, under the same sort.", "after")
    return Window(size, values, order)


def encode(order: str, values: Sequence[Any]) -> str:
    """The name of a list's order and sort values in it, as an opaque, URL-safe text."""
    text = orjson.dumps([order, *(v.isoformat() if isinstance(v, datetime) else v for v in values)], default=str)
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


MAX_CURSOR_LENGTH = 4_000
"""Characters of a cursor: the longest name, with its id, takes half of them."""


def decode(order: str, cursor: str, kinds: Sequence[type]) -> tuple[Any, ...] | None:
    """The sort values in a cursor, or None where it is not of this order and these kinds."""
    if len(cursor) > MAX_CURSOR_LENGTH:
        return None
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
