"""Readiness of the process: answered within two seconds and for each service, whichever does not answer."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from kinegraph import revisions
from kinegraph.api.readiness import CHECK_SECONDS, Readiness
from kinegraph.kit.rows import Row
from kinegraph.main import create_app
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.redis_client import open_redis
from kinegraph.services import Services
from tests.conftest import Api, World, running
from tests.settings import with_settings
from tests.waiting import until

WELL = {"database": "ok", "migrations": "ok", "redis": "ok"}
LATEST_SECONDS = 4
"""Seconds that a check may take: two are promised, the rest is for a busy machine."""


@dataclass
class Relay:
    """A proxy whose connections can be silenced: it reads them, and sends nothing back."""

    url: str
    opened: int = 0
    silent_below: float = 0
    """The number of the first connection that is not silent."""

    def fall_silent(self) -> None:
        """Stop answering on all connections."""
        self.silent_below = math.inf

    def silence_open_connections(self) -> None:
        """Stop answering on the open connections, but not on new ones."""
        self.silent_below = self.opened


@asynccontextmanager
async def relayed(url: str) -> AsyncIterator[Relay]:
    """A relay to the server of a URL, which may name a Unix socket."""
    split = urlsplit(url)
    tasks: set[asyncio.Task[None]] = set()

    async def pump(number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if number >= relay.silent_below:
                writer.write(data)
        writer.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        folder = parse_qs(split.query).get("host")
        path = f"{folder[0]}/.s.PGSQL.5432" if folder else split.path
        behind = await (
            asyncio.open_connection(split.hostname, split.port)
            if split.hostname
            else asyncio.open_unix_connection(path)
        )
        number, relay.opened = relay.opened, relay.opened + 1
        for ends in ((reader, behind[1]), (behind[0], writer)):
            task = asyncio.create_task(pump(number, *ends))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    if split.scheme == "unix":
        relay = Relay(f"redis://{address}/0")
    else:
        user = split.netloc.rpartition("@")[0] or "postgres"
        relay = Relay(f"{split.scheme}://{user}@{address}{split.path}")
    try:
        yield relay
    finally:
        server.close()
        for task in tasks:
            task.cancel()


@asynccontextmanager
async def listening(answer: bytes | None) -> AsyncIterator[str]:
    """The address of a server that answers everything with these bytes, or never."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65536):
            if answer is not None:
                writer.write(answer)
                writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@contextmanager
def soon() -> Iterator[None]:
    """Assert that the block takes no longer than a check may."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < LATEST_SECONDS


@asynccontextmanager
async def prepared(database_url: str, redis_url: str) -> AsyncIterator[Readiness]:
    """The checks of a database and a Redis."""
    redis = open_redis(redis_url)
    readiness = Readiness(database_url, redis, revisions.head())
    yield readiness
    await readiness.close()
    await redis.aclose()


async def checked(database_url: str, redis_url: str) -> dict[str, str]:
    """The state of each service, checked once."""
    async with prepared(database_url, redis_url) as readiness:
        with soon():
            return dict(await readiness.check())


async def test_the_process_is_ready_while_the_pool_is_exhausted(
    services: Services, world: World, owner: "asyncpg.Pool[Row]"
) -> None:
    person = await world.person()
    one = with_settings(services, pool_size=1)
    async with running(create_app(one)) as api:
        async with owner.acquire() as connection, connection.transaction():
            await connection.execute("LOCK TABLE exercises IN ACCESS EXCLUSIVE MODE")
            queries = [
                asyncio.create_task(api.post("{ exercises(first: 1) { totalCount } }", person)) for _ in range(5)
            ]
            await until(lambda: owner.fetchval("SELECT count(*) = 1 FROM pg_locks WHERE NOT granted"))
            with soon():
                ready = await api.client.get("/readyz")
            assert (ready.status_code, ready.json()) == (200, {"status": "ok", **WELL})
            assert not any(task.done() for task in queries)
        assert [(await task).status_code for task in queries] == [200] * 5


async def test_a_server_that_accepts_and_never_answers_is_reported_in_time_by_its_name(services: Services) -> None:
    async with listening(None) as silent:
        database, redis = f"postgresql://postgres@{silent}/x", f"redis://{silent}/0"
        gone = {"database": "unreachable: TimeoutError", "migrations": "unknown"}
        assert await checked(database, services.redis_url) == {**gone, "redis": "ok"}
        assert await checked(services.database_url, redis) == {**WELL, "redis": "unreachable: TimeoutError"}
        assert await checked(database, redis) == {**gone, "redis": "unreachable: TimeoutError"}


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0" * 500, b"E\0\0\0\4", b"S", b"N"])
async def test_servers_that_are_no_postgresql_and_no_redis_are_reported(answer: bytes) -> None:
    async with listening(answer) as address:
        found = await checked(f"postgresql://postgres@{address}/x", f"redis://{address}/0")
    assert found["database"].startswith("unreachable: ") and found["redis"].startswith("unreachable: ")
    assert found["migrations"] == "unknown"


async def test_servers_that_stop_answering_are_reported_in_time_and_again_ready_when_they_answer(
    services: Services,
) -> None:
    async with relayed(services.database_url) as postgres, relayed(services.redis_url) as redis:
        between = replace(services, database_url=postgres.url, redis_url=redis.url)
        async with running(create_app(between)) as api:
            assert (await api.client.get("/readyz")).json() == {"status": "ok", **WELL}
            postgres.fall_silent()
            redis.fall_silent()
            with soon():
                ready = await api.client.get("/readyz")
            assert (ready.status_code, ready.headers["Retry-After"]) == (503, "5")
            assert ready.json() == {
                "status": "unavailable",
                "database": "unreachable: TimeoutError",
                "migrations": "unknown",
                "redis": "unreachable: TimeoutError",
            }
            assert (await api.client.get("/healthz")).status_code == 200
            postgres.silent_below = redis.silent_below = 0
            assert (await api.client.get("/readyz")).json() == {"status": "ok", **WELL}


async def test_a_connection_whose_server_vanished_silently_since_the_last_check_is_replaced_within_the_check(
    services: Services,
) -> None:
    async with relayed(services.database_url) as postgres, prepared(postgres.url, services.redis_url) as readiness:
        for _ in range(3):
            assert await readiness.check() == WELL
            postgres.silence_open_connections()


READINESS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'kinegraph readiness'"


async def test_concurrent_checks_use_one_connection_which_is_closed_at_the_end(
    services: Services, owner: "asyncpg.Pool[Row]"
) -> None:
    async with running(create_app(services)) as api:
        for _ in range(3):
            answers = await asyncio.gather(*(api.client.get("/readyz") for _ in range(50)))
            assert {answer.status_code for answer in answers} == {200}
            assert await owner.fetchval(READINESS) == 1
    await until(lambda: owner.fetchval(f"SELECT ({READINESS}) = 0"))


async def test_a_connection_that_the_server_closed_since_the_last_check_is_replaced(
    api: Api, owner: "asyncpg.Pool[Row]"
) -> None:
    for _ in range(3):
        assert (await api.client.get("/readyz")).status_code == 200
        cut = READINESS.replace("count(*)", "count(pg_terminate_backend(pid, 5000))")
        assert await owner.fetchval(cut) == 1


async def test_a_cancelled_check_does_not_break_the_next(services: Services) -> None:
    async with prepared(services.database_url, services.redis_url) as readiness:
        for _ in range(5):
            check = asyncio.create_task(readiness.check())
            await asyncio.sleep(0)
            check.cancel()
            assert await readiness.check() == WELL


async def test_a_database_without_our_tables_is_reported(services: Services, owner: "asyncpg.Pool[Row]") -> None:
    async with owner.acquire() as connection:
        await connection.execute("ALTER TABLE alembic_version RENAME TO elsewhere")
        try:
            found = await checked(services.database_url, services.redis_url)
        finally:
            await connection.execute("ALTER TABLE elsewhere RENAME TO alembic_version")
    assert found == {**WELL, "migrations": "not applied: run `kinegraph migrate`"}


OPEN = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'kinegraph%' AND backend_start >= $1
"""


@pytest.mark.parametrize("wrong", ["s3", "redis"])
async def test_a_start_that_fails_halfway_leaves_no_connection_open(
    services: Services, owner: "asyncpg.Pool[Row]", wrong: str, tmp_path: Path
) -> None:
    began = await owner.fetchval("SELECT clock_timestamp()")  # connections of other tests may still be closing
    bucket = {"s3_bucket": "b", "s3_endpoint": "http://no host", "s3_region": "x"}
    broken = with_settings(services, **bucket) if wrong == "s3" else replace(services, redis_url="nonsense://")
    with pytest.raises((ServiceError, ValueError)):
        async with running(create_app(broken)):
            pass
    await until(lambda: owner.fetchval(f"SELECT ({OPEN}) = 0", began))


def test_the_checks_leave_time_to_answer_within_two_seconds() -> None:
    assert CHECK_SECONDS < 2
