"""Rows as asyncpg reads them, and how a batch function puts them in the order of its keys."""

from collections.abc import Sequence
from typing import Any

import asyncpg


class Row(asyncpg.Record):
    """One row as asyncpg reads it, its columns as attributes too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


def in_key_order(rows: Sequence[Row], keys: Sequence[Any], column: str = "id") -> list[Row | None]:
    """One row or None for each key."""
    found = {row[column]: row for row in rows}
    return [found.get(key) for key in keys]


def grouped(rows: Sequence[Row], keys: Sequence[Any], column: str) -> list[list[Row]]:
    """The rows of each key, in the order in which they came."""
    groups: dict[Any, list[Row]] = {key: [] for key in keys}
    place = [*rows[0].keys()].index(column) if rows else 0
    for row in rows:
        groups[row[place]].append(row)
    return [groups[key] for key in keys]


def grouped_by_position(rows: Sequence[Row], count: int) -> list[list[Row]]:
    """The rows of each of so many keys, by their first column: their key's place in the argument, from 1.

    (A number is read, compared and looked up in a fraction of the time that a UUID takes.)
    """
    groups: list[list[Row]] = [[] for _ in range(count + 1)]
    for row in rows:
        groups[row[0]].append(row)
    return groups[1:]
