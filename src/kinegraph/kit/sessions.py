"""Sessions: one transaction of one viewer, its statements, and what their rows are.

A WriteSession is a ReadSession too, never the other way round: a function that writes asks for a
WriteSession, and the type checker holds it to that.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import asyncpg

from kinegraph.kit.kept import Kept, Shelf


class Row(asyncpg.Record):
    """One row as asyncpg reads it, its columns as attributes too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class ReadSession:
    """Reads for one viewer, in one snapshot. Safe to use from concurrent tasks: statements queue."""

    def __init__(self, connection: "asyncpg.pool.PoolConnectionProxy[Row]", kept: Kept | None = None) -> None:
        self.viewer: Any = None
        self.kept = kept
        """What earlier sessions read, as far as it holds in this one; None where it does not see one snapshot."""
        self._connection = connection
        self._turn = asyncio.Lock()

    async def fetch(self, statement: str, *arguments: Any) -> list[Row]:
        """Every row of one statement, with $1 … in it and its arguments."""
        async with self._turn:
            return await self._connection.fetch(statement, *arguments)

    async def fetch_row(self, statement: str, *arguments: Any) -> Row | None:
        """The first row, or None."""
        rows = await self.fetch(statement, *arguments)
        return rows[0] if rows else None

    async def fetch_value(self, statement: str, *arguments: Any) -> Any:
        """The first column of the first row, or None."""
        row = await self.fetch_row(statement, *arguments)
        return row[0] if row else None


class WriteSession(ReadSession):
    """Reads and writes for one viewer, in one transaction; `doomed` takes everything back at its end."""

    doomed = False

    async def run(self, statement: str, *arguments: Any) -> int:
        """Run one statement for its effect. Returns the number of rows it wrote."""
        async with self._turn:
            status = await self._connection.execute(statement, *arguments)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def insert(self, table: str, values: Mapping[str, Any]) -> UUID:
        """Store a row of these columns. Returns its id."""
        names = ", ".join(values)
        places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
        id: UUID = await self.fetch_value(
            f"INSERT INTO {table} ({names}) VALUES ({places}) RETURNING id", *values.values()
        )
        return id

    async def update(self, table: str, id: UUID, values: Mapping[str, Any]) -> int:
        """Set columns of a row; its time of change moves only if a value does. Returns 1 if one did, else 0."""
        if not values:
            return 0
        names = ", ".join(values)
        places = ", ".join(f"${place}" for place in range(2, len(values) + 2))
        return await self.run(
            f"""
            UPDATE {table} SET ({names}, updated_at) = ROW ({places}, now())
            WHERE id = $1 AND ({names}) IS DISTINCT FROM ({places})
            """,
            id,
            *values.values(),
        )

    async def delete_softly(self, table: str, id: UUID) -> None:
        """Mark a row as deleted."""
        await self.run(f"UPDATE {table} SET deleted_at = now(), updated_at = now() WHERE id = $1", id)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[Self]:
        """What is written within is taken back if the block raises."""
        await self.run("SAVEPOINT step")
        try:
            yield self
        except BaseException:
            await self.run("ROLLBACK TO SAVEPOINT step")
            raise
        await self.run("RELEASE SAVEPOINT step")


Enter = Callable[[ReadSession], Awaitable[Any]]
"""Sets the viewer in a transaction's settings and returns what is known of them."""


@dataclass(frozen=True, slots=True)
class Known:
    """A viewer who was entered before, and the statement that enters them again, or fails (CHANGED) if they changed."""

    statement: str
    viewer: Any

    CHANGED = "KG001"


class Reenter(ABC):
    """An Enter that may know its viewer from an earlier session, of which it left word in what is kept."""

    @abstractmethod
    async def __call__(self, session: ReadSession) -> Any:
        """Enter the viewer."""

    @abstractmethod
    def known(self, kept: Kept) -> Known | None:
        """What is known of the viewer."""


def knowns(kept: Kept) -> Shelf:
    """The viewers who are known, by who they signed in as."""
    return kept.shelf("viewers", None)


class Arguments:
    """The arguments of a statement that is put together from parts."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def bind(self, value: Any, type_name: str) -> str:
        """Add an argument. Returns its place in the text, such as `$3::uuid`."""
        self.values.append(value)
        return f"${len(self.values)}::{type_name}"


def typed(columns: Mapping[str, str]) -> str:
    """Columns and their types, as `jsonb_to_recordset` takes them."""
    return ", ".join(f"{name} {kind}" for name, kind in columns.items())


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


def placed(rows: Sequence[Row], count: int) -> list[list[Row]]:
    """The rows of each of so many keys, by their first column: their key's place in the argument, from 1.

    (A number is read, compared and looked up in a fraction of the time that a UUID takes.)
    """
    groups: list[list[Row]] = [[] for _ in range(count + 1)]
    for row in rows:
        groups[row[0]].append(row)
    return groups[1:]
