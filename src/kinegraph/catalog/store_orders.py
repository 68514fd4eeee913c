"""The orders of lists of exercises, and the statement that reads a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kinegraph.catalog.rules import BANDS, ExerciseSort, Filter
from kinegraph.catalog.store_filters import Columns
from kinegraph.kit.pages import Window
from kinegraph.kit.sessions import Arguments
from kinegraph.lexicon.rules_filter import sought_names
from kinegraph.lexicon.store import relevance


@dataclass(frozen=True, slots=True)
class Order:
    """An order of a list: by a sort key and by id, both ascending or both descending.

    `stored` is the sort key of an exercise (e). `overriding` is the sort key of an override (o), which is NULL if the
    override does not change it; None if no override can, or if it is computed of effective texts. There is an index
    for each (migration 0008), but the relevance, which is computed for each row that a text finds.
    """

    stored: str
    overriding: str | None
    kind: type
    sql_type: str
    descending: bool = False

    def direction(self, window: Window) -> str:
        """The direction in SQL in which a page is read."""
        return window.direction(descending=self.descending)


ORDERS: Mapping[ExerciseSort, Order] = {
    ExerciseSort.NAME_ASC: Order("e.name_key", "o.name_key", str, "text"),
    ExerciseSort.NAME_DESC: Order("e.name_key", "o.name_key", str, "text", descending=True),
    ExerciseSort.CREATED_AT_ASC: Order("e.created_at", None, datetime, "timestamptz"),
    ExerciseSort.CREATED_AT_DESC: Order("e.created_at", None, datetime, "timestamptz", descending=True),
    ExerciseSort.UPDATED_AT_DESC: Order("e.updated_at", None, datetime, "timestamptz", descending=True),
    ExerciseSort.DIFFICULTY_ASC: Order("e.easiest_key", "o.difficulty", int, "integer"),
    ExerciseSort.DIFFICULTY_DESC: Order("e.hardest_key", "o.difficulty", int, "integer", descending=True),
    ExerciseSort.RELEVANCE: Order("relevance.key", None, str, "text"),
}


def sorted_source(source: str, wanted: Filter, columns: Columns, sort: ExerciseSort, arguments: Arguments) -> str:
    """The source of a list's rows, with the relation that has the key of the order by relevance."""
    if sort is not ExerciseSort.RELEVANCE or wanted.q is None:
        return source
    return f"{source} CROSS JOIN LATERAL {relevance(sought_names(wanted.q), columns, arguments)}"


def page_statement(
    columns: str,
    source: str,
    where: Sequence[str],
    order: Order,
    window: Window,
    arguments: Arguments,
    key: str,
    id: str,
) -> str:
    """The statement of one page and one more row; `key` and `id` are the SQL expressions that rows are sorted by."""
    between = window.between(f"{key}, {id}", (order.sql_type, "uuid"), arguments, descending=order.descending)
    direction = order.direction(window)
    return f"""
        SELECT {columns}, {key} AS sort_key
        FROM {source}
        WHERE {" AND ".join([*where, *between])}
        ORDER BY {key} {direction}, {id} {direction}
        LIMIT {window.limit}
    """


def merged(pages: Sequence[str], direction: str, limit: int) -> str:
    """The statement of the page that several statements of pages make together."""
    union = " UNION ALL ".join(f"({page})" for page in pages)
    return f"SELECT * FROM ({union}) AS stream ORDER BY sort_key {direction}, id {direction} LIMIT {limit}"


def difficulty_bounds(order: Order, wanted: Filter, key: str) -> list[str]:
    """A filter by difficulty as conditions on `key`, if that is the difficulty: they bound the scan of the index."""
    if order.kind is not int:
        return []
    band = BANDS[wanted.difficulty] if wanted.difficulty else (None, None)
    lows = [low for low in (band[0], wanted.difficulty_min) if low is not None]
    highs = [high for high in (band[1], wanted.difficulty_max) if high is not None]
    return [*(f"{key} >= {low}" for low in lows), *(f"{key} <= {high}" for high in highs)]
