"""`make bench-telemetry`: send batches of events to web processes, and print events per second, CPU and latency.

Load generator, web processes and PostgreSQL share the machine's cores; the CPU time of each is printed. Every batch is
sent once, and what is stored is counted afterwards.
"""

import argparse
import asyncio
from pathlib import Path

import asyncpg
import psutil
import uvloop

from bench.cpu import family_cpu
from bench.load import Answers, send_load
from bench.operations import Request
from bench.servers import SECRET, Server, Storage, Subject, running, storage
from bench.workloads import Workload
from kinegraph.commands.migrate import upgrade
from telemetry_bench.data import make_patients, requests_of

FOLDER = Path(".kinegraph/bench-telemetry")
UNLIMITED = {"KINEGRAPH_COST_BUDGET": "0"}
PATIENTS = 500


def options_of() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog="make bench-telemetry", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="duration of each round")
    parser.add_argument("--sizes", type=int, nargs="+", default=[20, 100, 500], help="events of a batch")
    parser.add_argument("--processes", type=int, default=2, help="web processes")
    parser.add_argument("--connections", type=int, default=4, help="connections to each process")
    parser.add_argument("--most", type=int, default=12_000, help="events per second for which batches are prepared")
    return parser.parse_args()


async def stored(url: str) -> tuple[int, int]:
    """The events that are stored, and their number by the sums of sessions."""
    connection = await asyncpg.connect(url)
    try:
        row = await connection.fetchrow(
            "SELECT (SELECT count(*) FROM media_events), (SELECT coalesce(sum(events), 0) FROM media_sessions)::bigint"
        )
    finally:
        await connection.close()
    return row[0], row[1]


async def measure(options: argparse.Namespace, stores: Storage, servers: list[Server]) -> None:
    """Run a round for each size of batches, and print its line."""
    patients = await make_patients(stores.database_url, SECRET, PATIENTS)
    await _send(options, servers, [requests_of(patients, 20, 20)] * len(servers), 2)  # connections and plans are warm
    print("| batch | events/s | batches/s | web CPU | PostgreSQL CPU | generator CPU | CPU/event | p50 | p95 | p99 |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for size in options.sizes:
        each = int(options.seconds * options.most / size / len(servers))
        requests = [requests_of(patients, each, size) for _ in servers]
        before = await stored(stores.database_url)
        web, postgres = sum(server.cpu() for server in servers), family_cpu(stores.postmaster)
        answers = await _send(options, servers, requests, options.seconds)
        web, postgres = sum(server.cpu() for server in servers) - web, family_cpu(stores.postmaster) - postgres
        after = await stored(stores.database_url)
        count = sum(len(one.latencies) for one in answers)
        added = count * size, count * size
        if (after[0] - before[0], after[1] - before[1]) != added:
            raise SystemExit(f"{count * size:,} events were answered, {after[0] - before[0]:,} are stored.")
        print(_line(size, count, answers, web, postgres), flush=True)


async def _send(
    options: argparse.Namespace, servers: list[Server], requests: list[list[Request]], seconds: float
) -> list[Answers]:
    """Send each server its requests, each once, for a time."""
    return await asyncio.gather(
        *(
            send_load(
                server.port, Workload("telemetry", own, range(len(own))), options.connections, seconds, 0, len(own)
            )
            for server, own in zip(servers, requests, strict=True)
        )
    )


def _line(size: int, count: int, answers: list[Answers], web: float, postgres: float) -> str:
    """A row of the table: CPU in cores, for an event that of web and PostgreSQL; latencies of the slowest process."""
    seconds = max(one.seconds for one in answers)
    generator = max(one.cpu_seconds for one in answers)
    latencies = (max(one.percentile(share) for one in answers) for share in (0.5, 0.95, 0.99))
    cpu = " | ".join(f"{each / seconds:.2f}" for each in (web, postgres, generator))
    rates = f"{count * size / seconds:,.0f} | {count / seconds:,.0f}"
    each = (web + postgres) / (count * size) * 1e6
    return f"| {size} | {rates} | {cpu} | {each:.0f} µs | {' | '.join(f'{each:.0f} ms' for each in latencies)} |"


def main() -> None:
    """Run the benchmark."""
    options = options_of()
    print(f"{psutil.cpu_count()} cores, {options.processes} web processes, {options.connections} connections to each\n")
    with storage(FOLDER) as stores:
        upgrade(stores.database_url)
        subjects = [Subject(f"web{number}", f"web process {number}", UNLIMITED) for number in range(options.processes)]
        with running(FOLDER, stores, subjects) as servers:
            uvloop.run(measure(options, stores, [*servers.values()]))


if __name__ == "__main__":
    main()
