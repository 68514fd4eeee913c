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

from kinegraph.kit.checks import Checks, character_fault, parse_key
from kinegraph.kit.sessions import Arguments

MAX_PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Window:
    """The page that a field asks for: the first `size` rows between two cursors, or the last ones (`is_backward`).

    `after` and `before` are the sort values of the rows that the page lies between; None for the list's start and end.
    `order` names the list and its sort. Cursors contain it, so that one with another name or sort is refused; one of
    the same name, of another object or with another filter, is not.

    A store reads a page by one statement: `between` in its WHERE, `direction` in its ORDER BY, `limit` as its LIMIT.
    The last rows are read in the reverse order, and `Page.of` turns them round.
    """

    size: int
    after: tuple[Any, ...] | None
    order: str = ""
    before: tuple[Any, ...] | None = None
    is_backward: bool = False
    has_rows: bool = True
    """False where nothing of the page is selected, such as of `{ totalCount }`: then no store reads it."""

    @property
    def limit(self) -> int:
        """The rows to read: one more than the page holds, to know whether there are more."""
        return self.size + 1

    def direction(self, *, descending: bool = False) -> str:
        """ASC or DESC, for each sort value of a list that is sorted so."""
        return "DESC" if descending != self.is_backward else "ASC"

    def between(
        self, key: str, sql_types: Sequence[str], arguments: Arguments, *, descending: bool = False
    ) -> list[str]:
        """SQL conditions that rows lie between the cursors.

        `key` are the expressions that the list is sorted by, such as `u.name, u.id`, and `sql_types` their types.
        """
        conditions = []
        for values, follows in ((self.after, True), (self.before, False)):
            if values is not None:
                bound = ", ".join(arguments.bind(value, kind) for value, kind in zip(values, sql_types, strict=True))
                conditions.append(f"({key}) {'>' if follows != descending else '<'} ({bound})")
        return conditions


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list. `sort` names the columns of `rows` that the list is sorted by; the last is the id."""

    nodes: list[Any]
    rows: list[Any]
    """The row of each node, which its cursor is made of; nodes may be other objects than rows."""
    has_more: bool
    """Whether more rows lie behind the page, in the direction in which it was read."""
    window: Window
    sort: tuple[str, ...]
    total: Callable[[], Awaitable[int]] | None = None
    beside: Mapping[str, Callable[[], Awaitable[Any]]] = field(default_factory=dict)
    """More fields of the whole list, by name, loaded only if they are selected."""

    @classmethod
    def of(cls, rows: Sequence[Any], window: Window, *sort: str) -> "Page":
        """A page of rows, as they were read: by `Window.direction`, and one more than the page holds."""
        nodes = list(rows[: window.size])
        if window.is_backward:
            nodes.reverse()
        return cls(nodes, nodes, len(rows) > window.size, window, sort)

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
        """The fields of GraphQL's PageInfo. The row of a cursor lies outside of the page that it bounds."""
        is_backward = self.window.is_backward
        return {
            "has_next_page": self.window.before is not None or (self.has_more and not is_backward),
            "has_previous_page": self.window.after is not None or (self.has_more and is_backward),
            "start_cursor": self.cursor(self.rows[0]) if self.rows else None,
            "end_cursor": self.cursor(self.rows[-1]) if self.rows else None,
        }


def _answer(value: Any) -> Callable[[], Awaitable[Any]]:
    async def answer() -> Any:
        return value

    return answer


def window(
    order: str,
    first: int | None,
    after: str | None,
    default: int,
    *kinds: type,
    last: int | None = None,
    before: str | None = None,
) -> Window:
    """The window for a connection's arguments; `kinds` are the types of the sort values in `order`.

    `last` is for the last rows, in place of `first` for the first ones. Raises Refused for a size outside of 0 to
    MAX_PAGE_SIZE, for both sizes, and for a cursor with another name or sort.
    """
    if str in kinds:
        order = f"{order}, {SORT_KEYS}"
    checks = Checks()
    if first is not None and last is not None:
        checks.refuse("Send first or last, not both (a default value of a variable counts as sent).", "last")
    for name, size in (("first", first), ("last", last)):
        if size is not None and not 0 <= size <= MAX_PAGE_SIZE:
            further = "after" if name == "first" else "before"
            checks.refuse(f"Must be from 0 to {MAX_PAGE_SIZE}; page through the rest with `{further}`.", name)
    start = _sort_values(order, after, kinds, "after", checks)
    end = _sort_values(order, before, kinds, "before", checks)
    checks.done()
    size = last if first is None else first
    return Window(default if size is None else size, start, order, end, is_backward=last is not None)


def _sort_values(
    order: str, cursor: str | None, kinds: Sequence[type], name: str, checks: Checks
) -> tuple[Any, ...] | None:
    """The sort values of the cursor in an argument; None where it has none."""
    values = None if cursor is None else decode(order, cursor, kinds)
    if cursor is not None and values is None:
        checks.refuse("Must be a cursor that this list gave out, under the same sort.", name)
    return values


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
