"""Executions by graphql-core take turns, and hold no connection while they wait."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from kinegraph.api.executor import MAX_WAITING, Gate
from kinegraph.kit.pool import PoolExhausted
from kinegraph.services import Services
from tests.api.serving import serving
from tests.conftest import Api, Organization

POOL = 2
FAILS = '{ exercise(id: "zz") { id } viewer { memberships { organization { programs { name } } } } }'
NAME = "{ viewer { user { id } } }"
SCHEMA = "{ __schema { queryType { name } } }"


@pytest.fixture(scope="module")
async def served(services: Services) -> AsyncIterator[tuple[Api, Gate]]:
    """The API with two connections, and its gate."""
    async with serving(services, pool_size=POOL) as server:
        assert server.endpoint._gate is not None
        yield server.api, server.endpoint._gate


async def test_failing_documents_that_wait_at_the_gate_hold_no_connections(
    served: tuple[Api, Gate], gym: Organization
) -> None:
    api, gate = served
    async with gate.turn():
        waiting = [asyncio.create_task(api.post(FAILS, gym.coach)) for _ in range(3 * POOL)]
        async with asyncio.timeout(30):
            while gate.waiting < len(waiting):  # noqa: ASYNC110  # there is no event for a request that waits
                await asyncio.sleep(0.01)
        answers = [await api.post(NAME, gym.owner) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert {(await each).status_code for each in waiting} == {400}


async def test_a_request_that_waits_longer_than_the_time_limit_gets_a_timeout(
    services: Services, gym: Organization
) -> None:
    async with serving(services, pool_size=POOL, execution_seconds=0.5) as server:
        assert server.endpoint._gate is not None
        async with server.endpoint._gate.turn():
            answer = await server.api.post(FAILS, gym.coach)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (503, "TIMEOUT")


async def test_introspection_does_not_wait_at_the_gate(served: tuple[Api, Gate], gym: Organization) -> None:
    api, gate = served
    async with gate.turn():
        assert (await api.post(SCHEMA, gym.coach)).status_code == 200


async def test_no_more_requests_wait_than_the_limit() -> None:
    gate = Gate(1)

    async def take_turn() -> None:
        async with gate.turn():
            pass

    async with gate.turn():
        waiting = [asyncio.create_task(take_turn()) for _ in range(MAX_WAITING)]
        await asyncio.sleep(0)
        with pytest.raises(PoolExhausted):
            await take_turn()
    await asyncio.gather(*waiting)
    await take_turn()
