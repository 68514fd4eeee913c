"""The embedded Redis is the wheel's Valkey, or a server on the PATH, and loads the files of older releases."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any  # Any: redis-py's answer to INFO

import pytest
import redis
from arq.connections import RedisSettings

from kinegraph.outside import redis as redis_file
from kinegraph.outside.redis import EmbeddedRedis, start_redis
from tests.outside.embedded_servers import remember, remembered, stopped_at_the_end

Started = Callable[[Path], EmbeddedRedis]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that the tests share."""
    return tmp_path_factory.mktemp("redis")


@pytest.fixture
def started() -> Iterator[Started]:
    """Starts servers, and stops them after the test."""
    with stopped_at_the_end(start_redis) as start:
        yield start


def test_arq_accepts_the_url(folder: Path, started: Started) -> None:
    url = started(folder).url
    path = RedisSettings.from_dsn(url).unix_socket_path
    assert path is not None
    assert redis.Redis(unix_socket_path=path).ping()


def test_the_redis_is_a_valkey_that_appends_every_write_to_a_file(folder: Path, started: Started) -> None:
    client = redis.Redis.from_url(started(folder).url)
    server: Any = client.info("server")
    assert server["valkey_version"].startswith("9.1.")
    assert client.config_get("appendonly") == {"appendonly": "yes"}


def test_a_file_of_redis_6_that_a_crash_cut_off_is_loaded_up_to_that_point(tmp_path: Path, started: Started) -> None:
    (tmp_path / "aof").mkdir()
    push = b"*3\r\n$5\r\nRPUSH\r\n$5\r\nwords\r\n$3\r\n%s\r\n"
    written = b"*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n" + push % b"one" + push % b"two" + push[:20]
    (tmp_path / "aof/appendonly.aof").write_bytes(written)
    server = started(tmp_path)
    assert remembered(server.url) == ["one", "two"]
    remember(server.url, "new")
    server.stop()
    assert remembered(started(tmp_path).url) == ["one", "two", "new"]


@pytest.mark.parametrize("program", ["valkey-server", "redis-server"])
def test_without_the_wheel_a_server_on_the_path_is_started(
    program: str, tmp_path: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / program).symlink_to(redis_file._find_program())
    monkeypatch.setattr("sys.path", [])
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    server = started(tmp_path / "state")
    monkeypatch.undo()
    remember(server.url, "found")
    assert remembered(server.url) == ["found"]
