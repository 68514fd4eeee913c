"""The embedded PostgreSQL: its extensions and settings, recovery, and the folders where root may run it."""

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

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from kinegraph.outside import pg0
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.postgres import EmbeddedPostgres, start_postgres
from tests.outside.embedded_servers import pid_of, query, stopped_at_the_end

Started = Callable[[Path], EmbeddedPostgres]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that the tests share, since a first start is slow."""
    return tmp_path_factory.mktemp("postgres")


@pytest.fixture
def started() -> Iterator[Started]:
    """Starts servers, and stops them after the test."""
    with stopped_at_the_end(start_postgres) as start:
        yield start


def test_a_server_that_cannot_start_shows_the_end_of_its_log_and_starts_once_corrected(
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


def test_a_stale_pid_file_with_the_id_of_a_running_process_does_not_prevent_a_start(
    folder: Path, started: Started
) -> None:
    first = started(folder)
    os.kill(pid_of(folder, "postgres"), signal.SIGKILL)
    first.stop()
    owner = (folder / "data").stat()
    with subprocess.Popen(["sleep", "30"], user=owner.st_uid if os.geteuid() == 0 else None) as stranger:
        stale = folder / "data/postmaster.pid"
        stale.write_text(stale.read_text().replace(stale.read_text().split()[0], str(stranger.pid), 1))
        started(folder)
        assert stranger.poll() is None
        stranger.kill()


def test_a_first_start_that_was_killed_is_repeated_from_the_beginning(tmp_path: Path, started: Started) -> None:
    owner = multiprocessing.get_context("fork").Process(target=start_postgres, args=(tmp_path,))
    owner.start()
    while not list(tmp_path.glob("data.new-*/PG_VERSION")):
        assert owner.is_alive()
        time.sleep(0.005)
    owner.kill()
    owner.join()
    assert not (tmp_path / "data").exists()
    assert query(started(tmp_path).url, "select 1") == 1
    assert list(tmp_path.glob("data.new-*")) == []


def test_vector_and_trigram_extensions_exist_and_support_hebrew(folder: Path, started: Started) -> None:
    url = started(folder).url
    query(url, "create extension vector")
    query(url, "create extension pg_trgm")
    assert query(url, "select extversion from pg_extension where extname = 'vector'").startswith("0.8.")
    assert query(url, "select '[3,4]'::vector <-> '[0,0]'::vector") == 5
    assert query(url, "select cardinality(show_trgm('שלום'))") == 5
    assert query(url, "select similarity('כפיפת ברך', 'כפיפת ברכיים')") == pytest.approx(8 / 15)
    assert query(url, "select lower('ПРИСЕДАНИЕ')") == "приседание"


def test_vacuum_of_a_vector_index_and_every_distance_leave_the_server_running(folder: Path, started: Started) -> None:
    url = started(folder).url
    before = pid_of(folder, "postgres")
    assert query(url, "show autovacuum") == "on"
    query(url, "create extension if not exists vector")
    query(url, "create table points (id int, spot vector(3))")
    query(url, "insert into points select n, array[n % 7, n % 11, 1]::real[]::vector from generate_series(1, 500) n")
    query(url, "create index on points using hnsw (spot vector_cosine_ops)")
    query(url, "delete from points where id % 3 = 0")
    query(url, "vacuum (analyze) points")
    for distance, expected in {"<->": 5, "<#>": 0, "<=>": 1, "<+>": 7}.items():
        assert query(url, f"select '[3,0]'::vector {distance} '[0,4]'::vector") == expected
    assert query(url, "select cosine_distance('[3,4]'::vector, '[6,8]')") == 0
    assert query(url, "select array_to_vector(array[1, 2]::real[], 2, true)::text") == "[1,2]"
    assert query(url, "select l2_normalize('[3,4]'::vector)::text") == "[0.6,0.8]"
    assert query(url, "select id from points order by spot <=> '[1,1,1]' limit 1") in {
        1,
        78,
        155,
        232,
        309,
        386,
        463,
    }
    assert pid_of(folder, "postgres") == before


def test_an_extension_of_an_earlier_release_is_updated_at_the_start(folder: Path, started: Started) -> None:
    first = started(folder)
    query(first.url, "create extension if not exists vector")
    query(first.url, "update pg_extension set extversion = '0.8.2' where extname = 'vector'")
    first.stop()
    assert query(started(folder).url, "select extversion from pg_extension where extname = 'vector'") == "0.8.5"


def test_the_database_is_utf8_sorted_by_code_point_and_the_server_durable_and_private(
    folder: Path, started: Started
) -> None:
    url = started(folder).url
    assert [query(url, f"show {name}") for name in ("fsync", "log_statement")] == ["on", "none"]
    assert query(url, "show listen_addresses") == ""
    assert [query(url, f"show {name}") for name in ("max_connections", "shared_buffers")] == ["50", "128MB"]
    assert query(url, "show server_encoding") == "UTF8"
    assert query(url, "select datlocale from pg_database where datname = current_database()") == "C.UTF-8"
    assert query(url, "select current_user || ' ' || current_database()") == "kinegraph kinegraph"


def test_a_dropped_database_is_made_again(folder: Path, started: Started) -> None:
    first = started(folder)
    query(first.url.replace("/kinegraph?", "/postgres?"), "drop database kinegraph")
    first.stop()
    assert query(started(folder).url, "select 1") == 1


def test_sqlalchemy_accepts_the_url(folder: Path, started: Started) -> None:
    url = started(folder).url

    async def current_database() -> object:
        engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
        async with engine.connect() as connection:
            found = await connection.scalar(text("select current_database()"))
        await engine.dispose()
        return found

    assert asyncio.run(current_database()) == "kinegraph"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has such folders")
def test_root_may_have_data_and_wheel_in_a_folder_that_only_root_can_open(
    tmp_path: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = tmp_path / "root only"
    private.mkdir(mode=0o700)
    program, digest = pg0._find_pg0()
    shutil.copy(program, private)
    cache = Path(tempfile.mkdtemp(prefix="cache-"))
    cache.chmod(0o755)
    monkeypatch.setattr(pg0, "_find_pg0", lambda: (private / "pg0", digest))
    monkeypatch.setattr(pg0, "ROOT_CACHE", cache / "kinegraph")
    before = os.umask(0o077)
    try:
        server = started(private / "state")
    finally:
        os.umask(before)
    query(server.url, "create extension vector")
    server.stop()
    started(private / "state")
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    shutil.rmtree(cache)
