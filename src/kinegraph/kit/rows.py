"""Rows as asyncpg reads them, their types, and how a batch function puts them in the order of its keys.

A store says which columns its rows have by a Protocol beside the statement (in `rules`, where a rule takes such a row):

    class UserRow(Protocol):
        id: UUID
        name: str

    rows: list[UserRow] = await session.fetch("SELECT id, name FROM users WHERE id = ANY ($1)", ids)
    return in_key_order(rows, ids)

From there on a misspelt column fails mypy. Nothing happens at run time: each row is a `Row`, whatever type the store
gives it, and the type checker takes the store's word for the columns. Rows without a type are `Row`, whose columns are
`Any`. A narrowed row (`kit.batches`) lacks columns that nobody selects: reading one raises AttributeError.
"""

from collections.abc import Sequence
from typing import Any  # the columns of a row that has no type
from uuid import UUID

import asyncpg
from typing_extensions import TypeVar
from uuid_utils.compat import uuid7


def new_key() -> UUID:
    """A new id, unique: a UUIDv7 (RFC 9562). These sort by time of making, so that indexes stay compact."""
    return uuid7()


class Row(asyncpg.Record):
    """One row as asyncpg reads it, its columns as attributes too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


AnyRow = TypeVar("AnyRow", default=Row)
"""The type that a store gives its rows."""


def in_key_order(rows: Sequence[AnyRow], keys: Sequence[object], column: str = "id") -> list[AnyRow | None]:
    """The row of each key, by this column; None for a key that has none."""
    untyped: Sequence[Any] = rows
    by_key = {row[column]: row for row in untyped}
    return [by_key.get(key) for key in keys]


def grouped(rows: Sequence[AnyRow], keys: Sequence[object], column: str) -> list[list[AnyRow]]:
    """The rows of each key, by this column, in the order in which they were read."""
    untyped: Sequence[Any] = rows
    groups: dict[object, list[AnyRow]] = {key: [] for key in keys}
    index = [*untyped[0].keys()].index(column) if rows else 0
    for row in untyped:
        groups[row[index]].append(row)
    return [groups[key] for key in keys]


def grouped_by_position(rows: Sequence[AnyRow], count: int) -> list[list[AnyRow]]:
    """The rows of each of `count` keys; a row's first column is its key's position in the argument, from 1.

    (A number is read, compared and looked up in a fraction of the time that a UUID takes.)
    """
    untyped: Sequence[Any] = rows
    groups: list[list[AnyRow]] = [[] for _ in range(count + 1)]
    for row in untyped:
        groups[row[0]].append(row)
    return groups[1:]
