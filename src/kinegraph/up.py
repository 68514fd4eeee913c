"""`kinegraph up`: everything on one machine, started in order, watched, and stopped in the opposite order."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType

from arq import create_pool
from arq.connections import RedisSettings

from kinegraph import demo, migrate
from kinegraph.kit.database import Database
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.postgres import find_postgres, start_postgres
from kinegraph.outside.redis import find_redis, start_redis
from kinegraph.probes import require_free_port, require_redis
from kinegraph.services import Services, jwt_secret, make_secret
from kinegraph.settings import Settings
from kinegraph.worker import QUEUE

START_SECONDS = 60
STOP_SECONDS = 15
PR_SET_PDEATHSIG = 1


class Stopped(KeyboardInterrupt):
    """Somebody asked for the end: no Exception, so that no library takes it for a failure to try again after."""


def up(settings: Settings) -> int:
    """Start everything and keep it running until Ctrl-C or SIGTERM. Returns the exit code."""
    require_free_port(settings.host, settings.port)
    try:
        with _signals(), ExitStack() as stack:
            services = _start_servers(settings, stack)
            _prepare_database(services)
            children = _start_processes(services, stack)
            _announce(services)
            _watch(settings, children)
    except Stopped:
        print("\nStopped. The data stays where it is; `kinegraph up` goes on from there.", flush=True)
    return 0


@contextmanager
def _signals() -> Iterator[None]:
    """The first SIGINT or SIGTERM raises Stopped where we are; later ones do not disturb the clean-up."""

    def stop(number: int, frame: FrameType | None) -> None:
        for handled in (signal.SIGINT, signal.SIGTERM):
            signal.signal(handled, signal.SIG_IGN)
        raise Stopped

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _start_servers(settings: Settings, stack: ExitStack) -> Services:
    """PostgreSQL and Redis: those of the settings, or embedded ones."""
    database_url, redis_url = settings.database_url, settings.redis_url
    if database_url is None:
        with _step("PostgreSQL (embedded)"):
            postgres = start_postgres(settings.home / "postgres")
            stack.callback(postgres.stop)
            database_url = postgres.url
    if redis_url is None:
        with _step("Redis (embedded)"):
            server = start_redis(settings.home / "redis")
            stack.callback(server.stop)
            redis_url = server.url
    require_redis(redis_url)
    secret = jwt_secret(settings)
    if secret is None and not settings.jwt_jwks:
        secret = make_secret(settings)
    return Services(settings, database_url, redis_url, secret)


def _prepare_database(services: Services) -> None:
    """Migrate, and say so if there was anything to do."""
    url = services.database_url
    revision = asyncio.run(migrate.require_usable(url))
    if revision != migrate.head():
        with _step(f"Migrating the database to {migrate.head()}"):
            migrate.upgrade(url)


def _start_processes(services: Services, stack: ExitStack) -> dict[str, "subprocess.Popen[bytes]"]:
    """The worker, which seeds the library, then the demo and the API."""
    environment = _environment(services)
    worker = _child("worker", environment, stack)
    with _step("Seeding the exercise library (a job of the worker)"):
        asyncio.run(_seed_library(services.redis_url, worker))
    with _step("Seeding the demo organizations"):
        asyncio.run(_seed_demo(services.database_url))
    api = _child("serve", environment, stack)
    with _step("The API"):
        _await_ready(services.settings, api)
    return {"worker": worker, "API": api}


def _environment(services: Services) -> dict[str, str]:
    """The environment that tells a child process where everything is."""
    settings = services.settings
    told = {
        "KINEGRAPH_ENVIRONMENT": settings.environment,
        "KINEGRAPH_HOME": str(settings.home),
        "KINEGRAPH_DATABASE_URL": services.database_url,
        "KINEGRAPH_REDIS_URL": services.redis_url,
        "KINEGRAPH_PORT": str(settings.port),
    }
    secret = {"KINEGRAPH_JWT_SECRET": services.jwt_secret} if services.jwt_secret else {}
    return {**os.environ, **told, **secret}


def _child(command: str, environment: dict[str, str], stack: ExitStack) -> "subprocess.Popen[bytes]":
    """A process of ours, in a session of its own so that Ctrl-C reaches us first."""
    arguments = [sys.executable, "-m", "kinegraph.cli", command]
    child = subprocess.Popen(
        arguments, env=environment, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=_end_with_parent
    )
    stack.callback(_stop, child)
    return child


def _end_with_parent() -> None:
    """In a child: be told to stop when `kinegraph up` is killed so hard that it cannot say so itself (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _stop(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


async def _seed_library(redis_url: str, worker: "subprocess.Popen[bytes]") -> None:
    """Enqueue the seed job and wait until the worker has done it, showing what it did."""
    pool = await create_pool(RedisSettings.from_dsn(redis_url), default_queue_name=QUEUE)
    try:
        job = await pool.enqueue_job("seed_canonical")
        assert job is not None
        waiting = asyncio.create_task(job.result(timeout=START_SECONDS, poll_delay=0.1))
        while not waiting.done():
            if worker.poll() is not None:
                waiting.cancel()
                raise ServiceError("The worker stopped while it started; its messages are above.")
            await asyncio.wait([waiting], timeout=0.5)
        for line in waiting.result():
            print(f"    {line}", flush=True)
    except TimeoutError:
        raise ServiceError(f"The worker did not seed the library within {START_SECONDS} s.") from None
    finally:
        await pool.aclose()


async def _seed_demo(url: str) -> None:
    database = await Database.open(url, 1)
    try:
        async for line in demo.seed_demo(database):
            print(f"    {line}", flush=True)
    finally:
        await database.close()


def _await_ready(settings: Settings, api: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if api.poll() is not None:
            raise ServiceError("The API stopped while it started; its messages are above.")
        try:
            with urllib.request.urlopen(_address(settings) + "/readyz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise ServiceError(f"The API was not ready within {START_SECONDS} s; its messages are above.")


def _address(settings: Settings) -> str:
    """The API's address for somebody on this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(settings.host, settings.host)
    return f"http://{host}:{settings.port}"


def _announce(services: Services) -> None:
    settings = services.settings
    address = _address(settings)
    print("\nKinegraph runs.\n", flush=True)
    print(f"  GraphiQL  {address}/graphiql" if settings.graphiql else "  GraphiQL  off (KINEGRAPH_GRAPHIQL)")
    print(f"  API       {address}/graphql")
    if services.jwt_secret:
        print("  Sign in   choose somebody in GraphiQL's menu, or: kinegraph token EMAIL\n")
        for label, email in demo.people():
            print(f"              {email:32} {label}")
    print("\n  Stop      Ctrl-C\n", flush=True)


def _watch(settings: Settings, children: dict[str, "subprocess.Popen[bytes]"]) -> None:
    """Return never; raise ServiceError when a process ends that should not."""
    while True:
        for name, child in children.items():
            if child.poll() is not None:
                raise ServiceError(f"The {name} stopped by itself (exit code {child.returncode}); see above.")
        time.sleep(1)
        for name in _gone(settings):
            raise ServiceError(f"The embedded {name} stopped by itself; `kinegraph up` starts it again.")


def _gone(settings: Settings) -> Iterator[str]:
    """The embedded servers that no longer answer, asked twice."""
    if settings.database_url is None and _silent(lambda: find_postgres(settings.home / "postgres")):
        yield "PostgreSQL"
    if settings.redis_url is None and _silent(lambda: find_redis(settings.home / "redis")):
        yield "Redis"


def _silent(find: Callable[[], str | None]) -> bool:
    if find() is not None:
        return False
    time.sleep(1)
    return find() is None


@contextmanager
def _step(what: str) -> Iterator[None]:
    """Say what is being done, and how long it took; what is said meanwhile stands in between."""
    print(f"  {what} …", flush=True)
    started = time.monotonic()
    yield
    print(f"    done in {time.monotonic() - started:.1f} s", flush=True)
