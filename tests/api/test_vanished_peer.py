"""A database whose connections silently stop answering: requests end in time, and the next is answered."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any  # JSON of requests and responses

import asyncpg
import pytest

from kinegraph.kit import database, leases
from kinegraph.kit.rows import Row
from kinegraph.main import create_app
from kinegraph.services import Services
from tests.api.documents import CREATE_EXERCISE, outcome, send
from tests.api.test_readiness import Relay, relayed, soon
from tests.api.test_time_limits import HEADER, LIST, assert_later, locked
from tests.conftest import Api, World, running
from tests.settings import with_settings
from tests.waiting import until

WAITS = "SELECT count(*) = 1 FROM pg_locks WHERE NOT granted"
CUT = {"query": LIST}


@pytest.fixture
async def relay(services: Services) -> AsyncIterator[Relay]:
    async with relayed(services.database_url) as relay:
        yield relay


@pytest.fixture
async def api(services: Services, relay: Relay, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    """The API on two connections through the relay, where a statement may take a second."""
    monkeypatch.setattr(leases, "CONTROL_SECONDS", 1)
    monkeypatch.setattr(database, "CONNECT_SECONDS", 1)
    monkeypatch.setattr(database, "ANSWER_SECONDS", 0.2)  # a silent connection never answers
    changed = with_settings(services, pool_size=2, statement_timeout_seconds=1)
    async with running(create_app(replace(changed, database_url=relay.url))) as api:
        yield api


@pytest.mark.parametrize("executor", ["breadth-first", "graphql-core"])
async def test_a_running_query_gets_a_timeout_and_the_next_gets_a_new_connection(
    api: Api, relay: Relay, world: World, owner: "asyncpg.Pool[Row]", executor: str
) -> None:
    person = await world.person()
    async with locked(owner):
        request = asyncio.create_task(send(api, CUT, person=person, headers={HEADER: executor}))
        await until(lambda: owner.fetchval(WAITS))
        relay.silence_open_connections()
    assert_later(await request, "TIMEOUT")
    opened = relay.opened
    assert outcome(await send(api, CUT, person=person, headers={HEADER: executor})) == (200, [])
    assert relay.opened > opened


async def test_a_running_mutation_gets_a_timeout_and_stores_nothing(
    api: Api, relay: Relay, world: World, owner: "asyncpg.Pool[Row]"
) -> None:
    admin = await world.person(is_platform_admin=True)
    body: dict[str, Any] = {"query": CREATE_EXERCISE, "variables": {"input": {"name": "Vanished"}}}
    count = "SELECT count(*) FROM exercises WHERE name = 'Vanished'"
    async with locked(owner):
        request = asyncio.create_task(send(api, body, person=admin))
        await until(lambda: owner.fetchval(WAITS))
        relay.silence_open_connections()
    assert_later(await request, "TIMEOUT")
    assert await owner.fetchval(count) == 0
    assert outcome(await send(api, body, person=admin)) == (200, [])
    assert await owner.fetchval(count) == 1


@pytest.mark.parametrize("kind", ["query", "mutation"])
async def test_a_request_on_a_silent_connection_ends_soon_after_its_time_limit(
    services: Services,
    relay: Relay,
    world: World,
    owner: "asyncpg.Pool[Row]",
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    """The statement's own limit is far away; the waits are those of the limit and of one ROLLBACK."""
    monkeypatch.setattr(leases, "CONTROL_SECONDS", 0.2)
    admin = await world.person(is_platform_admin=True)
    body = {"query": CREATE_EXERCISE, "variables": {"input": {"name": "Silent"}}} if kind == "mutation" else CUT
    changed = with_settings(services, pool_size=2, statement_timeout_seconds=60, execution_seconds=1)
    async with running(create_app(replace(changed, database_url=relay.url))) as api:
        async with locked(owner):
            request = asyncio.create_task(send(api, body, person=admin))
            await until(lambda: owner.fetchval(WAITS))
            relay.silence_open_connections()
            async with asyncio.timeout(20):
                assert_later(await request, "TIMEOUT")
        assert outcome(await send(api, CUT, person=admin)) == (200, [])
    assert await owner.fetchval("SELECT count(*) FROM exercises WHERE name = 'Silent'") == 0


async def test_a_query_whose_pooled_connections_have_all_vanished_is_answered_on_a_new_one(
    api: Api, relay: Relay, world: World
) -> None:
    person = await world.person()
    both = await asyncio.gather(*(send(api, CUT, person=person) for _ in range(2)))
    relay.silence_open_connections()
    assert [outcome(answer) for answer in (*both, await send(api, CUT, person=person))] == [(200, [])] * 3


async def test_while_the_database_does_not_answer_readiness_reports_it_in_time_by_its_name(
    api: Api, relay: Relay, world: World
) -> None:
    person = await world.person()
    assert (await api.client.get("/readyz")).status_code == 200
    relay.fall_silent()
    with soon():
        answer = await api.client.get("/readyz")
    assert answer.status_code == 503
    found = answer.json()
    assert (found["database"], found["redis"]) == ("unreachable: TimeoutError", "ok")
    opened = relay.opened
    assert_later(await send(api, CUT, person=person), "SERVICE_UNAVAILABLE")
    assert relay.opened <= opened + 2  # one to cancel BEGIN, and one try: graphql-core does not try as well
    relay.silent_below = relay.opened
    assert outcome(await send(api, CUT, person=person)) == (200, [])
    assert (await api.client.get("/readyz")).status_code == 200
