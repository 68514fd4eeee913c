"""The orders of lists of exercises, and how a page is read: where `q` finds few rows, and where it finds many."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any  # sort values of cursors

from kinegraph.catalog.rules import BANDS, ExerciseSort, Filter
from kinegraph.catalog.store_filters import STORED, Columns, all_hold, conditions, effective_ids
from kinegraph.kit.pages import Window
from kinegraph.kit.sessions import Arguments
from kinegraph.lexicon.rules_filter import SoughtNames, sought_names
from kinegraph.lexicon.store import found_ids, relevance, shortest_ids


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
    prefix: str = ""
    """The prefix of the keys in cursors, before `stored` and `overriding`."""

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

NO_SCORE = "9999999"
"""The prefix of the keys of rows without a score, which sorts them after all rows with one."""
UNRANKED = replace(ORDERS[ExerciseSort.NAME_ASC], prefix=NO_SCORE)
"""The order of rows that have no score, in the list by relevance."""


def ranked_window(window: Window) -> Window | None:
    """The window of a page by relevance among the rows with a score; None where it has none."""
    return None if _is_unranked(window.after) else window


def unranked_window(window: Window) -> Window | None:
    """The window of a page by relevance among the rows without a score, by their names; None where it has none."""
    after, before = window.after, window.before
    if before and not _is_unranked(before):
        return None
    return replace(window, after=_of_name(after) if _is_unranked(after) else None, before=before and _of_name(before))


def _is_unranked(values: tuple[Any, ...] | None) -> bool:
    return values is not None and values[0].startswith(NO_SCORE)


def _of_name(values: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    return values and (values[0].removeprefix(NO_SCORE), *values[1:])


def sorted_source(source: str, wanted: Filter, columns: Columns, order: Order, arguments: Arguments) -> str:
    """The source of a list's rows, with the relation that has the key of the order by relevance."""
    if order is not ORDERS[ExerciseSort.RELEVANCE] or wanted.q is None:
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
    shown = f"'{order.prefix}' || {key}" if order.prefix else key
    return f"""
        SELECT {columns}, {shown} AS sort_key
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


MAX_SORTED = 1_000
"""Maximum number of rows that `q` finds which are read and sorted for a page: canonical ones, and again as many that an
organization has texts of its own of."""
COUNTED = "(SELECT count(*) FROM sought)"
Conditions = Callable[[], Sequence[str]]
"""SQL conditions, of which arguments are bound when they are written: a statement must use each of its arguments."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a page: its rows are in one order, and those of all stretches together are the page."""

    order: Order
    window: Window
    canonical: Conditions
    """Of canonical rows."""
    own: Conditions | None = None
    """Of an organization's own rows; None where another stretch has them."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The parts that read a page: the beginning of its statement, its stretches, and a relation beside the viewer's."""

    head: str
    stretches: Sequence[Stretch]
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A filtered list whose statement is written. `viewer` is as in `store_filters.conditions`."""

    wanted: Filter
    columns: Columns
    arguments: Arguments
    viewer: str

    def reading(self, sort: ExerciseSort, window: Window) -> Reading:
        """The parts of the statement that reads a page.

        Of the rows that `q` finds at most MAX_SORTED are sorted, so that its cost does not grow with the library.
        """
        sought = None if self.wanted.q is None else sought_names(self.wanted.q)
        if sought is None or not sought.words:
            return Reading("", [Stretch(ORDERS[sort], window, self._found, self._own)])
        if sort is ExerciseSort.RELEVANCE:
            return self._by_relevance(sought, window)
        return self._by_number(sought, ORDERS[sort], window)

    def _found(self) -> list[str]:
        return conditions(self.wanted, self.columns, self.arguments, self.viewer)

    def _own(self) -> list[str]:
        return conditions(self.wanted, STORED, self.arguments)

    def _others(self, columns: Columns, viewer: str | None) -> list[str]:
        return all_hold(self.wanted, columns, self.arguments, viewer)

    def _by_number(self, sought: SoughtNames, order: Order, window: Window) -> Reading:
        """Where `q` finds few rows, they are read and sorted; where many, a page is sooner found along an index.

        Only the statement can know: it counts up to MAX_SORTED, and one of two queries answers nothing.
        """
        ids = f"SELECT * FROM ({found_ids(sought, self.arguments)}) AS found LIMIT {MAX_SORTED + 1}"

        def few() -> list[str]:
            of_viewer = found_ids(sought, self.arguments, self.viewer) if self.viewer else None
            found = effective_ids("SELECT exercise_id FROM sought", self.viewer, of_viewer)
            return [f"{COUNTED} <= {MAX_SORTED}", _is_one_of(found), *self._others(self.columns, self.viewer)]

        def many() -> list[str]:
            return [f"{COUNTED} > {MAX_SORTED}", *self._others(self.columns, None)]

        return Reading(_head(ids), [Stretch(order, window, few, self._own), Stretch(order, window, many)])

    def _by_relevance(self, sought: SoughtNames, window: Window) -> Reading:
        """The rows with the shortest names by their score; where these are MAX_SORTED, then the others by name."""
        ids, beside, counts = shortest_ids(sought, self.arguments, MAX_SORTED), "", [COUNTED]
        if self.viewer:
            of_viewer = shortest_ids(sought, self.arguments, MAX_SORTED, self.viewer)
            beside = f"CROSS JOIN LATERAL (SELECT ARRAY({of_viewer}) AS ids OFFSET 0) AS mine"
            counts.append("cardinality(mine.ids)")
        is_full = [f"{count} = {MAX_SORTED}" for count in counts]
        ranked = effective_ids("SELECT exercise_id FROM sought", self.viewer, "SELECT unnest(mine.ids)")
        first, rest = ranked_window(window), unranked_window(window)
        scored = first and Stretch(
            ORDERS[ExerciseSort.RELEVANCE],
            first,
            lambda: [_is_one_of(ranked), *self._others(self.columns, self.viewer)],
            lambda: ["e.id = ANY (mine.ids)", *self._others(STORED, self.viewer)],
        )
        others = rest and Stretch(
            UNRANKED,
            rest,
            lambda: [f"({' OR '.join(is_full)})", f"e.id NOT IN ({ranked})", *self._others(self.columns, None)],
            lambda: [is_full[-1], "e.id <> ALL (mine.ids)", *self._own()],
        )
        return Reading(_head(ids), [each for each in (scored, others) if each], beside)


def _head(ids: str) -> str:
    return f"WITH sought (exercise_id) AS MATERIALIZED ({ids})"


def _is_one_of(ids: str) -> str:
    return f"e.id = ANY (ARRAY({ids}))"
