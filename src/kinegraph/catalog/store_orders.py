"""The orders of lists of exercises, and the statement of a page in one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kinegraph.catalog.rules import BANDS, ExerciseSort, Filter
from kinegraph.kit.pages import Window
from kinegraph.kit.sessions import Arguments


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted: by a key and by id, both ascending or both descending.

    `stored` is the key of an exercise (e), `overriding` the one that an override (o) puts in its place, NULL where
    it says nothing; None where no override can. Migration 0008 has an index for each.
    """

    stored: str
    overriding: str | None
    kind: type
    sql_type: str
    descending: bool = False

    @property
    def direction(self) -> str:
        """In SQL."""
        return "DESC" if self.descending else "ASC"


ORDERS: Mapping[ExerciseSort, Order] = {
    ExerciseSort.NAME_ASC: Order("e.name_key", "o.name_key", str, "text"),
    ExerciseSort.NAME_DESC: Order("e.name_key", "o.name_key", str, "text", descending=True),
    ExerciseSort.CREATED_AT_ASC: Order("e.created_at", None, datetime, "timestamptz"),
    ExerciseSort.CREATED_AT_DESC: Order("e.created_at", None, datetime, "timestamptz", descending=True),
    ExerciseSort.UPDATED_AT_DESC: Order("e.updated_at", None, datetime, "timestamptz", descending=True),
    ExerciseSort.DIFFICULTY_ASC: Order("e.easiest_key", "o.difficulty", int, "integer"),
    ExerciseSort.DIFFICULTY_DESC: Order("e.hardest_key", "o.difficulty", int, "integer", descending=True),
}


def page_of(
    columns: str,
    source: str,
    where: Sequence[str],
    order: Order,
    window: Window,
    arguments: Arguments,
    key: str,
    id: str,
) -> str:
    """The statement of one page, read one row deeper; `key` and `id` are what its rows are sorted by."""
    behind = [] if window.after is None else [_behind(order, window, arguments, key, id)]
    return f"""
        SELECT {columns}, {key} AS sort_key
        FROM {source}
        WHERE {" AND ".join([*where, *behind])}
        ORDER BY {key} {order.direction}, {id} {order.direction}
        LIMIT {window.first + 1}
    """


def _behind(order: Order, window: Window, arguments: Arguments, key: str, id: str) -> str:
    """The condition that starts the page behind the window's cursor."""
    assert window.after is not None
    value, last = window.after
    bound = f"{arguments.bind(value, order.sql_type)}, {arguments.bind(last, 'uuid')}"
    return f"({key}, {id}) {'<' if order.descending else '>'} ({bound})"


def bounded(order: Order, wanted: Filter, key: str) -> list[str]:
    """A filter by difficulty as a range of the sort key, where that is the difficulty: it bounds the walk."""
    if order.kind is not int:
        return []
    band = BANDS[wanted.difficulty] if wanted.difficulty else (None, None)
    lows = [low for low in (band[0], wanted.difficulty_min) if low is not None]
    highs = [high for high in (band[1], wanted.difficulty_max) if high is not None]
    return [*(f"{key} >= {low}" for low in lows), *(f"{key} <= {high}" for high in highs)]
