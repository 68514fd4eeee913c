"""What batch functions share: saying that they read no more columns than are going to be shown, and pages."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeVar

from kinegraph.kit.pages import Page, Window
from kinegraph.kit.rows import grouped_by_position

Function = TypeVar("Function")


def narrowed(function: Function) -> Function:
    """The batch function takes `names`, what is going to be read of its answers (None: anything), and heeds it."""
    vars(function)["is_narrowed"] = True
    return function


def is_narrowed(function: Any) -> bool:
    """Whether the batch function takes `names`."""
    return getattr(function, "is_narrowed", False) is True


@lru_cache(2000)
def narrow(columns: str, names: frozenset[str] | None, always: str) -> str:
    """Those of the columns (`m.id, m.notes`) that are named, or among `always` (`id section_id`); all for None."""
    if names is None:
        return columns
    needed = names | frozenset(always.split())
    return ", ".join(each for each in map(str.strip, columns.split(",")) if each.rpartition(".")[2] in needed)


def pages_of(rows: Sequence[Any], keys: Sequence[Any], window: Window, *sort: str) -> list[Page]:
    """A page for each key, of rows that say in their first column, from 1, which key they are of."""
    return [Page.of(group, window, *sort) for group in grouped_by_position(rows, len(keys))]
