"""Batch functions that select only requested columns, and batch functions that return pages.

A narrowed batch function takes `names`: the columns that are going to be read of its rows, or None for all. It selects
those and the few that it always needs.
"""

from collections.abc import Sequence
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
