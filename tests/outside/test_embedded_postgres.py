"""The embedded PostgreSQL: what it can do, what it survives, and where root may keep it."""

import asyncio
import multiprocessing
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

import kinegraph.outside.postgres as postgres_file
from kinegraph.outside.embedded import find_running
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.postgres import EmbeddedPostgres, start_postgres

Started = Callable[[Path], EmbeddedPostgres]


def ask(url: str, statement: str) -> Any:
    async def fetch() -> Any:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(fetch())


def pid_of(folder: Path) -> int:
    found = find_running(folder, "postgres")
    assert found is not None
    return found.pid


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose data the tests hand on: a first start is the slow one."""
    return tmp_path_factory.mktemp("postgres")


@pytest.fixture
def started() -> Iterator[Started]:
    """Start servers, and stop at the end what still runs."""
    servers: list[EmbeddedPostgres] = []

    def start(folder: Path) -> EmbeddedPostgres:
        servers.append(start_postgres(folder))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def test_a_server_that_cannot_start_shows_its_last_words_and_can_be_started_when_mended(
    folder: Path, started: Started
) -> None:
    started(folder).stop()
    settings = folder / "data/postgresql.conf"
    good = settings.read_text()
    settings.write_text(good + "\nmax_wal_size = plenty\n")
    with pytest.raises(ServiceError, match=r"ended with status 1 while starting; its log is [\s\S]*max_wal_size"):
        start_postgres(folder)
    settings.write_text(good)
    started(folder)


def test_a_stale_pid_file_that_names_a_living_process_is_no_obstacle(folder: Path, started: Started) -> None:
    first = started(folder)
    os.kill(pid_of(folder), signal.SIGKILL)
    first.stop()
    owner = (folder / "data").stat()
    with subprocess.Popen(["sleep", "30"], user=owner.st_uid if os.geteuid() == 0 else None) as stranger:
        stale = folder / "data/postmaster.pid"
        stale.write_text(stale.read_text().replace(stale.read_text().split()[0], str(stranger.pid), 1))
        started(folder)
        assert stranger.poll() is None
        stranger.kill()


def test_a_first_start_killed_in_the_middle_is_made_anew(tmp_path: Path, started: Started) -> None:
    keeper = multiprocessing.get_context("fork").Process(target=start_postgres, args=(tmp_path,))
    keeper.start()
    while not list(tmp_path.glob("data.new-*/PG_VERSION")):
        assert keeper.is_alive()
        time.sleep(0.005)
    keeper.kill()
    keeper.join()
    assert not (tmp_path / "data").exists()
    assert ask(started(tmp_path).url, "select 1") == 1
    assert list(tmp_path.glob("data.new-*")) == []


def test_vector_and_trigram_extensions_are_there_and_know_hebrew(folder: Path, started: Started) -> None:
    url = started(folder).url
    ask(url, "create extension vector")
    ask(url, "create extension pg_trgm")
    assert ask(url, "select extversion from pg_extension where extname = 'vector'").startswith("0.8.")
    assert ask(url, "select '[3,4]'::vector <-> '[0,0]'::vector") == 5
    assert ask(url, "select cardinality(show_trgm('שלום'))") == 5
    assert ask(url, "select similarity('כפיפת ברך', 'כפיפת ברכיים')") == pytest.approx(8 / 15)
    assert ask(url, "select lower('ПРИСЕДАНИЕ')") == "приседание"


def test_the_database_is_utf8_by_code_point_and_the_server_safe_and_private(folder: Path, started: Started) -> None:
    url = started(folder).url
    assert [ask(url, f"show {name}") for name in ("fsync", "log_statement")] == ["on", "none"]
    assert ask(url, "show listen_addresses") == ""
    assert [ask(url, f"show {name}") for name in ("max_connections", "shared_buffers")] == ["50", "128MB"]
    assert ask(url, "show server_encoding") == "UTF8"
    assert ask(url, "select datlocale from pg_database where datname = current_database()") == "C.UTF-8"
    assert ask(url, "select current_user || ' ' || current_database()") == "kinegraph kinegraph"


def test_a_dropped_database_is_made_again(folder: Path, started: Started) -> None:
    first = started(folder)
    ask(first.url.replace("/kinegraph?", "/postgres?"), "drop database kinegraph")
    first.stop()
    assert ask(started(folder).url, "select 1") == 1


def test_sqlalchemy_takes_the_url(folder: Path, started: Started) -> None:
    url = started(folder).url

    async def current_database() -> object:
        engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
        async with engine.connect() as connection:
            found = await connection.scalar(text("select current_database()"))
        await engine.dispose()
        return found

    assert asyncio.run(current_database()) == "kinegraph"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has such folders")
def test_root_may_keep_data_and_wheel_where_only_root_may_enter(
    tmp_path: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = tmp_path / "root only"
    private.mkdir(mode=0o700)
    programs = postgres_file._find_programs()
    shutil.copytree(programs, private / "pgserver/pginstall")
    for libraries in programs.parent.parent.glob("pgserver*.libs"):
        shutil.copytree(libraries, private / libraries.name)
    copies = Path(tempfile.mkdtemp(prefix="copies-"))
    copies.chmod(0o755)
    monkeypatch.setattr(postgres_file, "_find_programs", lambda: private / "pgserver/pginstall")
    monkeypatch.setattr(postgres_file, "COPIES", copies)
    server = started(private / "state")
    ask(server.url, "create extension vector")
    server.stop()
    started(private / "state")
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert len(list(copies.iterdir())) == 1
    shutil.rmtree(copies)
