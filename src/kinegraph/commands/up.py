"""`kinegraph up`: everything on one machine, started in order, watched, and stopped in the opposite order."""

import argparse
import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from types import FrameType
from uuid import UUID

from kinegraph import revisions
from kinegraph.background import store as jobs
from kinegraph.background.rules import Job, JobKind
from kinegraph.commands import demo
from kinegraph.commands.databases import require_usable
from kinegraph.commands.probes import answers_at, require_free_port, require_redis
from kinegraph.commands.supervisor import Process, Server, Supervised, Supervisor, environment
from kinegraph.graphiql import demo_people
from kinegraph.kit.database import Database
from kinegraph.kit.outbox import act_as_worker
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.postgres import find_postgres, start_postgres
from kinegraph.outside.redis import find_redis, start_redis
from kinegraph.services import Services, jwt_secret, make_secret, open_tokens
from kinegraph.settings import Settings, read_settings

START_SECONDS = 60


class Stopped(Exception):
    """A signal requested the end."""


class StopRequest:
    """Whether a signal has requested the end.

    A signal is recorded, and checked at safe points: an exception raised by it in the middle of a start would leave
    behind what was just started, or be lost where Python ignores exceptions.
    """

    def __init__(self) -> None:
        self.is_requested = False

    def request(self, number: int, frame: FrameType | None) -> None:
        """Record a signal."""
        self.is_requested = True

    def check(self) -> None:
        """Raises Stopped if a signal has come."""
        if self.is_requested:
            raise Stopped


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command, which has no arguments."""
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Start everything. Raises SettingsError, ServiceError and Unreachable."""
    return up(read_settings(default_environment="development"))


def up(settings: Settings) -> int:
    """Start everything and keep it running until Ctrl-C or SIGTERM. Returns the exit code."""
    require_free_port(settings.host, settings.port)
    if settings.jwt_jwks:
        open_tokens(settings, settings.jwt_secret)  # raises where they cannot be checked
    try:
        with _signals() as stop, ExitStack() as stack:
            services, processes = _start_servers(settings, stack, stop)
            _prepare_database(services, stop)
            processes += _start_processes(services, stack, stop)
            _announce(services)
            supervisor = Supervisor()
            while True:
                stop.check()
                supervisor.restart_stopped(processes)
                time.sleep(0.2)
    except Stopped:
        print("\nStopped. The data stays where it is; `kinegraph up` goes on from there.", flush=True)
    return 0


@contextmanager
def _signals() -> Iterator[StopRequest]:
    """Let SIGINT and SIGTERM request the end. After that they are ignored."""
    stop = StopRequest()
    before = {number: signal.signal(number, stop.request) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _start_servers(settings: Settings, stack: ExitStack, stop: StopRequest) -> tuple[Services, list[Supervised]]:
    """PostgreSQL and Redis: those of the settings, or embedded ones."""
    postgres, redis = settings.home / "postgres", settings.home / "redis"
    servers: list[Supervised] = []

    def embedded(server: Server) -> str:
        with _progress(f"{server.title} (embedded)", stop):
            stack.callback(server.stop)
            server.start()
        servers.append(server)
        return server.url

    database_url = settings.database_url or embedded(
        Server("PostgreSQL", lambda: start_postgres(postgres), lambda: find_postgres(postgres))
    )
    redis_url = settings.redis_url or embedded(Server("Redis", lambda: start_redis(redis), lambda: find_redis(redis)))
    require_redis(redis_url)
    secret = jwt_secret(settings)
    if secret is None and not settings.jwt_jwks:
        secret = make_secret(settings)
    return Services(settings, database_url, redis_url, secret), servers


def _prepare_database(services: Services, stop: StopRequest) -> None:
    """Migrate the database if it is not at the newest revision."""
    url = services.database_url
    revision = asyncio.run(require_usable(url))
    if revision != revisions.head():
        with _progress(f"Migrating the database to {revisions.head()}", stop):
            import_module("kinegraph.commands.migrate").upgrade(url)  # most starts need no Alembic


def _start_processes(services: Services, stack: ExitStack, stop: StopRequest) -> list[Supervised]:
    """The worker, which seeds the library, then the demo and the API."""
    settings = services.settings
    variables = environment(
        {
            "KINEGRAPH_ENVIRONMENT": settings.environment,
            "KINEGRAPH_HOME": str(settings.home),
            "KINEGRAPH_DATABASE_URL": services.database_url,
            "KINEGRAPH_REDIS_URL": services.redis_url,
            "KINEGRAPH_PORT": str(settings.port),
            "KINEGRAPH_JWT_SECRET": services.jwt_secret,
        }
    )
    worker, api = Process("worker", "worker", variables), Process("API", "serve", variables)
    stack.callback(worker.stop)
    worker.start()
    with _progress("Seeding the exercise library (a job of the worker)", stop):
        asyncio.run(_seed_library(services.database_url, worker, stop))
    with _progress("Seeding the demo organizations", stop):
        asyncio.run(_seed_demo(services.database_url))
    stack.callback(api.stop)
    with _progress("The API", stop):
        api.start()
        _await_ready(services.settings, api, stop)
    return [worker, api]


async def _seed_library(url: str, worker: Process, stop: StopRequest) -> None:
    """Insert the seed job, wait until the worker has done it, and print its message."""
    database = await Database.open(url, 1)
    try:
        async with database.write(act_as_worker) as session:
            (id,) = await jobs.insert(session, [(JobKind.SEED_CANONICAL, {})])
        deadline = time.monotonic() + START_SECONDS
        while (job := await _job(database, id)).finished_at is None:
            stop.check()
            if worker.is_dead():
                raise ServiceError("The worker stopped while it started; its messages are above.")
            if time.monotonic() > deadline:
                raise ServiceError(f"The worker did not seed the library within {START_SECONDS} s.")
            await asyncio.sleep(0.2)
    finally:
        await database.close()
    if job.error:
        raise ServiceError(f"The library could not be seeded: {job.error}")
    for line in (job.message or "").splitlines():
        print(f"    {line}", flush=True)


async def _job(database: Database, id: UUID) -> Job:
    async with database.read(act_as_worker) as session:
        (job,) = await jobs.jobs(session, [id])
    assert job is not None
    return job


async def _seed_demo(url: str) -> None:
    database = await Database.open(url, 1)
    try:
        async for line in demo.seed_demo(database):
            print(f"    {line}", flush=True)
    finally:
        await database.close()


def _await_ready(settings: Settings, api: Process, stop: StopRequest) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        stop.check()
        if api.is_dead():
            raise ServiceError("The API stopped while it started; its messages are above.")
        if answers_at(f"{settings.local_address}/readyz", 5):
            return
        time.sleep(0.1)
    raise ServiceError(f"The API was not ready within {START_SECONDS} s; its messages are above.")


def _announce(services: Services) -> None:
    settings = services.settings
    address = settings.local_address
    print("\nKinegraph runs.\n", flush=True)
    print(f"  GraphiQL  {address}/graphiql" if settings.graphiql else "  GraphiQL  off (KINEGRAPH_GRAPHIQL)")
    print(f"  API       {address}/graphql")
    if services.jwt_secret:
        print("  Sign in   choose somebody in GraphiQL's menu, or: kinegraph token EMAIL\n")
        for label, email in demo_people.people():
            print(f"              {email:32} {label}")
    print("\n  Stop      Ctrl-C\n", flush=True)


@contextmanager
def _progress(what: str, stop: StopRequest) -> Iterator[None]:
    """Print what is being done, and how long it took."""
    stop.check()
    print(f"  {what} …", flush=True)
    started = time.monotonic()
    yield
    print(f"    done in {time.monotonic() - started:.1f} s", flush=True)
