"""The servers of the tests: a Redis, and a PostgreSQL whose databases are copied from a template.

The modules of rooms that have rows of organizations alone share one database in a process, unless they are marked
`own_database`; each other module has its own.
"""

import asyncio
import itertools
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from kinegraph.canonical.jobs import seed_library
from kinegraph.commands import migrate
from kinegraph.kit.database import Database
from kinegraph.kit.rows import Row
from kinegraph.outside.postgres import SETTINGS, start_postgres
from kinegraph.outside.redis import start_redis

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")  # tests of several processes may share a server
TEMPLATE = f"kinegraph_template{WORKER}"
SHARED = f"kinegraph_shared{WORKER}"
FAST_FOLDER_BYTES = 2 * 2**30
"""Space that the servers of several processes of tests need."""
SHARING = frozenset({
    "adherence", "assignment", "audit", "comment", "enrolling", "enrollment", "handout", "logbook", "movement",
    "patient", "plan", "record", "response", "result", "sync", "workout",
})  # fmt: skip
"""The folders of tests whose modules share a database and an application: they change no rows of everybody."""
FIRST_TRANSACTION = 3
"""The number of the first transaction of a server."""
_numbers = itertools.count(1)


def fast_folder() -> str | None:
    """A folder in memory, if there is one with enough space: a disk takes long to write and remove databases."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > FAST_FOLDER_BYTES else None


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A PostgreSQL 18 of the tests' own, or the one of KINEGRAPH_TEST_DATABASE_URL."""
    given = os.environ.get("KINEGRAPH_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(dir=fast_folder()) as folder:
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(SETTINGS, "fsync", "off")  # these data need not survive a power failure
            patch.setitem(SETTINGS, "max_wal_size", "256MB")
            server = start_postgres(Path(folder) / "postgres")
        yield server.url
        server.owner.stop((signal.SIGQUIT, 20))


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis of the tests' own."""
    with tempfile.TemporaryDirectory() as folder:
        server = start_redis(Path(folder) / "redis")
        yield server.url
        server.stop()


def with_database(url: str, name: str) -> str:
    """The URL of another database on the same server."""
    start, _, query = url.partition("?")
    return f"{start.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


@pytest.fixture(scope="session")
async def template(server_url: str) -> str:
    """The name of a migrated database with the canonical library."""
    await _recreate(server_url, TEMPLATE, "template0")
    url = with_database(server_url, TEMPLATE)
    await asyncio.to_thread(migrate.upgrade, url)
    database = await Database.open(url, 1)
    async for _ in seed_library(database):
        pass
    await database.close()
    return TEMPLATE


async def _recreate(server_url: str, name: str, template: str) -> None:
    await _drop(server_url, name)
    connection = await asyncpg.connect(server_url)
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")  # past the log
    await connection.close()


async def _drop(server_url: str, name: str) -> None:
    connection = await asyncpg.connect(server_url)
    await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await connection.close()


@asynccontextmanager
async def copied(server_url: str, template: str, name: str | None = None) -> AsyncIterator[str]:
    """The URL of a copy of the template, as its owner (a superuser) reaches it; dropped at the end of the block."""
    name = name or f"kinegraph_test{WORKER}_{next(_numbers)}"
    await _recreate(server_url, name, template)
    yield with_database(server_url, name)
    await _drop(server_url, name)


@pytest.fixture(scope="session")
async def shared_database_url(server_url: str, template: str) -> AsyncIterator[str]:
    """The database of all modules that do not disturb each other, as its owner (a superuser) reaches it."""
    async with copied(server_url, template, SHARED) as url:
        yield url


def is_shared(url: str) -> bool:
    """Whether a database is that of `shared_database_url`."""
    return f"/{SHARED}?" in url


@pytest.fixture(scope="module")
async def own_database_url(server_url: str, template: str) -> AsyncIterator[str]:
    """A database of this module's own, as its owner (a superuser) reaches it."""
    async with copied(server_url, template) as url:
        yield url


@pytest.fixture(scope="module")
async def guarded_database_url(shared_database_url: str) -> AsyncIterator[str]:
    """The shared database, of which this module must leave the rows of everybody as they were."""
    connection = await asyncpg.connect(shared_database_url)
    before = await _of_everybody(connection)
    yield shared_database_url
    after = await _of_everybody(connection)
    await connection.close()
    changed = sorted(name for name, rows in after.items() if before[name] != rows)
    assert not changed, f"the module changed rows of everybody in {changed}: mark it own_database"


async def _of_everybody(connection: "asyncpg.Connection[asyncpg.Record]") -> dict[str, str]:
    """The written rows of everybody, by table of the library."""
    tables = [row["name"] for row in await connection.fetch(LIBRARY)]
    rows = await connection.fetch(written_rows(tables, "organization_id IS NULL"))
    return {row["name"]: row["rows"] for row in rows}


LIBRARY = """
SELECT c.table_name AS name
FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE'
  AND c.column_name = 'organization_id' AND c.is_nullable = 'YES' AND c.table_name LIKE 'exercise%'"""
"""SQL query: the tables of the library, which have rows of everybody."""


def written_rows(tables: Sequence[str], condition: str = "true") -> str:
    """SQL query: of each table the rows with a condition, as their number and the newest transaction that wrote one.

    Any write makes a new version of its row, so that the same again means that nothing was written.
    """
    newest = f"max(age('{FIRST_TRANSACTION}'::xid) - age(xmin))"  # a number of xmin, without a cast of each row to text
    each = [f"SELECT '{name}' AS name, concat(count(*), ' ', {newest}) AS rows FROM {name} WHERE {condition}"
            for name in tables]  # fmt: skip
    return " UNION ALL ".join(each)


@pytest.fixture(scope="module")
def database_url(request: pytest.FixtureRequest) -> str:
    """The database of this module, as its owner (a superuser) reaches it: shared with others, or its own."""
    is_own = request.path.parent.name not in SHARING or request.node.get_closest_marker("own_database") is not None
    found: str = request.getfixturevalue("own_database_url" if is_own else "guarded_database_url")
    return found


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """A database as the API reaches it: under its own role."""
    database = await Database.open(url, 10)
    yield database
    await database.close()


@pytest.fixture(scope="session")
async def shared_database(shared_database_url: str) -> AsyncIterator[Database]:
    """The shared database as the API reaches it."""
    async with opened(shared_database_url) as database:
        yield database


@pytest.fixture(scope="module")
async def own_database(database_url: str) -> AsyncIterator[Database]:
    """The module's own database as the API reaches it."""
    async with opened(database_url) as database:
        yield database


@pytest.fixture(scope="module")
def database(request: pytest.FixtureRequest, database_url: str) -> Database:
    """The module's database as the API reaches it: under its own role."""
    found: Database = request.getfixturevalue("shared_database" if is_shared(database_url) else "own_database")
    return found


@pytest.fixture(scope="session")
async def shared_owner(shared_database_url: str) -> AsyncIterator["asyncpg.Pool[Row]"]:
    """The shared database without row-level security."""
    async with asyncpg.create_pool(shared_database_url, min_size=1, max_size=3, record_class=Row) as pool:
        yield pool


@pytest.fixture(scope="module")
async def own_owner(database_url: str) -> AsyncIterator["asyncpg.Pool[Row]"]:
    """The module's own database without row-level security."""
    async with asyncpg.create_pool(database_url, min_size=1, max_size=3, record_class=Row) as pool:
        yield pool


@pytest.fixture(scope="module")
def owner(request: pytest.FixtureRequest, database_url: str) -> "asyncpg.Pool[Row]":
    """The module's database without row-level security, to look at the stored rows."""
    found: asyncpg.Pool[Row] = request.getfixturevalue("shared_owner" if is_shared(database_url) else "own_owner")
    return found
