"""One round: a server under a workload for some seconds, its measurements, and the check of its answers."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
import psutil

from bench.cpu import family_cpu, machine_cpu
from bench.load import Answers, send_load
from bench.normalization import normalize
from bench.operations import Request
from bench.servers import Server
from bench.workloads import Workload


@dataclass(frozen=True)
class Options:
    """The duration of a round, and its number of connections."""

    connections: int
    seconds: float
    warm_up_seconds: float


@dataclass(frozen=True)
class Round:
    """Measurements of one server in one round: CPU milliseconds per request, and rate and latency for its clients."""

    server_ms: float
    postgres_ms: float
    load_ms: float
    others_cores: float
    """Cores used by other processes than the server, PostgreSQL and the load generator."""
    per_second: float
    p50_ms: float
    p99_ms: float
    resident_before_mb: float
    """Before the warm-up."""
    resident_mb: float

    @property
    def cpu_ms(self) -> float:
        """Of the server and PostgreSQL together."""
        return self.server_ms + self.postgres_ms


@dataclass(frozen=True)
class _Clock:
    """Seconds of wall-clock time and of CPU time, up to now."""

    time: float
    machine: float
    server: float
    postgres: float

    @classmethod
    def read(cls, server: Server, postmaster: psutil.Process) -> "_Clock":
        return cls(time.perf_counter(), machine_cpu(), server.cpu(), family_cpu(postmaster))


async def run_round(
    name: str, workload: Workload, server: Server, postmaster: psutil.Process, options: Options
) -> tuple[Round, Answers]:
    """Load a server, after a warm-up that is not counted; each continues the sequence where the load before ended."""
    before_mb = server.resident_mb()
    for seconds in (options.warm_up_seconds, options.seconds):
        began = _Clock.read(server, postmaster)
        answers = await send_load(server.port, workload, options.connections, seconds, server.positions.get(name, 0))
        ended = _Clock.read(server, postmaster)
        server.positions[name] = server.positions.get(name, 0) + len(answers.latencies)
    return _round(began, ended, answers, before_mb, server.resident_mb()), answers


def _round(began: _Clock, ended: _Clock, answers: Answers, before_mb: float, resident_mb: float) -> Round:
    count = len(answers.latencies)
    server, postgres, load = ended.server - began.server, ended.postgres - began.postgres, answers.cpu_seconds
    others = ended.machine - began.machine - server - postgres - load
    return Round(
        server_ms=server / count * 1000,
        postgres_ms=postgres / count * 1000,
        load_ms=load / count * 1000,
        others_cores=max(0.0, others / (ended.time - began.time)),
        per_second=count / answers.seconds,
        p50_ms=answers.percentile(0.5),
        p99_ms=answers.percentile(0.99),
        resident_before_mb=before_mb,
        resident_mb=resident_mb,
    )


async def check(workload: Workload, answers: Answers, server: Server, floor: Server) -> None:
    """Raise SystemExit unless sampled answers equal the floor's.

    Under a workload that writes, data may have changed since the answers: then the requests are sent again.
    """
    for request, body in answers.samples:
        if request.writes:
            continue
        given = await fetch_answer(server.port, request) if workload.writes else body
        if not equal(given, await fetch_answer(floor.port, request)):
            raise SystemExit(f"{workload.title}: {server.subject.title} gives another answer than the floor.")


def equal(left: bytes, right: bytes) -> bool:
    """True if two answers are equal after normalization."""
    return bool(normalize(orjson.loads(left)) == normalize(orjson.loads(right)))


async def fetch_answer(port: int, request: Request) -> bytes:
    """The body of the answer to a single request."""
    workload = Workload("", [request], [0])
    answers = await send_load(port, workload, connections=1, seconds=60, max_requests=1)
    return answers.samples[0][1]


async def check_first_answers(workload: Workload, servers: Sequence[Server], floor: Server) -> int:
    """Raise SystemExit unless every server gives the floor's answer to the first request. Returns its size in bytes."""
    answers = {each.subject.title: await fetch_answer(each.port, workload.requests[0]) for each in (floor, *servers)}
    for title, answer in answers.items():
        if not equal(answer, answers[floor.subject.title]):
            raise SystemExit(f"{workload.title}: {title} gives another answer than the floor.")
    return len(answers[servers[-1].subject.title] if servers else answers[floor.subject.title])
