"""Events cost their subscriber what a query costs: they come later where the budget is spent, and none is lost."""

import asyncio

import httpx

from kinegraph.services import Services
from tests.api.documents import outcome, send
from tests.conftest import Person, World
from tests.realtime.clients import COMMENTS, Gym, Live, gym_of, live
from tests.waiting import until
from tests.workout.documents import NO_ID, comment


def leave(served: Live, person: Person, remaining: int) -> None:
    """Spend a user's budget, or give back what was spent, so that this is left of it."""
    users = served.state["graphql"]._metering._users
    account = users.account(person.id.hex)
    account.spend(account.remaining() - remaining)


async def query(served: Live, person: Person) -> httpx.Response:
    return await send(served.api, {"query": "{ viewer { user { id } } }"}, person=person)


async def write(served: Live, gym: Gym, first: int, last: int) -> None:
    for number in range(first, last):
        await comment(served.api, gym.organization.owner, gym.movement_id, str(number))


async def test_events_spend_the_subscribers_budget_and_wait_for_it_without_a_loss(
    services: Services, world: World
) -> None:
    async with live(services, cost_budget=1_500, cost_refill=1) as served:
        gym = await gym_of(served.api, world)
        async with served.socket(gym.coach) as client:
            leave(served, gym.coach, 1500)
            await client.subscribe(COMMENTS, id=gym.workout_id)
            await served.subscribed()
            leave(served, gym.coach, 100)
            for first in (0, 5):
                leave(served, gym.organization.owner, 1500)
                await write(served, gym, first, first + 5)
            bodies = []
            while True:
                try:
                    async with asyncio.timeout(2.5):
                        bodies.append((await client.next())["comment"]["body"])
                except TimeoutError:
                    break
            assert len(bodies) < 10

            async def is_refused() -> bool:
                return outcome(await query(served, gym.coach)) == (429, ["RATE_LIMITED"])

            await until(is_refused)
            leave(served, gym.coach, 1500)
            while len(bodies) < 10:
                bodies.append((await client.next())["comment"]["body"])
            assert bodies == [str(number) for number in range(10)]


async def test_a_subscription_begins_only_within_the_budget(services: Services, world: World) -> None:
    async with live(services, cost_budget=1_500, cost_refill=1) as served:
        gym = await gym_of(served.api, world)
        async with served.socket(gym.coach) as client:
            leave(served, gym.coach, 0)
            await client.subscribe(COMMENTS, id=gym.workout_id)
            assert (await client.error())["extensions"]["code"] == "RATE_LIMITED"
        async with served.events(gym.coach, COMMENTS, id=gym.workout_id) as events:
            assert events.response.status_code == 429
            assert int(events.response.headers["Retry-After"]) > 0


async def test_a_subscription_that_begins_stays_charged_with_its_estimate_and_one_that_is_refused_does_not(
    services: Services, world: World
) -> None:
    async with live(services, cost_budget=100_000, cost_refill=1) as served:
        gym = await gym_of(served.api, world)
        users = served.state["graphql"]._metering._users
        users.clock = lambda: 0.0
        levels = []
        async with served.socket(gym.coach) as client:
            for operation, id in enumerate((NO_ID, NO_ID, gym.workout_id)):  # the first is parsed
                await client.subscribe(COMMENTS, str(operation), id=id)
                if id == NO_ID:
                    assert (await client.error(str(operation)))["extensions"]["code"] == "NOT_FOUND"
                else:
                    await served.subscribed()
                levels.append(users.account(gym.coach.id.hex).level)
        refused, begun = levels[1] - levels[0], levels[2] - levels[1]
        assert (refused, begun) == (20 + 1 + 10, 20 + 14), "one statement, and the estimate"
