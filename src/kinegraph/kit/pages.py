"""Keyset pages: a window into a sorted list, cursors that name a row's place in it, and the connection types.

A cursor is the sort values of its row, so a page never repeats or skips a row that stood still while
others were written. The last sort value is always the id, which makes the order total.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
import strawberry

from kinegraph.kit.checks import character_fault, parse_key
from kinegraph.kit.errors import InvalidInput

LARGEST_PAGE = 100

Node = TypeVar("Node")


@dataclass(frozen=True, slots=True)
class Window:
    """`first` rows after the row with these sort values; from the start where `after` is None."""

    first: int
    after: tuple[Any, ...] | None

    def place(self, index: int) -> Any:
        """The sort value at `index` that the page starts after, or None at the start."""
        return None if self.after is None else self.after[index]


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one window, and whether more follow. `sort` names the columns that order them."""

    nodes: list[Any]
    has_next: bool
    window: Window
    sort: tuple[str, ...]
    total: Callable[[], Awaitable[int]] | None = None

    @classmethod
    def of(cls, rows: Sequence[Any], window: Window, *sort: str) -> "Page":
        """A page of rows that were read one deeper than the window."""
        return cls(list(rows[: window.first]), len(rows) > window.first, window, sort)

    @classmethod
    def empty(cls, window: Window) -> "Page":
        """A page of a list that has nothing for this viewer."""
        return cls([], False, window, (), _nothing)

    def cursor(self, node: Any) -> str:
        """Where `node` stands."""
        return encode([getattr(node, column) for column in self.sort])

    @property
    def edges(self) -> list[dict[str, Any]]:
        """Each node with its cursor."""
        return [{"cursor": self.cursor(node), "node": node} for node in self.nodes]

    @property
    def page_info(self) -> dict[str, Any]:
        """What GraphQL's PageInfo says of the page."""
        return {
            "has_next_page": self.has_next,
            "has_previous_page": self.window.after is not None,
            "start_cursor": self.cursor(self.nodes[0]) if self.nodes else None,
            "end_cursor": self.cursor(self.nodes[-1]) if self.nodes else None,
        }


async def _nothing() -> int:
    return 0


def window(first: int | None, after: str | None, default: int, *kinds: type) -> Window:
    """The window that a connection's arguments ask for; `kinds` are the types of the sort values.

    Raises InvalidInput for a size outside 1..100 and for a cursor of another list or sort.
    """
    size = default if first is None else first
    if not 1 <= size <= LARGEST_PAGE:
        raise InvalidInput(f"Must be from 1 to {LARGEST_PAGE}; page through the rest with `after`.", "first")
    if after is None:
        return Window(size, None)
    values = decode(after, kinds)
    if values is None:
        raise InvalidInput("Must be a cursor that this list gave out, under the same sort.", "after")
    return Window(size, values)


def encode(values: Sequence[Any]) -> str:
    """Sort values as an opaque, URL-safe text."""
    text = orjson.dumps([v.isoformat() if isinstance(v, datetime) else v for v in values], default=str)
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def decode(cursor: str, kinds: Sequence[type]) -> tuple[Any, ...] | None:
    """The sort values in a cursor, or None where it is not one of these kinds."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        values = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (UnicodeEncodeError, binascii.Error, orjson.JSONDecodeError):
        return None
    if not isinstance(values, list) or len(values) != len(kinds):
        return None
    places = [_place(value, kind) for value, kind in zip(values, kinds, strict=True)]
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
        except ValueError:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return value


@strawberry.type(description="Where a page stands in its list (Relay's cursor connections).")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether rows follow this page.")
    has_previous_page: bool = strawberry.field(
        description="Whether rows come before it: true for any page asked for with `after`."
    )
    start_cursor: str | None = strawberry.field(description="Cursor of the first row; null on an empty page.")
    end_cursor: str | None = strawberry.field(
        description="Cursor of the last row: pass it as `after` for the next page."
    )


@strawberry.type(description="One row of a page, and its place in the list.")
class Edge(Generic[Node]):
    cursor: str = strawberry.field(description="The row's place: pass it as `after` to go on behind it.")
    node: Node = strawberry.field(description="The row.")


async def _total(root: strawberry.Parent[Any]) -> int:
    count: int = await root.total()
    return count


@strawberry.type(description="One page of a list, in a total order: walking it by `after` meets every row once.")
class Connection(Generic[Node]):
    nodes: list[Node] = strawberry.field(description="The rows of this page.")
    edges: list[Edge[Node]] = strawberry.field(description="The same rows, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Whether more rows follow, and from which cursor.")

    total_count: int = strawberry.field(
        resolver=_total, description="Rows in the whole list, whatever the page; counted only when asked for."
    )
