"""Statements that run into their time limit, and requests that get no connection: 503 with Retry-After."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any  # JSON of requests and responses

import asyncpg
import httpx
import pytest

from kinegraph.api import execution
from kinegraph.kit import pool
from kinegraph.kit.rows import Row
from kinegraph.main import create_app
from kinegraph.services import Services
from tests.api.documents import CREATE_EXERCISE, outcome, send
from tests.conftest import Api, World, running
from tests.settings import with_settings
from tests.waiting import until

LIST = "{ exercises(first: 1) { totalCount } }"
HEADER = "x-kinegraph-executor"


@pytest.fixture(scope="module")
async def hasty(services: Services) -> AsyncIterator[Api]:
    """The API on one connection, where a statement may take a second."""
    changed = with_settings(services, pool_size=1, statement_timeout_seconds=1)
    async with running(create_app(changed)) as api:
        yield api


@asynccontextmanager
async def locked(owner: "asyncpg.Pool[Row]", table: str = "exercises") -> AsyncIterator[None]:
    """A table that nobody can read until the block ends."""
    async with owner.acquire() as connection, connection.transaction():
        await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


def assert_later(response: httpx.Response, code: str) -> None:
    """Assert that the answer is one refusal with Retry-After and without data."""
    assert outcome(response) == (503, [code]), response.text
    assert response.headers["Retry-After"] == "5"
    assert response.json().get("data") is None
    assert "canceling" not in response.text and "statement" not in response.text


ONE = '{ viewer { user { id } } exercise(id: "0190b5b1-9d4e-7c3a-8000-0123456789ab") { id } }'
TWO = "{ exercises(first: 1) { nodes { name } } again: exercises(first: 2) { totalCount } }"


@pytest.mark.parametrize(
    ("text", "executor"),
    [
        (LIST, "breadth-first"),
        (LIST, "graphql-core"),
        (ONE, "breadth-first"),
        (ONE, "graphql-core"),
        (TWO, "graphql-core"),
        (TWO, "breadth-first"),
    ],
)
async def test_a_query_whose_statement_takes_too_long_gets_a_timeout_and_the_next_is_answered(
    hasty: Api, world: World, owner: "asyncpg.Pool[Row]", text: str, executor: str
) -> None:
    person = await world.person()
    async with locked(owner):
        assert_later(await send(hasty, {"query": text}, person=person, headers={HEADER: executor}), "TIMEOUT")
    assert outcome(await send(hasty, {"query": text}, person=person, headers={HEADER: executor})) == (200, [])


async def test_a_mutation_whose_statement_takes_too_long_gets_a_timeout_and_stores_nothing(
    hasty: Api, world: World, owner: "asyncpg.Pool[Row]"
) -> None:
    admin = await world.person(is_platform_admin=True)
    body: dict[str, Any] = {"query": CREATE_EXERCISE, "variables": {"input": {"name": "In time"}}}
    count = "SELECT count(*) FROM exercises"
    before = await owner.fetchval(count)
    async with locked(owner):
        assert_later(await send(hasty, body, person=admin), "TIMEOUT")
    assert await owner.fetchval(count) == before
    assert outcome(await send(hasty, body, person=admin)) == (200, [])


async def test_a_slow_statement_of_authentication_gets_a_timeout_too(
    hasty: Api, world: World, owner: "asyncpg.Pool[Row]"
) -> None:
    person = await world.person()
    async with locked(owner, "users"):
        assert_later(await send(hasty, {"query": LIST}, person=person), "TIMEOUT")
    assert outcome(await send(hasty, {"query": LIST}, person=person)) == (200, [])


async def test_a_request_that_gets_no_connection_is_503_with_a_time_to_retry(
    services: Services, world: World, owner: "asyncpg.Pool[Row]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "ACQUIRE_SECONDS", 0.2)
    person = await world.person()
    one = with_settings(services, pool_size=1)
    async with running(create_app(one)) as api:
        async with locked(owner):
            first = asyncio.create_task(send(api, {"query": LIST}, person=person))
            await until(lambda: owner.fetchval("SELECT count(*) = 1 FROM pg_locks WHERE NOT granted"))
            assert_later(await send(api, {"query": LIST}, person=person), "SERVICE_UNAVAILABLE")
        assert outcome(await first) == (200, [])


async def test_the_tries_of_a_mutation_that_meets_deadlocks_share_one_time_limit(
    services: Services, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def deadlocked(*_: Any, **__: Any) -> None:
        await asyncio.sleep(0.4)  # eight tries would take three seconds, and end as CONFLICT
        raise asyncpg.DeadlockDetectedError("deadlock detected")

    monkeypatch.setattr(execution, "execute", deadlocked)
    gym = await world.organization()
    changed = with_settings(services, execution_seconds=1)
    async with running(create_app(changed)) as api:
        given = f'{{organizationId: "{gym.id}", name: "A"}}'
        body = {"query": f"mutation {{ createProgram(input: {given}) {{ userErrors {{ code }} }} }}"}
        response = await send(api, body, person=gym.coach)
    assert_later(response, "TIMEOUT")


@pytest.mark.parametrize("executor", ["breadth-first", "graphql-core"])
async def test_the_time_limit_of_an_execution_ends_its_statement_on_the_server(
    services: Services, world: World, owner: "asyncpg.Pool[Row]", executor: str
) -> None:
    person = await world.person()
    changed = with_settings(services, execution_seconds=1, pool_size=1)
    async with running(create_app(changed)) as api, locked(owner):
        refused = await send(api, {"query": LIST}, person=person, headers={HEADER: executor})
        assert_later(refused, "TIMEOUT")
        await until(lambda: owner.fetchval("SELECT count(*) = 0 FROM pg_locks WHERE NOT granted"), 5)
