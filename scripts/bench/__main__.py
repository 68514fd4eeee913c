"""`make bench`: start the servers, compare their answers, load them in turn, print CPU and memory per request."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import psutil
import uvloop

from bench import data, growth, memory, table
from bench.load import WrongAnswerError, send_load
from bench.rounds import Options, Round, check, check_first_answers, run_round
from bench.servers import FLOOR, SECRET, Server, Subject, running, storage, subjects
from bench.workloads import WORKLOADS, Organization, Workload, read_organizations

FOLDER = Path(".kinegraph/bench")


@dataclass(frozen=True)
class Bench:
    """The state of a run: the organizations of the data set, the servers by name, PostgreSQL, and the options."""

    organizations: Sequence[Organization]
    servers: dict[str, Server]
    postmaster: psutil.Process
    options: argparse.Namespace

    @property
    def round_options(self) -> Options:
        """The duration of a round, and its number of connections."""
        return Options(self.options.connections, self.options.seconds, self.options.warmup)


async def measure(bench: Bench) -> None:
    """Run the rounds of every workload, the servers in turn, and print a line for each server."""
    measured = [bench.servers[name] for name in bench.options.only]
    memories = {each.subject.name: memory.Growth(each.resident_mb(), 0) for each in measured}
    options = bench.options
    print(f"{options.connections} connections, {options.rounds} rounds of {options.seconds:g} s each, interleaved\n")
    print(table.head())
    for name in options.ops:
        workloads = {each.subject.name: WORKLOADS[name](bench.organizations, each.subject.name) for each in measured}
        any_workload = workloads[measured[0].subject.name]
        size = await check_first_answers(any_workload, measured, bench.servers[FLOOR])
        rounds: dict[str, list[Round]] = {each.subject.title: [] for each in measured}
        for turn in range(options.rounds):
            for server in islice(cycle(measured), turn, turn + len(measured)):
                one = await _measured(bench, name, workloads[server.subject.name], server)
                rounds[server.subject.title].append(one)
                memories[server.subject.name].record(one.resident_mb)
        print(f"{any_workload.title} ({size / 1000:.0f} kB)")
        print(table.rows(rounds, bench.servers[FLOOR].subject.title), flush=True)
    if "cached" in memories and "uncached" in memories:
        print(f"\n{memory.report(memories['cached'], memories['uncached'], options.cache)}")


async def _measured(bench: Bench, name: str, workload: Workload, server: Server) -> Round:
    """Run a round, and check its answers."""
    one, answers = await run_round(name, workload, server, bench.postmaster, bench.round_options)
    await check(workload, answers, server, bench.servers[FLOOR])
    return one


async def grow(bench: Bench) -> None:
    """Draw the rate of lists by number of workouts, and of trees by number of connections."""

    async def rate(server: Server, workload: Workload, connections: int) -> float:
        options = Options(connections, bench.options.seconds, bench.options.warmup)
        one, _ = await run_round(f"{workload.title} {connections}", workload, server, bench.postmaster, options)
        return one.per_second

    await growth.run(bench.organizations, [bench.servers[name] for name in bench.options.only], rate)


async def soak(bench: Bench) -> None:
    """Soak test: request random trees from the server with the cache, and print its resident memory ten times."""
    server = bench.servers["cached"]
    workload = WORKLOADS["wide"](bench.organizations, server.subject.name)
    sent, every = 0, max(bench.options.soak // 10, 1)
    print(f"{server.resident_mb():.0f} MB at the start")
    while sent < bench.options.soak:
        answers = await send_load(server.port, workload, bench.options.connections, 3600, sent, every)
        sent += len(answers.latencies)
        print(f"{server.resident_mb():.0f} MB after {sent:,} requests", flush=True)


async def run(url: str, servers: dict[str, Server], postmaster: psutil.Process, options: argparse.Namespace) -> None:
    """Run what the options say: growth, soak test, or all workloads."""
    bench = Bench(await read_organizations(url, SECRET), servers, postmaster, options)
    await (grow(bench) if options.growth else soak(bench) if options.soak else measure(bench))


def names(allowed: Sequence[str]) -> "argparse._ActionType":
    """The type of an option whose value is some of these names, separated by commas."""

    def convert(text: str) -> list[str]:
        chosen = text.split(",")
        if unknown := [each for each in chosen if each not in allowed]:
            raise argparse.ArgumentTypeError(f"{','.join(unknown)}: it takes {', '.join(allowed)}")
        return chosen

    return convert


def read_options() -> argparse.Namespace:
    """The options of the command line."""
    every = [each.name for each in subjects(0)]
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", type=names(every), default=every, metavar=",".join(every), help="subjects")
    parser.add_argument("--ops", type=names([*WORKLOADS]), default=[*WORKLOADS], metavar=",".join(WORKLOADS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4, help="of a round")
    parser.add_argument("--warmup", type=float, default=1, help="seconds before each round that are not counted")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--cache", type=int, metavar="MB", default=64, help="the setting of the cache, where it is on")
    parser.add_argument("--growth", action="store_true", help="draw docs/growth.svg instead")
    parser.add_argument("--soak", type=int, metavar="N", help="request N trees instead, and print the memory")
    return parser.parse_args()


def main() -> None:
    """Parse the options and run."""
    options = read_options()
    needed = {FLOOR, *(["cached"] if options.soak else options.only)}
    wanted: list[Subject] = [each for each in subjects(options.cache) if each.name in needed]
    with storage(FOLDER) as stores:
        uvloop.run(data.prepare(stores.database_url))
        with running(FOLDER, stores, wanted) as servers:
            try:
                uvloop.run(run(stores.database_url, servers, stores.postmaster, options))
            except (WrongAnswerError, OSError) as error:  # TimeoutError is an OSError
                raise SystemExit(f"Not a result: {error or 'an answer did not come'}") from None


if __name__ == "__main__":
    main()
