"""The way to PostgreSQL: one pool, read and write sessions, plain records.

A session is one transaction on one connection for one viewer. Reading runs in a read-only snapshot
(REPEATABLE READ), so that every statement of a request sees the same state; writing in READ COMMITTED,
where a statement that waited for a lock sees what the lock's holder wrote. The viewer stands in the
transaction's settings, which row-level security reads.

A WriteSession is a ReadSession too, never the other way round: a function that writes asks for a
WriteSession, and the type checker holds it to that.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self

import asyncpg
import orjson
from sqlalchemy import MetaData

API_ROLE = "kinegraph_api"

metadata = MetaData()
"""Every table of every room: the columns, for migrations to be held against."""


class Unreachable(Exception):
    """The database cannot be used; the message says what to do."""


class Row(asyncpg.Record):
    """One row as asyncpg reads it, its columns as attributes too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class ReadSession:
    """Reads for one viewer, in one snapshot. Safe to use from concurrent tasks: statements queue."""

    def __init__(self, connection: "asyncpg.pool.PoolConnectionProxy[Row]", viewer: Any = None) -> None:
        self.viewer = viewer
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


class Database:
    """The pool of connections under the API's own role, to which row-level security applies."""

    def __init__(self, pool: "asyncpg.Pool[Row]") -> None:
        self.pool = pool

    @classmethod
    async def open(cls, url: str, size: int = 10, statement_timeout_seconds: int = 30) -> "Database":
        """Open the pool. Raises Unreachable where the server, the database or the role is not there."""
        try:
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=size,
                init=_prepare_connection,
                reset=_keep_settings,
                record_class=Row,
                timeout=10,
                command_timeout=statement_timeout_seconds + 5,
                server_settings={
                    "role": API_ROLE,
                    "application_name": "kinegraph",
                    "timezone": "UTC",
                    "jit": "off",
                    "statement_timeout": f"{statement_timeout_seconds}s",
                    "idle_in_transaction_session_timeout": "60s",
                },
            )
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
            raise Unreachable(explain(error)) from error
        return cls(pool)

    async def close(self) -> None:
        """Wait for running statements and close every connection."""
        await self.pool.close()

    @asynccontextmanager
    async def read(self, enter: Enter | None = None) -> AsyncIterator[ReadSession]:
        """A read session for the viewer whom `enter` sets; always rolled back, as nothing was written."""
        async with self.pool.acquire() as connection:
            await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            session = ReadSession(connection)
            try:
                session.viewer = await enter(session) if enter else None
                yield session
            finally:
                await _end(connection, "COMMIT")

    @asynccontextmanager
    async def write(self, enter: Enter | None = None) -> AsyncIterator[WriteSession]:
        """A write session; committed when the block ends, rolled back when it raises."""
        async with self.pool.acquire() as connection:
            await connection.execute("BEGIN")
            session = WriteSession(connection)
            try:
                session.viewer = await enter(session) if enter else None
                yield session
            except BaseException:
                await _end(connection, "ROLLBACK")
                raise
            await connection.execute("ROLLBACK" if session.doomed else "COMMIT")


async def _end(connection: "asyncpg.pool.PoolConnectionProxy[Row]", verb: str) -> None:
    """End a transaction whose outcome no longer matters; a connection that died has ended it already."""
    if not connection.is_closed():
        await connection.execute(verb)


async def _prepare_connection(connection: "asyncpg.Connection[Row]") -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: orjson.dumps(value).decode(),
        decoder=orjson.loads,
    )
    await _introspect_types(connection)


async def _introspect_types(connection: "asyncpg.Connection[Row]") -> None:
    """Let asyncpg ask about arrays and our enums now, once, rather than in the first request that meets one."""
    enums = await connection.fetch(
        """
        SELECT format('NULL::%I', typname) AS null_of
        FROM pg_type
        WHERE typtype = 'e' AND typnamespace = current_schema()::regnamespace
        """
    )
    arrays = [f"NULL::{kind}[]" for kind in ("uuid", "text", "boolean", "integer")]
    await connection.fetch("SELECT " + ", ".join(arrays + [enum.null_of for enum in enums]))


async def _keep_settings(connection: object) -> None:
    """In place of asyncpg's reset: every setting of ours ends with its transaction, so a round trip is saved."""


def explain(error: BaseException) -> str:
    """One line of what is wrong with a connection, and what to do."""
    if isinstance(error, asyncpg.InvalidParameterValueError) and API_ROLE in str(error):
        return f"The database has no role {API_ROLE}: run `kinegraph migrate`."
    if isinstance(error, asyncpg.InvalidCatalogNameError):
        return f"The database server answers, but: {error}. Create the database, or correct KINEGRAPH_DATABASE_URL."
    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError):
        return f"The database server refuses the sign-in: {error}. Correct KINEGRAPH_DATABASE_URL."
    detail = str(error) or type(error).__name__
    return f"The database cannot be reached ({detail}). Check KINEGRAPH_DATABASE_URL and that the server runs."


class Arguments:
    """The arguments of a statement that is put together from parts."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def bind(self, value: Any, type_name: str) -> str:
        """Add an argument. Returns its place in the text, such as `$3::uuid`."""
        self.values.append(value)
        return f"${len(self.values)}::{type_name}"


def in_key_order(rows: Sequence[Row], keys: Sequence[Any], column: str = "id") -> list[Row | None]:
    """One row or None for each key."""
    found = {row[column]: row for row in rows}
    return [found.get(key) for key in keys]


def grouped(rows: Sequence[Row], keys: Sequence[Any], column: str) -> list[list[Row]]:
    """The rows of each key, in the order in which they came."""
    groups: dict[Any, list[Row]] = {key: [] for key in keys}
    for row in rows:
        groups[row[column]].append(row)
    return [groups[key] for key in keys]
