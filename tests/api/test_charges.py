"""A caller is charged what was done for a request, however it ends: never the estimate of what was not executed."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any  # requests are JSON, and the state of the application

import pytest

from kinegraph.cost.budgets import Account
from kinegraph.cost.estimate import STATEMENT_COST
from kinegraph.cost.meter import REQUEST_COST
from kinegraph.main import create_app
from kinegraph.services import Services
from tests.conftest import Api, Organization, Person, World, running
from tests.idempotency.requests import CREATE, body, keyed
from tests.settings import with_settings
from tests.waiting import until
from tests.workout.documents import NO_ID, Pool

BASE = REQUEST_COST + 1
"""A request that did nothing: the root is its only object."""
PAGE = "query ($n: Int!) { exercises(first: $n) { nodes { name } } }"
WATCH = 'subscription { workoutChanged(id: "%s") { cursor } }'


@dataclass
class Charged:
    """The API, and what it charged its callers."""

    api: Api
    state: dict[str, Any]

    def account(self, person: Person | None) -> Account:
        """The account of a user, or else of the tests' address."""
        metering = self.state["graphql"]._metering
        account: Account = (
            metering._addresses.account("127.0.0.1") if person is None else metering._users.account(person.id.hex)
        )
        return account

    async def charge(self, request: Any, person: Person | None, status: int, key: str | None = None) -> int:
        """The charge of a request that its caller has sent before: its document is parsed, and the viewer cached."""
        for _ in range(3):
            before = self.account(person).level
            response = await keyed(self.api, person, request, key)
            assert response.status_code == status, response.text
        return round(self.account(person).level - before)


@pytest.fixture(scope="module")
async def charged(services: Services) -> AsyncIterator[Charged]:
    """Budgets that do not drain: their clock stands still."""
    state: dict[str, Any] = {}
    async with running(create_app(with_settings(services, cost_budget=100_000, cost_refill=1)), state.update) as api:
        for budgets in (state["graphql"]._metering._users, state["graphql"]._metering._addresses):
            budgets.clock = lambda: 0.0
        yield Charged(api, state)


ENDS: dict[str, tuple[Any, int, str | None, int]] = {
    "a variable without a value": ({"query": PAGE}, 400, None, 0),
    "an argument that is refused": ({"query": PAGE, "variables": {"n": -1}}, 400, None, 0),
    "a subscription without a stream": ({"query": WATCH % NO_ID}, 400, None, 0),
    "a malformed key": ({"query": CREATE, "variables": {"input": {}}}, 400, "k" * 500, 0),
    "a replay": ({}, 200, "key", 1),
    "another body of the key": ({"query": CREATE, "variables": {"input": {"title": "Other"}}}, 422, "key", 1),
    "a key whose answer was too large": ({}, 409, "large", 1),
}
"""Ends of requests without an execution: the request, its status, its key, and the number of its statements."""


@pytest.mark.parametrize("end", ENDS)
async def test_a_request_that_is_not_executed_is_charged_its_statements(
    charged: Charged, owner: Pool, gym: Organization, end: str
) -> None:
    request, status, key, statements = ENDS[end]
    if key in ("key", "large"):
        await keyed(charged.api, gym.coach, body(gym), key)
        await owner.execute("UPDATE idempotency_keys SET answer = NULL WHERE key = 'large'")
    found = await charged.charge(request or body(gym), gym.coach, status, key)
    assert found == BASE + STATEMENT_COST * statements


@pytest.mark.parametrize("key", [None, "key"])
@pytest.mark.parametrize("query", [PAGE, CREATE])
async def test_a_token_of_nobody_is_charged_as_a_request_alone(
    charged: Charged, world: World, owner: Pool, gym: Organization, query: str, key: str | None
) -> None:
    stranger = await world.person()
    await owner.execute("DELETE FROM users WHERE id = $1", stranger.id)
    request = {"query": query, "variables": {"n": 1} if query == PAGE else body(gym)["variables"]}
    assert await charged.charge(request, stranger, 401, key) == BASE
    assert await charged.charge(request, None, 401, key) == BASE


@pytest.mark.parametrize(("table", "statements"), [("idempotency_keys", 2), ("workouts", 7)])
async def test_a_request_that_is_cancelled_is_charged_the_statements_that_it_had_sent(
    charged: Charged, owner: Pool, gym: Organization, table: str, statements: int
) -> None:
    """In the look-up of its key, which reads the viewer, and in its execution after that."""
    account = charged.account(gym.owner)
    await charged.api.post(CREATE, gym.owner, **body(gym)["variables"])
    before, waiting = account.level, "SELECT count(*) = 1 FROM pg_locks WHERE NOT granted"
    async with owner.acquire() as connection, connection.transaction():
        await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        request = asyncio.create_task(keyed(charged.api, gym.owner, body(gym), "other"))
        await until(lambda: owner.fetchval(waiting))
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
    assert account.level - before == BASE + STATEMENT_COST * statements
