"""The embedded PostgreSQL and Redis as developers use them: real servers, started, stopped and killed."""

import multiprocessing
import os
import pwd
import re
import shutil
import signal
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kinegraph.outside import embedded
from kinegraph.outside.embedded import find_running
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.postgres import EmbeddedPostgres, find_postgres, start_postgres
from kinegraph.outside.redis import EmbeddedRedis, find_redis, start_redis
from tests.outside.embedded_servers import pid_of, remember, remembered, stopped_at_the_end

Server = EmbeddedPostgres | EmbeddedRedis
Start = Callable[[Path], Server]
Find = Callable[[Path], str | None]
Started = Callable[[str, Path], Server]
KINDS: dict[str, tuple[Start, Find]] = {
    "postgres": (start_postgres, find_postgres),
    "redis": (start_redis, find_redis),
}
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def sockets_of(url: str) -> Path:
    return Path(re.findall(r"/tmp/kinegraph-\w+", url)[0])


def start_and_wait(name: str, folder: Path) -> None:
    KINDS[name][0](folder)
    time.sleep(60)


def another_process(name: str, folder: Path) -> multiprocessing.process.BaseProcess:
    process = multiprocessing.get_context("fork").Process(target=start_and_wait, args=(name, folder))
    process.start()
    return process


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A data folder for each server that the tests share, since a first start is slow."""
    return {name: tmp_path_factory.mktemp(name) for name in KINDS}


@pytest.fixture(params=KINDS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def folder(name: str, folders: dict[str, Path]) -> Path:
    return folders[name]


@pytest.fixture
def started() -> Iterator[Started]:
    """Starts servers, and stops them after the test."""
    with stopped_at_the_end(lambda name, folder: KINDS[name][0](folder)) as start:
        yield start


def test_data_and_url_survive_a_stop_and_a_start(name: str, folder: Path, started: Started) -> None:
    first = started(name, folder)
    remember(first.url, "still there")
    first.stop()
    assert KINDS[name][1](folder) is None
    assert not sockets_of(first.url).exists()
    second = started(name, folder)
    assert second.url == first.url
    assert remembered(second.url)[-1:] == ["still there"]


def test_stop_may_be_called_again_and_leaves_a_later_server_alone(name: str, folder: Path, started: Started) -> None:
    first = started(name, folder)
    first.stop()
    second = started(name, folder)
    first.stop()
    assert KINDS[name][1](folder) == second.url


def test_a_killed_server_has_lost_nothing_when_it_is_started_again(name: str, folder: Path, started: Started) -> None:
    first = started(name, folder)
    remember(first.url, "before the crash")
    os.kill(pid_of(folder, name), signal.SIGKILL)
    first.stop()
    second = started(name, folder)
    assert remembered(second.url)[-1:] == ["before the crash"]


def test_the_server_of_a_killed_owner_is_adopted_and_stopped(name: str, folder: Path, started: Started) -> None:
    owner = another_process(name, folder)
    until(lambda: KINDS[name][1](folder))
    pid = pid_of(folder, name)
    owner.kill()
    owner.join()
    server = started(name, folder)
    assert pid_of(folder, name) == pid
    remember(server.url, "adopted")
    server.stop()
    assert KINDS[name][1](folder) is None


def test_a_server_starts_again_after_it_and_its_owner_were_killed_together(
    name: str, folder: Path, started: Started
) -> None:
    owner = another_process(name, folder)
    until(lambda: KINDS[name][1](folder))
    os.kill(pid_of(folder, name), signal.SIGKILL)
    owner.kill()
    owner.join()
    remember(started(name, folder).url, "after both")


def test_a_second_start_says_that_the_server_is_running_and_who_owns_it(
    name: str, folder: Path, started: Started
) -> None:
    server = started(name, folder)
    with pytest.raises(ServiceError, match=rf"already runs on .* for process {os.getpid()}: stop that one first"):
        KINDS[name][0](folder)
    assert KINDS[name][1](folder) == server.url


def test_no_server_is_found_where_none_runs(name: str, tmp_path: Path) -> None:
    assert KINDS[name][1](tmp_path) is None
    assert KINDS[name][1](tmp_path / "absent") is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_deeper_than_a_socket_path_may_be_long_works(name: str, tmp_path: Path, started: Started) -> None:
    deep = tmp_path.joinpath(*["a folder 'with' a long name שלום"] * 8)
    server = started(name, deep)
    remember(server.url, "deep")
    assert len(bytes(sockets_of(server.url))) < 50
    server.stop()
    assert remembered(started(name, deep).url) == ["deep"]


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(name: str, folder: Path, started: Started) -> None:
    started(name, folder)
    pid = pid_of(folder, name)
    assert os.getsid(pid) == os.getpgid(pid) == pid


def test_no_other_user_can_reach_the_socket(name: str, folder: Path, started: Started) -> None:
    mode = sockets_of(started(name, folder).url).stat().st_mode
    assert stat.S_IMODE(mode) == 0o700


@as_root
def test_a_socket_folder_made_by_another_user_is_refused(name: str, tmp_path: Path, started: Started) -> None:
    server = started(name, tmp_path)
    server.stop()
    trap = sockets_of(server.url)
    trap.symlink_to(tmp_path)
    with pytest.raises(ServiceError, match="belongs to another user: remove it"):
        KINDS[name][0](tmp_path)
    trap.unlink()
    assert (tmp_path / f"{name}.log").exists()


@as_root
def test_an_ordinary_user_can_start_and_stop_a_server(name: str) -> None:
    home = Path(tempfile.mkdtemp(prefix="ordinary-"))
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    answers = multiprocessing.get_context("fork").Queue()

    def ordinary() -> None:
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
        try:
            answers.put([serve(word) for word in ("first", "second")])
        except BaseException as error:
            answers.put(repr(error))

    def serve(word: str) -> list[str]:
        server = KINDS[name][0](home / "state")
        try:
            remember(server.url, word)
            return remembered(server.url)
        finally:
            server.stop()

    process = multiprocessing.get_context("fork").Process(target=ordinary)
    process.start()
    answer = answers.get(timeout=60)
    process.join()
    shutil.rmtree(home)
    if "Permission denied" in answer:
        pytest.skip(f"this checkout is closed to ordinary users: {answer}")
    assert answer == [["first"], ["first", "second"]]


def test_a_server_that_does_not_become_ready_is_stopped(
    name: str, folder: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as impatient:
        impatient.setattr(embedded, "START_SECONDS", 0.01)
        with pytest.raises(ServiceError, match=r"was not ready within"):
            KINDS[name][0](folder)
    assert find_running(folder, name) is None
    started(name, folder)


def test_a_missing_wheel_is_named_with_the_alternative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [])  # no wheel is found
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ServiceError, match=r"kinegraph\[embedded\].*KINEGRAPH_DATABASE_URL"):
        start_postgres(tmp_path)
    with pytest.raises(ServiceError, match=r"kinegraph\[embedded\].*valkey-server.*KINEGRAPH_REDIS_URL"):
        start_redis(tmp_path)
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(ServiceError, match=r"no embedded PostgreSQL for win32.*KINEGRAPH_DATABASE_URL"):
        start_postgres(tmp_path)


def test_a_folder_that_cannot_be_made_is_an_error_in_one_line(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ServiceError, match=r"cannot be started in .*file/below.*KINEGRAPH_\w+_URL") as raised:
        KINDS[name][0](tmp_path / "file/below")
    assert "\n" not in str(raised.value)
