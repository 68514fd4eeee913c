"""The database: a connection pool, and read and write sessions on it.

A session is one transaction on one connection for one viewer. A read session runs in a read-only snapshot
(REPEATABLE READ), so that all its statements see the same state of the database. A write session runs in READ
COMMITTED, where a statement that waited for a lock sees what the lock's holder committed. The viewer is in the
transaction's settings, which the policies of row-level security read.
"""

import functools
import pkgutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any  # arguments and viewers are of any type
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import MetaData

from kinegraph.kit.cache import Cache
from kinegraph.kit.leases import connection_lost
from kinegraph.kit.pool import ConnectionPool
from kinegraph.kit.rows import Row
from kinegraph.kit.sessions import (
    MAX_ROWS,
    Authenticate,
    CachedAuthentication,
    CachedViewer,
    ReadSession,
    Viewer,
    WriteSession,
)

API_ROLE = "kinegraph_api"
"""The role of every session, to which row-level security applies; it owns no table."""

CANNOT_CONNECT = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError, OverflowError)
"""The errors of opening a connection, wrong URLs included."""

CONNECT_SECONDS = 5
"""Maximum duration of opening a connection."""

ANSWER_SECONDS = 2
"""Seconds after the timeout of a statement in which the server must have ended it; else the connection is lost."""

SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

PACKAGE = Path(__file__).parents[1]
"""The folder of all rooms."""

metadata = MetaData()
"""The tables of all rooms, which a test compares with those that the migrations make."""

UNVERSIONED = {"versions": "none"}
"""The `info` of a table whose changes give nothing another version; without it, triggers change a version with each
(docs/architecture.md, Caches)."""

DERIVED = {"versions": "derived"}
"""The `info` of a table that triggers write in the transactions that change a versioned one, from its rows alone."""


def load_tables() -> MetaData:
    """`metadata` with the tables of all rooms: imports the modules `tables` and `tables_…` of each."""
    for room in pkgutil.iter_modules([str(PACKAGE)]):
        for file in pkgutil.iter_modules([str(PACKAGE / room.name)]) if room.ispkg else ():
            if file.name.partition("_")[0] == "tables":
                import_module(f"{PACKAGE.name}.{room.name}.{file.name}")
    return metadata


class Unreachable(Exception):
    """The database cannot be used; the message says what to do."""


class Database:
    """The pool of connections under the API's role, and the caches of the process.

    `cache` holds parts of answers (fragments); `request_cache` what requests begin with: viewers, tokens, documents.
    `max_rows` bounds a list without pages. A cache of 0 bytes holds nothing. `on_write` is called after each write
    session's COMMIT.
    """

    on_write: Callable[[], None] | None = None

    def __init__(self, pool: ConnectionPool, cache: Cache, request_cache: Cache, max_rows: int = MAX_ROWS) -> None:
        self.pool = pool
        self.cache = cache
        self.request_cache = request_cache
        self._max_rows = max_rows

    @classmethod
    async def open(
        cls,
        url: str,
        size: int = 10,
        statement_timeout_seconds: int = 30,
        *,
        cache_bytes: int = 0,
        request_cache_bytes: int = 0,
        max_rows: int = MAX_ROWS,
    ) -> "Database":
        """Open the pool with a first connection. Raises Unreachable where server, database or role are missing."""

        async def connect() -> "asyncpg.Connection[Row]":
            return await _connect(url, statement_timeout_seconds)

        pool = ConnectionPool(connect, size)
        try:
            await pool.end(await pool.begin("BEGIN"), "ROLLBACK")
        except CANNOT_CONNECT as error:
            await pool.close()
            raise Unreachable(explain(error)) from error
        return cls(pool, Cache(cache_bytes), Cache(request_cache_bytes), max_rows)

    async def close(self) -> None:
        """Send deferred COMMITs, and close every connection that no session uses."""
        await self.pool.close()

    async def fetch(self, statement: str, *arguments: Any) -> list[Row]:
        """The rows of one statement, for no viewer: for questions about the database itself."""
        async with self.read() as session:
            return await session.fetch(statement, *arguments)

    async def append(self, statement: str, *arguments: Any) -> None:
        """Run one statement that writes, in a transaction of its own, for no viewer; `on_write` is not called."""
        session: WriteSession[None] = WriteSession(await self.pool.begin("BEGIN"))
        try:
            await session.run(statement, *arguments)
        except BaseException:
            await self.end(session, commit=False)
            raise
        session.end()
        await self.pool.end(session.lease, "COMMIT", must_succeed=True)

    @asynccontextmanager
    async def read(self, authenticate: Authenticate[Viewer] | None = None) -> AsyncIterator[ReadSession[Viewer]]:
        """A read session for the viewer that `authenticate` sets. Its COMMIT is deferred.

        It is sent at once where a task waits for a connection.
        """
        session = await self.begin_read(authenticate)
        try:
            yield session
        except BaseException:
            await self.end(session, commit=False)
            raise
        await self.end(session, commit=True)

    @asynccontextmanager
    async def write(self, authenticate: Authenticate[Viewer] | None = None) -> AsyncIterator[WriteSession[Viewer]]:
        """A write session, committed at the end of the block; rolled back if it raises or is rollback-only."""
        session = await self.begin_write(authenticate)
        try:
            yield session
        except BaseException:
            await self.end(session, commit=False)
            raise
        await self.end(session, commit=not session.is_rollback_only)

    async def begin_read(self, authenticate: Authenticate[Viewer] | None = None) -> ReadSession[Viewer]:
        """A read session, to be ended by `end`. A cached viewer is set in the same message as BEGIN.

        Where that viewer has changed since, BEGIN fails (SQLSTATE CachedViewer.CHANGED), and the viewer is read anew.
        """
        cached = authenticate.cached(self.request_cache) if isinstance(authenticate, CachedAuthentication) else None
        try:
            lease = await self.pool.begin(f"{SNAPSHOT}; {cached.statement}" if cached else SNAPSHOT)
        except asyncpg.PostgresError as error:
            if error.sqlstate != CachedViewer.CHANGED:
                raise
            cached, lease = None, await self.pool.begin(SNAPSHOT)
        session: ReadSession[Viewer] = ReadSession(lease, self.cache, self._max_rows)
        if cached:
            session.viewer = cached.viewer
        else:
            await self._authenticate(session, authenticate)
        return session

    async def begin_write(self, authenticate: Authenticate[Viewer] | None = None) -> WriteSession[Viewer]:
        """A write session, to be ended by `end`."""
        session: WriteSession[Viewer] = WriteSession(await self.pool.begin("BEGIN"), None, self._max_rows)
        await self._authenticate(session, authenticate)
        return session

    async def _authenticate(self, session: ReadSession[Any], authenticate: Authenticate | None) -> None:
        """Set the session's viewer. Ends the session and raises where that fails."""
        try:
            session.viewer = await authenticate(session) if authenticate else None
            if isinstance(authenticate, CachedAuthentication) and not isinstance(session, WriteSession):
                authenticate.store(self.request_cache, session.viewer)
        except BaseException:
            await self.end(session, commit=False)
            raise
        if isinstance(session, WriteSession) and isinstance(authenticate, CachedAuthentication):
            session.on_commit = functools.partial(authenticate.invalidate, self.request_cache, session.viewer)

    async def end(self, session: ReadSession, *, commit: bool) -> None:
        """End a session: commit its transaction or roll it back. Raises the errors of a write session's COMMIT."""
        session.end()
        writes = isinstance(session, WriteSession)
        if not writes and commit and self.pool.defer_commit(session.lease):
            return
        await self.pool.end(session.lease, "COMMIT" if commit else "ROLLBACK", must_succeed=writes and commit)
        if isinstance(session, WriteSession) and commit and session.on_commit is not None:
            session.on_commit()
        if writes and commit and self.on_write is not None:
            self.on_write()


async def _connect(url: str, statement_timeout_seconds: int) -> "asyncpg.Connection[Row]":
    """Open a connection under the API's role. The server ends a statement at its timeout, asyncpg a little later."""
    connection: asyncpg.Connection[Row] = await asyncpg.connect(
        url,
        record_class=Row,
        timeout=CONNECT_SECONDS,
        command_timeout=statement_timeout_seconds + ANSWER_SECONDS,
        server_settings={
            "role": API_ROLE,
            "application_name": "kinegraph",
            "timezone": "UTC",
            "jit": "off",
            # The statements are few and prepared: planning each execution anew would cost more than it saves.
            "plan_cache_mode": "force_generic_plan",
            # The tables in use are in memory, where random pages cost hardly more than sequential ones.
            "random_page_cost": "1.1",
            # Found by trigrams (search.sql): names that are less like the query are too many.
            "pg_trgm.word_similarity_threshold": "0.45",
            "statement_timeout": f"{statement_timeout_seconds}s",
            "idle_in_transaction_session_timeout": "60s",
        },
    )
    try:
        await _prepare_connection(connection)
    except BaseException as error:
        connection.terminate()
        if isinstance(error, asyncpg.InternalClientError):  # the server ended it meanwhile
            raise connection_lost() from error
        raise
    return connection


async def _prepare_connection(connection: "asyncpg.Connection[Row]") -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: orjson.dumps(value, default=_json_default).decode(),
        decoder=orjson.loads,
    )
    await _introspect_types(connection)


def _json_default(value: object) -> str:
    """JSON of an id (asyncpg has its own subclass of UUID, which orjson refuses). Raises TypeError for all else."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no JSON.")


async def _introspect_types(connection: "asyncpg.Connection[Row]") -> None:
    """Let asyncpg look up arrays and our enums now, rather than in the first request that uses one."""
    enums = await connection.fetch(
        """
        SELECT format('NULL::%I', typname) AS null_of
        FROM pg_type
        WHERE typtype = 'e' AND typnamespace = current_schema()::regnamespace
        """
    )
    arrays = [f"NULL::{kind}[]" for kind in ("uuid", "text", "boolean", "integer", "jsonb")]
    await connection.fetch("SELECT " + ", ".join(arrays + [enum.null_of for enum in enums]))


def explain(error: BaseException) -> str:
    """One line that says why a connection fails, and what to do."""
    if isinstance(error, asyncpg.InvalidParameterValueError) and API_ROLE in str(error):
        return f"The database has no role {API_ROLE}: run `kinegraph migrate`."
    if isinstance(error, asyncpg.InvalidCatalogNameError):
        return f"The database server answers, but: {error}. Create the database, or correct KINEGRAPH_DATABASE_URL."
    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError):
        return f"The database server refuses the sign-in: {error}. Correct KINEGRAPH_DATABASE_URL."
    detail = str(error) or type(error).__name__
    return f"The database cannot be reached ({detail}). Check KINEGRAPH_DATABASE_URL and that the server runs."
