"""Batch functions that select only requested columns, that return pages, and that find objects by their ids.

A narrowed batch function takes `names`: the columns that are going to be read of its rows, or None for all. It selects
those and the few that it always needs.
"""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar  # Any: rows and keys of every batch function

from kinegraph.kit.pages import Page, Window
from kinegraph.kit.rows import grouped_by_position

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
