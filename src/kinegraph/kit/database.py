"""The way to PostgreSQL: one pool, read and write sessions, plain records.

A session is one transaction on one connection for one viewer. Reading runs in a read-only snapshot
(REPEATABLE READ), so that every statement of a request sees the same state; writing in READ COMMITTED,
where a statement that waited for a lock sees what the lock's holder wrote. The viewer stands in the
transaction's settings, which row-level security reads.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import MetaData

from kinegraph.kit.kept import Kept
from kinegraph.kit.lending import Lending
from kinegraph.kit.sessions import Enter, Known, ReadSession, Reenter, Row, WriteSession, knowns

API_ROLE = "kinegraph_api"
CANNOT_CONNECT = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError, OverflowError)

SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

metadata = MetaData()
"""Every table of every room: the columns, for migrations to be held against."""


class Unreachable(Exception):
    """The database cannot be used; the message says what to do."""


class Database:
    """The pool of connections under the API's own role, to which row-level security applies."""

    def __init__(self, pool: "asyncpg.Pool[Row]", keeps: int = 0) -> None:
        self.pool = pool
        self._kept = Kept(keeps) if keeps else None
        self._lending = Lending(pool)

    @classmethod
    async def open(cls, url: str, size: int = 10, statement_timeout_seconds: int = 30, keeps: int = 0) -> "Database":
        """Open the pool; `keeps` is how many bytes readings may keep in memory for the next ones.

        Raises Unreachable where the server, the database or the role is not there.
        """
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
                    # Our statements are few and prepared; what a custom plan would win costs more to find.
                    "plan_cache_mode": "force_generic_plan",
                    # What is asked for often lies in memory, where a page is as near as the next one.
                    "random_page_cost": "1.1",
                    "statement_timeout": f"{statement_timeout_seconds}s",
                    "idle_in_transaction_session_timeout": "60s",
                },
            )
        except (
            OSError,
            TimeoutError,
            asyncpg.PostgresError,
            asyncpg.InterfaceError,
            ValueError,
            OverflowError,
        ) as error:
            raise Unreachable(explain(error)) from error
        return cls(pool, keeps)

    async def close(self) -> None:
        """Wait for running statements and close every connection."""
        await self._lending.close()
        await self.pool.close()

    @asynccontextmanager
    async def read(self, enter: Enter | None = None) -> AsyncIterator[ReadSession]:
        """A read session for the viewer whom `enter` sets; nothing was written, so its end need not be waited for."""
        known = enter.known(self._kept) if self._kept and isinstance(enter, Reenter) else None
        try:
            connection = await self._lending.begin(f"{SNAPSHOT}; {known.statement}" if known else SNAPSHOT)
        except asyncpg.PostgresError as error:
            if error.sqlstate != Known.CHANGED:
                raise
            known, connection = None, await self._lending.begin(SNAPSHOT)
        session = ReadSession(connection, self._kept)
        try:
            session.viewer = known.viewer if known else await enter(session) if enter else None
            yield session
        except BaseException:
            await self._lending.end(connection, "ROLLBACK")
            raise
        await self._lending.leave(connection)

    @asynccontextmanager
    async def write(self, enter: Enter | None = None) -> AsyncIterator[WriteSession]:
        """A write session; committed when the block ends, rolled back when it raises."""
        connection = await self._lending.begin("BEGIN")
        session = WriteSession(connection)
        try:
            session.viewer = await enter(session) if enter else None
            yield session
        except BaseException:
            await self._lending.end(connection, "ROLLBACK")
            raise
        await self._lending.end(connection, "ROLLBACK" if session.doomed else "COMMIT", decides=not session.doomed)
        if self._kept:
            knowns(self._kept).clear()  # what was written may have changed somebody


async def _prepare_connection(connection: "asyncpg.Connection[Row]") -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: orjson.dumps(value, default=_plain).decode(),
        decoder=orjson.loads,
    )
    await _introspect_types(connection)


def _plain(value: object) -> str:
    """An id as asyncpg reads it, whose class is its own, as JSON. Raises TypeError for anything else."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no JSON.")


async def _introspect_types(connection: "asyncpg.Connection[Row]") -> None:
    """Let asyncpg ask about arrays and our enums now, once, rather than in the first request that meets one."""
    enums = await connection.fetch(
        """
        SELECT format('NULL::%I', typname) AS null_of
        FROM pg_type
        WHERE typtype = 'e' AND typnamespace = current_schema()::regnamespace
        """
    )
    arrays = [f"NULL::{kind}[]" for kind in ("uuid", "text", "boolean", "integer", "jsonb")]
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
