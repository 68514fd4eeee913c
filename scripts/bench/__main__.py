"""`make bench`: build, start, compare, load in turn, print."""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import orjson
import psutil
import uvloop

from bench import data
from bench.growth import DRAWING, draw
from bench.load import Client, Taken, press, request
from bench.operations import Asker, Question
from kinegraph import migrate
from kinegraph.outside.postgres import start_postgres
from kinegraph.outside.redis import start_redis
from kinegraph.outside.tokens import Tokens

SECRET = "a secret of the benchmark, long enough for HS256"
PORT = 8765
ROWS = Path(".kinegraph/bench")


@dataclass(frozen=True)
class Way:
    """One way to answer."""

    name: str
    headers: str = ""

    def request(self, token: str, question: Question) -> bytes:
        """A question put this way."""
        path = f"/floor/{question.name}" if self.name == "floor" else "/graphql"
        return request(path, token, question, self.headers)


WAYS = (Way("floor"), Way("breadth first"), Way("graphql-core", "X-Kinegraph-Executor: graphql-core\r\n"))


@dataclass
class Round:
    """What one way took in one round."""

    taken: Taken
    seconds: float
    server_cpu: float
    database_cpu: float

    @property
    def per_second(self) -> float:
        """Requests per second."""
        return len(self.taken.seconds) / self.seconds


@contextmanager
def servers(rows: Path, kept: int) -> Iterator[tuple[str, psutil.Process, int]]:
    """The database, filled, and the application. Yields the database's URL, the application and the database's pid."""
    rows.mkdir(parents=True, exist_ok=True)
    postgres = start_postgres(rows / "postgres")
    with tempfile.TemporaryDirectory() as folder:
        redis = start_redis(Path(folder))
        try:
            asyncio.run(_prepare(postgres.url))
            with _application(postgres.url, redis.url, kept) as process:
                yield postgres.url, process, _postmaster(rows)
        finally:
            redis.stop()
            postgres.stop()


def _postmaster(rows: Path) -> int:
    return int(next((rows / "postgres").rglob("postmaster.pid")).read_text().splitlines()[0])


async def _prepare(url: str) -> None:
    if await migrate.require_usable(url) == migrate.head():
        return
    print("Building the data set (once) …", flush=True)
    await asyncio.to_thread(migrate.upgrade, url)
    await data.build(url)


@contextmanager
def _application(database_url: str, redis_url: str, kept: int) -> Iterator[psutil.Process]:
    environment = {
        **os.environ,
        "KINEGRAPH_ENVIRONMENT": "development",
        "KINEGRAPH_DATABASE_URL": database_url,
        "KINEGRAPH_REDIS_URL": redis_url,
        "KINEGRAPH_JWT_SECRET": SECRET,
        "KINEGRAPH_HOME": str(ROWS.absolute()),
        "KINEGRAPH_LOG_FORMAT": "json",
        "KINEGRAPH_KEPT_MB": str(kept),
    }
    command = [sys.executable, "-m", "uvicorn", "bench.app:app", "--factory", "--port", str(PORT), "--no-access-log"]
    command += ["--log-level", "warning", "--loop", "uvloop", "--http", "httptools"]
    with (ROWS / "server.log").open("wb") as log:
        started = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        yield psutil.Process(started.pid)
    finally:
        started.terminate()
        started.wait()


async def _await_server() -> None:
    for _ in range(200):
        try:
            (await Client.connect(PORT)).close()
            return
        except OSError:
            await asyncio.sleep(0.1)
    raise SystemExit("The application does not start; see .kinegraph/bench/server.log.")


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _database_cpu(pid: int) -> float:
    parent = psutil.Process(pid)
    return sum(_cpu(child) for child in (parent, *parent.children()))


async def run_round(way: Way, token: str, asked: list[Question], options: argparse.Namespace, at: "Servers") -> Round:
    """Load the server one way, and see what it took."""
    requests = [way.request(token, question) for question in asked]
    server, database = _cpu(at.process), _database_cpu(at.postmaster)
    began = time.perf_counter()
    taken = await press(PORT, requests, options.connections, options.seconds)
    seconds = time.perf_counter() - began
    return Round(taken, seconds, _cpu(at.process) - server, _database_cpu(at.postmaster) - database)


@dataclass(frozen=True)
class Servers:
    """What is measured."""

    process: psutil.Process
    postmaster: int


async def compare(token: str, asked: list[Question]) -> int:
    """Raise SystemExit unless every way gives the same answer. Returns its size."""
    client = await Client.connect(PORT)
    question = asked[0]
    answers = [orjson.loads(await client.ask(way.request(token, question))) for way in WAYS]
    client.close()
    for way, answer in zip(WAYS[1:], answers[1:], strict=True):
        if answer != answers[0]:
            raise SystemExit(f"{question.name}: {way.name} answers something else than the floor.")
    return len(orjson.dumps(answers[0]))


async def measure(url: str, at: Servers, options: argparse.Namespace) -> None:
    """The three operations, every way, in turn."""
    await _await_server()
    asker = await Asker.find(url)
    token = Tokens(SECRET).sign({"sub": str(asker.user_id)}, 7200)
    print(f"{options.connections} connections, {options.rounds} rounds of {options.seconds:g} s each, interleaved\n")
    heads = ("req/s", "p50 ms", "p99 ms", "server", "pg", "MB", "/floor", "/core")
    print(f"{'':29}" + "".join(f"{head:>8}" for head in heads))
    for asked in (asker.trees(), asker.lists(), asker.libraries()):
        size = await compare(token, asked)
        rounds: dict[str, list[Round]] = {way.name: [] for way in WAYS}
        for way in WAYS:
            await run_round(way, token, asked, argparse.Namespace(connections=options.connections, seconds=0.5), at)
        for _ in range(options.rounds):
            for way in WAYS:
                rounds[way.name].append(await run_round(way, token, asked, options, at))
        _print(asked[0].name, size, rounds, at)


async def grow(url: str, at: Servers, options: argparse.Namespace) -> None:
    """The list for more and more workouts, and the tree over more and more connections, drawn."""
    await _await_server()
    asker = await Asker.find(url)
    token = Tokens(SECRET).sign({"sub": str(asker.user_id)}, 7200)
    sizes, crowds = (1, 5, 20, 100), (1, 2, 4, 8, 16, 32, 64)

    async def rate(way: Way, asked: list[Question], connections: int) -> float:
        load = argparse.Namespace(connections=connections, seconds=options.seconds)
        return (await run_round(way, token, asked, load, at)).per_second

    lists = {way.name: [await rate(way, asker.lists(size), 8) for size in sizes] for way in WAYS}
    trees = {way.name: [await rate(way, asker.trees(), crowd) for crowd in crowds] for way in WAYS}
    panels = [
        ("Answers per second, by workouts in the list (8 connections)", sizes, lists),
        ("Answers per second, by connections (one tree)", crowds, trees),
    ]
    DRAWING.write_text(draw(panels))
    for title, places, series in panels:
        print(title, places, {way: [round(each) for each in figures] for way, figures in series.items()})


async def soak(url: str, at: Servers, options: argparse.Namespace) -> None:
    """Ask for trees again and again, and say what memory the server had after the first thousand and at the end."""
    await _await_server()
    asker = await Asker.find(url)
    token = Tokens(SECRET).sign({"sub": str(asker.user_id)}, 7200)
    requests = [WAYS[1].request(token, question) for question in asker.trees()]
    asked, early = 0, 0.0
    while asked < options.soak:
        asked += len((await press(PORT, requests, options.connections, 2)).seconds)
        memory = at.process.memory_info().rss / 2**20
        early = early or memory
    print(f"{early:.1f} MB after the first seconds, {memory:.1f} MB after {asked:,} requests")


def _print(name: str, size: int, rounds: dict[str, list[Round]], at: Servers) -> None:
    rates = {way: median(r.per_second for r in each) for way, each in rounds.items()}
    for way, each in rounds.items():
        asked = sum(len(r.taken.seconds) for r in each)
        server = sum(r.server_cpu for r in each) / asked * 1000
        database = sum(r.database_cpu for r in each) / asked * 1000
        p50, p99 = (median(r.taken.percentile(share) for r in each) for share in (0.5, 0.99))
        ratio = median(a.per_second / b.per_second for a, b in zip(each, rounds["floor"], strict=True))
        over = rates[way] / rates["graphql-core"]
        memory = at.process.memory_info().rss / 2**20
        head = f"{name} {size / 1000:.0f} kB" if way == "floor" else ""
        print(
            f"{head:14} {way:14}{rates[way]:8.0f}{p50:8.2f}{p99:8.2f}{server:8.2f}{database:8.2f}{memory:8.0f}"
            f"{ratio:8.2f}{over:8.1f}",
            flush=True,
        )


def main() -> None:
    """Parse the options and run."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--growth", action="store_true", help="draw docs/growth.svg instead")
    parser.add_argument("--soak", type=int, metavar="N", help="ask for N trees instead, and say what memory it took")
    parser.add_argument("--kept", type=int, metavar="N", default=64, help="megabytes kept in memory (0: none)")
    options = parser.parse_args()
    work = grow if options.growth else soak if options.soak else measure
    with servers(ROWS, options.kept) as (url, process, postmaster):
        uvloop.run(work(url, Servers(process, postmaster), options))


if __name__ == "__main__":
    main()
