"""Transactions that change several libraries at once are stored, whatever order each changes them in."""

import asyncio
from typing import Any  # answers are JSON

from tests.conftest import Api, Organization, Person, World
from tests.library.documents import ERRORS, upsert

SEVERAL = "mutation ($of: ID!, $values: ExerciseOverrideInput!, $a: ID!, $b: ID!, $c: ID!) {{ {} }}".format(
    " ".join(
        f"{name}: upsertExerciseOverride(exerciseId: $of, organizationId: ${name}, overrides: $values) {{ {ERRORS} }}"
        for name in "abc"
    )
)
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
LOCK_VERSIONS = "SELECT FROM versions WHERE organization_id = ANY ($1) FOR UPDATE"


async def test_concurrent_mutations_of_the_same_libraries_in_opposite_orders_are_both_stored(
    api: Api, world: World, owner: Any
) -> None:
    one, two, *between = [await world.organization() for _ in range(4)]
    coaches = [await world.person() for _ in range(2)]
    squat, pull = await world.exercise_id("back-squat"), await world.exercise_id("pull-ups")
    for gym in (one, two, *between):
        await upsert(api, gym, squat, name="Before")
        for coach in coaches:
            await world.join(gym.id, "coach", coach)

    async def change(coach: Person, of: str, *gyms: Organization) -> Any:
        names = dict(zip("abc", (str(gym.id) for gym in gyms), strict=True))
        return (await api.post(SEVERAL, coach, of=of, values={"name": "After"}, **names)).json()

    # Each has written its second library before either writes the third.
    async with owner.acquire() as connection, connection.transaction():
        await connection.execute(LOCK_VERSIONS, [gym.id for gym in between])
        requests = [
            asyncio.create_task(change(coaches[0], squat, one, between[0], two)),
            asyncio.create_task(change(coaches[1], pull, two, between[1], one)),
        ]
        for _ in range(1000):
            if await owner.fetchval(WAITING) == len(requests):
                break
            await asyncio.sleep(0.01)
    answers = await asyncio.gather(*requests)
    assert [answer.get("errors") for answer in answers] == [None, None]
    stored = "SELECT count(*) FROM exercise_org_overrides WHERE overrides ->> 'name' = 'After'"
    assert await owner.fetchval(stored) == 6
