"""Sessions: each is one transaction for one viewer, and runs statements.

A WriteSession is a ReadSession, but not the reverse: a function that writes takes a WriteSession, and the type checker
makes sure that it gets one.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeAlias  # Any: arguments of statements
from uuid import UUID

from typing_extensions import TypeVar

from kinegraph.kit import leases
from kinegraph.kit.cache import Cache
from kinegraph.kit.errors import AnswerTooLarge
from kinegraph.kit.leases import LOST, Lease
from kinegraph.kit.rows import AnyRow

MAX_ROWS = 50_000
"""The rows of a list without pages, at most, unless a setting says otherwise."""


Viewer = TypeVar("Viewer", default=object, covariant=True)
"""The type of a session's viewer: identity's Viewer; an import's scope; None for the worker and the operator.

A function that reads the viewer's attributes takes `ReadSession[Viewer]`. One that takes `ReadSession` gets the session
of any viewer, and the type checker refuses that it reads the viewer's attributes.
"""

OneViewer = TypeVar("OneViewer")
"""The type of a viewer that methods take as an argument, too."""


Subject: TypeAlias = tuple[UUID, UUID, str]
"""Data that was read of a person: the organization, the person, and the type of data."""


class SessionEnded(Exception):
    """A statement was run in a session that has ended: a task outlived its request, a fault of the program."""


class ReadSession(Generic[Viewer]):
    """Reads for one viewer. Concurrent tasks may use it: their statements run one after the other.

    `cache` is the process's cache of answers; None for a session that writes, which must not see them.
    `max_rows` bounds the rows of `fetch_list`. The statements' arguments are $1, $2 and so on.
    """

    viewer: Viewer

    def __init__(self, lease: Lease, cache: Cache | None = None, max_rows: int = MAX_ROWS) -> None:
        self.cache = cache
        self.max_rows = max_rows
        self.lease = lease
        self.statements = 0
        """The number of statements that it has run."""
        self.observed: set[str] | None = None
        """Their texts, where somebody set this to an empty set."""
        self.subjects: set[Subject] = set()
        """The data of persons that batch functions answered, to be recorded before the answer is sent (audit)."""
        self.shows_conditions = False
        """Whether they answered what depends on the viewer's own conditions, whose consent may be withdrawn (audit)."""
        self._turn = asyncio.Lock()
        self._has_ended = False

    async def fetch(self, statement: str, *arguments: Any) -> list[AnyRow]:
        """Run one statement. Returns its rows, as the type they are assigned to (kit.rows). Raises SessionEnded."""
        async with self._turn:
            if self._has_ended:
                raise SessionEnded
            self.statements += 1
            if self.observed is not None:
                self.observed.add(statement)
            rows: list[Any] = await self.lease.fetch(statement, arguments)
            return rows

    async def fetch_list(self, statement: str, *arguments: Any) -> list[AnyRow]:
        """The rows of a list without pages. Raises AnswerTooLarge if there are more than `max_rows`."""
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
    """Reads and writes for one viewer, in one transaction, which `Database.write` rolls back if `is_rollback_only`.

    `on_commit` is called after the transaction was committed.
    """

    is_rollback_only = False
    on_commit: Callable[[], None] | None = None

    async def run(self, statement: str, *arguments: Any) -> int:
        """Run one statement that writes. Returns the number of rows that it wrote. Raises SessionEnded."""
        async with self._turn:
            if self._has_ended:
                raise SessionEnded
            self.statements += 1
            status = await self.lease.execute(statement, arguments)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def insert(self, table: str, values: Mapping[str, Any]) -> UUID:
        """Insert a row with these columns. Returns its id."""
        columns = ", ".join(values)
        parameters = ", ".join(f"${number}" for number in range(1, len(values) + 1))
        id: UUID = await self.fetch_value(
            f"INSERT INTO {table} ({columns}) VALUES ({parameters}) RETURNING id", *values.values()
        )
        return id

    async def update(self, table: str, id: UUID, values: Mapping[str, Any]) -> int:
        """Set columns of a row, and `updated_at` if a value changes. Returns 1 if one changed, else 0."""
        if not values:
            return 0
        columns = ", ".join(values)
        parameters = ", ".join(f"${number}" for number in range(2, len(values) + 2))
        return await self.run(
            f"""
            UPDATE {table} SET ({columns}, updated_at) = ROW ({parameters}, now())
            WHERE id = $1 AND ({columns}) IS DISTINCT FROM ({parameters})
            """,
            id,
            *values.values(),
        )

    async def delete_softly(self, table: str, id: UUID) -> int:
        """Mark a row as deleted. Returns 1, or 0 where it is there no more or was marked before."""
        return await self.run(
            f"UPDATE {table} SET deleted_at = now(), updated_at = now() WHERE id = $1 AND deleted_at IS NULL", id
        )

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[Self]:
        """A block whose writes are rolled back, alone, if it raises.

        Where the server does not answer the ROLLBACK in time, the connection is lost, and what the block raised stays.
        """
        await self.run("SAVEPOINT mutation")
        try:
            yield self
        except BaseException:
            async with self._turn:
                if self.lease.state is not LOST:  # else the server has rolled back everything
                    try:
                        await self.lease.control("ROLLBACK TO SAVEPOINT mutation", leases.CONTROL_SECONDS)
                    except leases.STATEMENT_ERRORS:
                        self.lease.lose()
            raise
        await self.run("RELEASE SAVEPOINT mutation")


Authenticate: TypeAlias = Callable[[ReadSession], Awaitable[Viewer]]
"""Sets the viewer in a transaction's settings, for row-level security. Returns the viewer."""


@dataclass(frozen=True, slots=True)
class CachedViewer(Generic[Viewer]):
    """A viewer of an earlier session, and the statement that sets them in a transaction.

    The statement fails with SQLSTATE CHANGED where the viewer has changed since.
    """

    statement: str
    viewer: Viewer

    CHANGED = "KG001"


class CachedAuthentication(ABC, Generic[OneViewer]):
    """An Authenticate that may cache its viewer, and set it in a later session without reading it."""

    @abstractmethod
    async def __call__(self, session: ReadSession) -> OneViewer:
        """Read the viewer, and set them."""

    @abstractmethod
    def store(self, cache: Cache, viewer: OneViewer) -> None:
        """Cache the viewer that `__call__` returned for a read session."""

    @abstractmethod
    def cached(self, cache: Cache) -> CachedViewer[OneViewer] | None:
        """The cached viewer; None where there is none, or it may have changed."""

    @abstractmethod
    def invalidate(self, cache: Cache, viewer: OneViewer) -> None:
        """Make cached viewers unused who may have changed because this one committed a write session."""


class Arguments:
    """The arguments of a statement whose text is composed."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def bind(self, value: Any, type_name: str) -> str:
        """Add an argument. Returns its parameter in the text, such as `$3::uuid`."""
        self.values.append(value)
        return f"${len(self.values)}::{type_name}"


def typed(columns: Mapping[str, str]) -> str:
    """A column definition list for `jsonb_to_recordset`: each column's name and type."""
    return ", ".join(f"{name} {kind}" for name, kind in columns.items())


def contains(text: str, sought: str) -> str:
    """SQL condition: a text contains the sought one, in the form in which names sort; both are SQL expressions.

    Nothing in the sought text is a wildcard. One that has nothing but marks is found nowhere.
    """
    return f"strpos(kinegraph_search_key({text}), (SELECT nullif(kinegraph_search_key({sought}), ''))) > 0"
