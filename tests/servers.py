"""The servers of the tests: a PostgreSQL with a database for each module, copied from a template, and a Redis."""

import asyncio
import itertools
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from kinegraph.canonical.jobs import seed_library
from kinegraph.commands import migrate
from kinegraph.kit.database import Database
from kinegraph.outside.postgres import SETTINGS, start_postgres
from kinegraph.outside.redis import start_redis

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")  # tests of several processes may share a server
TEMPLATE = f"kinegraph_template{WORKER}"
FAST_FOLDER_BYTES = 2 * 2**30
"""Space that the servers of several processes of tests need."""
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
async def copied(server_url: str, template: str) -> AsyncIterator[str]:
    """The URL of a copy of the template, as its owner (a superuser) reaches it; dropped at the end of the block."""
    name = f"kinegraph_test{WORKER}_{next(_numbers)}"
    await _recreate(server_url, name, template)
    yield with_database(server_url, name)
    await _drop(server_url, name)


@pytest.fixture(scope="module")
async def database_url(server_url: str, template: str) -> AsyncIterator[str]:
    """A database of this module's own, as its owner (a superuser) reaches it."""
    async with copied(server_url, template) as url:
        yield url
