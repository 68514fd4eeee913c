"""PostgreSQL is unpacked once and whole, into a cache or the server's folder, without a network."""

import multiprocessing
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from kinegraph.outside import pg0
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.pg0 import environment, unpack_postgres

FORK = multiprocessing.get_context("fork")


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache that every account can read."""
    made = Path(tempfile.mkdtemp(prefix="cache-"))
    made.chmod(0o755)
    monkeypatch.setattr(pg0, "ROOT_CACHE", made / "kinegraph")
    monkeypatch.setenv("XDG_CACHE_HOME", str(made))
    yield made / "kinegraph"
    shutil.rmtree(made)


def identity_of(programs: Path) -> tuple[str, int]:
    """The folder of the programs, and the inode of the server's: another one after it was unpacked again."""
    return str(programs), (programs / "bin/postgres").stat().st_ino


def names_in(folder: Path) -> list[str]:
    return sorted(path.name.partition("-")[0] for path in folder.iterdir())


def version(programs: Path) -> str:
    command = [str(programs / "bin/postgres"), "--version"]
    return subprocess.check_output(command, env=environment(programs), text=True).strip()


def test_postgres_is_unpacked_once_with_its_extensions_and_no_other_file_is_left(cache: Path, tmp_path: Path) -> None:
    programs = unpack_postgres(tmp_path)
    assert version(programs) == "postgres (PostgreSQL) 18.1"
    extensions = {path.stem for path in (programs / "share/extension").glob("*.control")}
    assert {"vector", "pg_trgm", "unaccent", "fuzzystrmatch", "pg_stat_statements"} <= extensions
    assert identity_of(unpack_postgres(tmp_path)) == identity_of(programs)
    assert names_in(cache) == ["postgres", "unpacking.lock"] and list(tmp_path.iterdir()) == []
    running = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    assert [line for line in running if any(str(cache) in word for word in line)] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can take the network away")
def test_postgres_is_unpacked_without_a_network(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, digest = pg0._find_pg0()
    offline = tmp_path / "pg0"
    offline.write_text(f'#!/bin/sh\nexec unshare --net "{program}" "$@"\n')
    offline.chmod(0o755)
    if subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine makes no network namespaces")
    monkeypatch.setattr(pg0, "_find_pg0", lambda: (offline, digest))
    assert version(unpack_postgres(tmp_path)) == "postgres (PostgreSQL) 18.1"


def test_concurrent_starts_unpack_postgres_once(cache: Path, tmp_path: Path) -> None:
    barrier, found = FORK.Barrier(3), FORK.Queue()

    def start() -> None:
        barrier.wait()
        found.put(identity_of(unpack_postgres(tmp_path)))

    processes = [FORK.Process(target=start) for _ in range(3)]
    for process in processes:
        process.start()
    identities = [found.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    assert len(set(identities)) == 1
    assert names_in(cache) == ["postgres", "unpacking.lock"]


def kill_starter(starter: psutil.Process) -> None:
    starter.send_signal(signal.SIGKILL)


def kill_pg0_too(starter: psutil.Process) -> None:
    for process in (starter, *starter.children()):
        process.send_signal(signal.SIGKILL)


def kill_pg0_alone(starter: psutil.Process) -> None:
    for process in starter.children():
        process.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("kill", [kill_starter, kill_pg0_too, kill_pg0_alone])
def test_an_unpacking_that_was_killed_is_repeated(
    kill: Callable[[psutil.Process], None], cache: Path, tmp_path: Path
) -> None:
    starter = FORK.Process(target=unpack_postgres, args=(tmp_path,))
    starter.start()
    while not list(cache.glob("unpacking-*/.pg0/installation/*/bin/*")):
        assert starter.is_alive()
    kill(psutil.Process(starter.pid))
    starter.join()
    assert version(unpack_postgres(tmp_path)) == "postgres (PostgreSQL) 18.1"
    assert names_in(cache) == ["postgres", "unpacking.lock"]


def test_a_cached_copy_that_lost_a_file_is_unpacked_again(cache: Path, tmp_path: Path) -> None:
    lost = unpack_postgres(tmp_path) / "share/extension/vector.control"
    lost.unlink()
    unpack_postgres(tmp_path)
    assert lost.exists()


def test_where_the_cache_cannot_be_made_the_programs_are_in_the_folder_of_the_server(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(pg0, "ROOT_CACHE", tmp_path / "file/kinegraph")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    own = tmp_path / "postgres"
    programs = unpack_postgres(own)
    assert programs.parent == own and version(programs) == "postgres (PostgreSQL) 18.1"
    assert identity_of(unpack_postgres(own)) == identity_of(programs)


def test_a_pg0_that_fails_shows_its_last_output_with_the_alternative(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = tmp_path / "pg0"
    failing.write_text("#!/bin/sh\necho 'No space left on device' >&2\nexit 1\n")
    failing.chmod(0o755)
    monkeypatch.setattr(pg0, "_find_pg0", lambda: (failing, "digest"))
    with pytest.raises(ServiceError, match=r"cannot be unpacked. Set KINEGRAPH_DATABASE_URL.*\n  No space left"):
        unpack_postgres(tmp_path)
    assert names_in(cache) == ["unpacking.lock"]


@pytest.mark.parametrize("inherited", ["", "/opt/lib"])
def test_the_programs_find_their_libraries_and_no_other_database(
    inherited: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGHOST", "elsewhere")
    monkeypatch.setenv("LD_LIBRARY_PATH", inherited)
    monkeypatch.setattr("sys.platform", "linux")
    variables = environment(Path("/programs"))
    assert "PGHOST" not in variables
    assert variables["LD_LIBRARY_PATH"] == ":".join(filter(None, ["/programs/lib", inherited]))
