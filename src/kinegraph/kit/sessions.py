"""Sessions: one transaction of one viewer, its statements, and what their rows are.

A WriteSession is a ReadSession too, never the other way round: a function that writes asks for a
WriteSession, and the type checker holds it to that.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeAlias
from uuid import UUID

from typing_extensions import TypeVar

from kinegraph.kit.cache import Cache
from kinegraph.kit.errors import AnswerTooLarge
from kinegraph.kit.leases import LOST, Lease
from kinegraph.kit.rows import AnyRow

MAX_ROWS = 50_000
"""Rows of one statement for lists without pages, where no setting says otherwise."""


Viewer = TypeVar("Viewer", default=object, covariant=True)
"""Who reads or writes: identity's Viewer; an import's scope; None for the worker and the operator.

A function that needs to know it takes `ReadSession[Viewer]`. One that does not takes `ReadSession`, the session of any
viewer, whose attributes it cannot read: the type checker refuses.
"""

OneViewer = TypeVar("OneViewer")
"""The same where it is an argument too, so that the type checker wants this very type."""


class SessionEnded(Exception):
    """A statement for a session that has ended: something outlived its request, which is a fault of the program."""


class ReadSession(Generic[Viewer]):
    """Reads for one viewer, in one snapshot. Safe to use from concurrent tasks: statements queue.

    `cache` is what sessions of one snapshot share with later ones; None for sessions that write.
    `max_rows` bounds what `fetch_list` reads.
    """

    viewer: Viewer

    def __init__(self, lease: Lease, cache: Cache | None = None, max_rows: int = MAX_ROWS) -> None:
        self.cache = cache
        self.max_rows = max_rows
        self.lease = lease
        self._turn = asyncio.Lock()
        self._has_ended = False

    async def fetch(self, statement: str, *arguments: Any) -> list[AnyRow]:
        """Every row of one statement, with $1 … in it and its arguments. Raises SessionEnded."""
        async with self._turn:
            if self._has_ended:
                raise SessionEnded
            rows: list[Any] = await self.lease.fetch(statement, arguments)
            return rows

    async def fetch_list(self, statement: str, *arguments: Any) -> list[AnyRow]:
        """The rows of a list that has no pages. Raises AnswerTooLarge where there are more than `max_rows`."""
        rows: list[AnyRow] = await self.fetch(f"{statement} LIMIT {self.max_rows + 1}", *arguments)
        if len(rows) > self.max_rows:
            raise AnswerTooLarge(f"more than {self.max_rows:,} objects")
        return rows

    def end(self) -> None:
        """Refuse every further statement."""
        self._has_ended = True

    async def fetch_row(self, statement: str, *arguments: Any) -> AnyRow | None:
        """The first row, or None."""
        rows: list[AnyRow] = await self.fetch(statement, *arguments)
        return rows[0] if rows else None

    async def fetch_value(self, statement: str, *arguments: Any) -> Any:
        """The first column of the first row, or None."""
        row = await self.fetch_row(statement, *arguments)
        return row[0] if row else None


class WriteSession(ReadSession[Viewer]):
    """Reads and writes for one viewer, in one transaction, which is rolled back if `is_rollback_only`.

    `on_commit` is called after the transaction was committed.
    """

    is_rollback_only = False
    on_commit: Callable[[], None] | None = None

    async def run(self, statement: str, *arguments: Any) -> int:
        """Run one statement for its effect. Returns the number of rows it wrote."""
        async with self._turn:
            if self._has_ended:
                raise SessionEnded
            status = await self.lease.execute(statement, arguments)
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
        """A block whose writes are rolled back, alone, if it raises."""
        await self.run("SAVEPOINT mutation")
        try:
            yield self
        except BaseException:
            if self.lease.state is not LOST:  # else all is taken back already, and what raised is what happened
                await self.run("ROLLBACK TO SAVEPOINT mutation")
            raise
        await self.run("RELEASE SAVEPOINT mutation")


Authenticate: TypeAlias = Callable[[ReadSession], Awaitable[Viewer]]
"""Sets the viewer in a transaction's settings, for row-level security. Returns the viewer."""


@dataclass(frozen=True, slots=True)
class CachedViewer(Generic[Viewer]):
    """A viewer of an earlier session, and the statement that sets them again, or fails (CHANGED) where they changed."""

    statement: str
    viewer: Viewer

    CHANGED = "KG001"


class CachedAuthentication(ABC, Generic[OneViewer]):
    """An Authenticate whose viewer may be cached from an earlier session."""

    @abstractmethod
    async def __call__(self, session: ReadSession) -> OneViewer:
        """Set the viewer by a query."""

    @abstractmethod
    def store(self, cache: Cache, viewer: OneViewer) -> None:
        """Cache the viewer of a session."""

    @abstractmethod
    def cached(self, cache: Cache) -> CachedViewer[OneViewer] | None:
        """The cached viewer, or None."""

    @abstractmethod
    def invalidate(self, cache: Cache, viewer: OneViewer) -> None:
        """Evict the viewers who may have changed because this one has written."""


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
