"""The servers that are measured: each subject as one process, with PostgreSQL and Redis for the benchmark alone."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.cpu import family_cpu
from bench.floor import URL_VARIABLE
from kinegraph.outside.postgres import SETTINGS, start_postgres
from kinegraph.outside.redis import start_redis

SECRET = "a secret of the benchmark, long enough for HS256"
START_SECONDS = 60

POSTGRES_SETTINGS = {
    "shared_buffers": "1GB",
    "effective_cache_size": "4GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "autovacuum": "off",
    "max_connections": "100",
}
"""For a dedicated server: the whole data set in memory, and no work in the background."""


@dataclass(frozen=True)
class Subject:
    """A kind of server: the product with some settings, or the floor."""

    name: str
    title: str
    settings: Mapping[str, str] | None = None
    """None for the floor."""


FLOOR = "floor"


def subjects(cache_mb: int) -> Sequence[Subject]:
    """Every subject, the floor first. `cache_mb` is the setting of the cache, where it is on."""
    return (
        Subject(FLOOR, "floor"),
        Subject("cached", "breadth first, cache on", _cache(cache_mb)),
        Subject("uncached", "breadth first, cache off", _cache(0)),
        Subject("core", "graphql-core", {**_cache(cache_mb), "KINEGRAPH_EXECUTOR": "graphql-core"}),
    )


def _cache(megabytes: int) -> dict[str, str]:
    unlimited = {"KINEGRAPH_COST_BUDGET": "10000000000", "KINEGRAPH_COST_REFILL": "1000000000"}  # one user sends all
    return {"KINEGRAPH_CACHE_MB": str(megabytes), **unlimited}


@dataclass
class Server:
    """The process of a subject."""

    subject: Subject
    port: int
    started: "subprocess.Popen[bytes]"
    positions: dict[str, int] = field(default_factory=dict)
    """By workload: the position in its sequence, at which the next round continues."""

    def cpu(self) -> float:
        """CPU time so far, in seconds."""
        return family_cpu(psutil.Process(self.started.pid))

    def resident_mb(self) -> float:
        """Resident memory."""
        return float(psutil.Process(self.started.pid).memory_info().rss) / 2**20


@dataclass(frozen=True)
class Storage:
    """PostgreSQL and Redis."""

    database_url: str
    redis_url: str
    postmaster: psutil.Process


@contextmanager
def storage(folder: Path) -> Iterator[Storage]:
    """Start PostgreSQL on the folder, whose data remain after the run, and a Redis without data."""
    folder.mkdir(parents=True, exist_ok=True)
    SETTINGS.update(POSTGRES_SETTINGS)
    postgres = start_postgres(folder / "postgres")
    try:
        with tempfile.TemporaryDirectory() as redis_folder:
            redis = start_redis(Path(redis_folder))
            try:
                file = next((folder / "postgres").rglob("postmaster.pid"))
                yield Storage(postgres.url, redis.url, psutil.Process(int(file.read_text().split()[0])))
            finally:
                redis.stop()
    finally:
        postgres.stop()


@contextmanager
def running(folder: Path, stores: Storage, wanted: Sequence[Subject]) -> Iterator[dict[str, Server]]:
    """Start the servers of these subjects, until all accept connections. Raises SystemExit if one does not."""
    with ExitStack() as stack:
        servers = {each.name: stack.enter_context(_process(folder, stores, each)) for each in wanted}
        deadline = time.monotonic() + START_SECONDS
        for server in servers.values():
            while not _accepts(server.port):
                if time.monotonic() > deadline or server.started.poll() is not None:
                    raise SystemExit(f"{server.subject.title} does not start; see {_log(folder, server.subject)}.")
                time.sleep(0.1)
        yield servers


@contextmanager
def _process(folder: Path, stores: Storage, subject: Subject) -> Iterator[Server]:
    port = _free_port()
    if subject.settings is None:
        command = ["uvicorn", "bench.floor:app", "--factory", "--port", str(port), "--no-access-log"]
        command += ["--log-level", "warning", "--loop", "uvloop", "--http", "httptools"]
    else:
        command = ["kinegraph.commands.cli", "serve"]
    with _log(folder, subject).open("wb") as log:
        environment = _environment(folder, stores, subject, port)
        started = subprocess.Popen([sys.executable, "-m", *command], env=environment, stdout=log, stderr=log)
    try:
        yield Server(subject, port, started)
    finally:
        started.terminate()
        try:
            started.wait(15)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def _environment(folder: Path, stores: Storage, subject: Subject, port: int) -> dict[str, str]:
    """The settings of a server: those of the subject; all others have their defaults."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KINEGRAPH_")}
    return {
        **inherited,
        URL_VARIABLE: stores.database_url,
        "KINEGRAPH_DATABASE_URL": stores.database_url,
        "KINEGRAPH_REDIS_URL": stores.redis_url,
        "KINEGRAPH_JWT_SECRET": SECRET,
        "KINEGRAPH_HOME": str(folder.absolute()),
        "KINEGRAPH_PORT": str(port),
        "KINEGRAPH_LOG_FORMAT": "json",
        **(subject.settings or {}),
    }


def _log(folder: Path, subject: Subject) -> Path:
    return folder / f"{subject.name}.log"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _accepts(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0
