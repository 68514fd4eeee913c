"""Workouts that are like a workout: whose they are, who sees them, their order, and the number of statements."""

from uuid import UUID

import pytest

from tests.conftest import Api, Counter, Organization, Person, World
from tests.workout.documents import DELETE, Pool, assign, create, snapshot

SIMILAR = "query ($id: ID!, $limit: Int) { workout(id: $id) { similar(limit: $limit) { title isSnapshot } } }"
ALL = "query ($id: ID!) { organization(id: $id) { workouts(first: 20) { nodes { title similar { id title } } } } }"
TITLES = ("Squats", "More squats", "Some squats", "Presses", "Rows")


@pytest.fixture(scope="module")
async def gym(api: Api, world: World, owner: Pool) -> Organization:
    """An organization with a workout of each title: each less like the first one than that before it."""
    return await library(api, world, owner)


async def library(api: Api, world: World, owner: Pool) -> Organization:
    """A new organization with a workout of each title, of which the last has no vector."""
    gym = await world.organization()
    for number, title in enumerate(TITLES):
        made = await create(api, gym, title=title)
        if title != TITLES[-1]:
            await turn(owner, made["id"], number)
    return gym


async def turn(owner: Pool, workout: str, number: int) -> None:
    """Store a vector that is turned further away from that of number 0 the greater the number is."""
    vector = [1.0, number / 5, *[0.0] * 1022]
    await owner.execute("UPDATE workouts SET embedding = $2::real[]::vector WHERE id = $1", UUID(workout), vector)


async def id_of(owner: Pool, gym: Organization, title: str) -> str:
    """The id of a library workout by its title."""
    return str(
        await owner.fetchval(
            "SELECT id FROM workouts WHERE organization_id = $1 AND title = $2 AND NOT is_snapshot", gym.id, title
        )
    )


async def titles(api: Api, person: Person, id: str, limit: int | None = None) -> list[str]:
    """The titles of the workouts that the person gets for one."""
    workout = (await api.run(SIMILAR, person, id=id, limit=limit))["workout"]
    assert not any(each["isSnapshot"] for each in workout["similar"])
    return [each["title"] for each in workout["similar"]]


async def test_the_nearest_of_the_organization_come_first(
    api: Api, world: World, owner: Pool, gym: Organization
) -> None:
    other = await library(api, world, owner)
    for each in (gym, other):
        first = await id_of(owner, each, "Squats")
        assert await titles(api, each.coach, first) == ["More squats", "Some squats", "Presses"]
        assert await titles(api, each.coach, first, 2) == ["More squats", "Some squats"]
    assert await titles(api, gym.coach, await id_of(owner, gym, "Presses"), 1) == ["Some squats"]


async def test_none_are_like_a_workout_without_a_vector(api: Api, owner: Pool, gym: Organization) -> None:
    assert await titles(api, gym.coach, await id_of(owner, gym, "Rows")) == []


async def test_deleted_workouts_and_snapshots_are_left_out(api: Api, world: World, owner: Pool) -> None:
    gym = await library(api, world, owner)
    first = await id_of(owner, gym, "Squats")
    await turn(owner, await snapshot(owner, first), 0)
    await api.run(DELETE, gym.coach, id=await id_of(owner, gym, "More squats"))
    assert await titles(api, gym.coach, first) == ["Some squats", "Presses"]


async def test_an_athlete_gets_those_that_are_assigned_to_them(api: Api, world: World, owner: Pool) -> None:
    gym = await library(api, world, owner)
    first = await id_of(owner, gym, "Squats")
    await assign(owner, gym, first, gym.member)
    assert await titles(api, gym.member, first) == []
    await assign(owner, gym, await id_of(owner, gym, "Presses"), gym.member)
    some = await id_of(owner, gym, "Some squats")
    await assign(owner, gym, some, gym.member, await snapshot(owner, some))  # they see its copy, not the workout
    assert await titles(api, gym.member, first) == ["Presses"]


async def test_the_limit_is_from_1_to_20(api: Api, owner: Pool, gym: Organization) -> None:
    id = await id_of(owner, gym, "Squats")
    for limit in (0, 21):
        response = await api.post(SIMILAR, gym.coach, id=id, limit=limit)
        (error,) = response.json()["errors"]
        assert (error["extensions"]["code"], error["extensions"]["field"]) == ("INVALID_INPUT", ["limit"])


@pytest.mark.parametrize("executor", ["breadth-first", "graphql-core"])
async def test_those_of_many_workouts_are_read_by_one_statement(
    counter: Counter, owner: Pool, gym: Organization, executor: str
) -> None:
    headers = {"Authorization": f"Bearer {gym.coach.token}", "X-Kinegraph-Executor": executor}
    with counter.counting() as statements:
        body = {"query": ALL, "variables": {"id": str(gym.id)}}
        answer = (await counter.api.client.post("/graphql", json=body, headers=headers)).json()
    found = {each["title"]: len(each["similar"]) for each in answer["data"]["organization"]["workouts"]["nodes"]}
    assert found == {title: 3 if title != "Rows" else 0 for title in TITLES}
    assert len([each for each in statements if "embedding" in each]) == 1


async def test_no_index_with_vectors_of_other_organizations_is_read(
    counter: Counter, owner: Pool, gym: Organization
) -> None:
    with counter.counting() as statements:
        await counter.api.run(SIMILAR, gym.coach, id=(id := await id_of(owner, gym, "Squats")))
    (statement,) = [each for each in statements if "embedding" in each]
    async with owner.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        plan = await connection.fetch(f"EXPLAIN {statement}", [UUID(id)], [gym.id], gym.coach.id, 5)
    assert not any("workouts_embedding_idx" in row[0] for row in plan)
