"""Batch functions that select only requested columns, that return pages, and that find objects by their ids.

A narrowed batch function takes `names`: the columns that are going to be read of its rows, or None for all. It selects
those and the few that it always needs. A function of pages may take `names` without being `@narrowed`.
"""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar  # Any: rows and keys of every batch function
from uuid import UUID

from kinegraph.kit.pages import Page, Window
from kinegraph.kit.rows import Row, grouped_by_position
from kinegraph.kit.sessions import Arguments, ReadSession

Function = TypeVar("Function")


def narrowed(function: Function) -> Function:
    """Declare that the decorated batch function takes `names`."""
    vars(function)["is_narrowed"] = True
    return function


def is_narrowed(function: Any) -> bool:
    """True if the batch function takes `names`."""
    return getattr(function, "is_narrowed", False) is True


@lru_cache(2000)
def narrow(columns: str, names: frozenset[str] | None, always: str) -> str:
    """The columns, such as `m.id, m.notes`, whose names are in `names` or in `always` (`id section_id`); None: all.

    The cache holds 2,000 results by all arguments, which they follow from alone.
    """
    if names is None:
        return columns
    needed = names | frozenset(always.split())
    return ", ".join(c for c in map(str.strip, columns.split(",")) if c.rpartition(".")[2] in needed)


def pages_of(rows: Sequence[Any], keys: Sequence[Any], window: Window, *sort: str) -> list[Page]:
    """A page for each key. A row's first column is its key's position in the argument, from 1; `sort` orders pages."""
    return [Page.of(group, window, *sort) for group in grouped_by_position(rows, len(keys))]


class Lists:
    """The lists of keys, as SQL.

    `rows` is the FROM item of a list's rows, such as `enrollment_moves m`. Each of `keys` is a column of the keys, by
    name: the FROM item `list` has a row for each key, with these columns. `conditions` say which rows are in the list
    of a key, such as `m.enrollment_id = list.enrollment_id`; more may be added, with their own `arguments`.
    """

    def __init__(self, rows: str, *conditions: str, **keys: Sequence[UUID | None]) -> None:
        self.rows = rows
        self.conditions = [*conditions]
        self.arguments = Arguments()
        bound = ", ".join(self.arguments.bind([*values], "uuid[]") for values in keys.values())
        self._keys = f"unnest({bound}) WITH ORDINALITY AS list ({', '.join(keys)}, place)"
        self._count = len(next(iter(keys.values())))

    async def pages(
        self,
        session: ReadSession,
        window: Window,
        columns: str,
        sort: Mapping[str, str],
        *,
        joins: str = "",
        descending: bool = False,
    ) -> list[Page]:
        """A page of each list. `sort` has the expressions that lists are sorted by, which are columns, and their types.

        `joins` are more FROM items that the columns come from.
        """
        direction = window.direction(descending=descending)
        between = window.between(", ".join(sort), [*sort.values()], self.arguments, descending=descending)
        names = [expression.rpartition(".")[2] for expression in sort]
        rows: list[Row] = await session.fetch(
            f"""
            SELECT list.place, page.*
            FROM {self._keys}
            CROSS JOIN LATERAL (
                SELECT {columns}
                FROM {self.rows}
                {joins}
                WHERE {" AND ".join([*self.conditions, *between])}
                ORDER BY {", ".join(f"{expression} {direction}" for expression in sort)}
                LIMIT {window.limit}
            ) AS page
            ORDER BY list.place, {", ".join(f"page.{name} {direction}" for name in names)}
            """,
            *self.arguments.values,
        )
        return pages_of(rows, range(self._count), window, *names)

    async def counts(self, session: ReadSession) -> list[int]:
        """The number of rows in each list."""
        rows: list[Row] = await session.fetch(
            f"""
            SELECT (SELECT count(*) FROM {self.rows} WHERE {" AND ".join(self.conditions)}) AS number
            FROM {self._keys}
            ORDER BY list.place
            """,
            *self.arguments.values,
        )
        return [row.number for row in rows]


@dataclass(frozen=True, slots=True)
class TypedNode:
    """An object of the interface Node, with the name of its type: rows do not tell their type."""

    type_name: str
    value: Any


@dataclass(frozen=True, slots=True)
class NodeSource:
    """The batch function of a type, and the tables or the parser by which an id is recognized.

    `load` is a batch function that answers None for what the viewer may not see. Its key is the id as a UUID, where
    `tables` have the rows of these ids, or the result of `parse` for an id of another form (None: no id of this type).
    """

    load: Callable[..., Awaitable[Sequence[Any]]]
    tables: tuple[str, ...] = ()
    parse: Callable[[str], Hashable | None] | None = None


NODES: dict[str, NodeSource] = {}
"""The types that implement Node, by name."""
