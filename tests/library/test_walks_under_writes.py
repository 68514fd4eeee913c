"""Pages of a library while others write: unchanged exercises are listed once, in order."""

import asyncio
import random
from typing import Any  # inputs and answers are JSON

import pytest

from tests.conftest import Api, Organization, World
from tests.exercise.documents import SORTS, create, update
from tests.library.documents import library, reset, upsert, walk
from tests.workout.documents import Pool

Json = dict[str, Any]


async def scene(api: Api, world: World, owner: Pool) -> tuple[Organization, list[str], list[str]]:
    """An organization whose library is 20 canonical exercises, half overridden, and 10 of its own."""
    await owner.execute("UPDATE exercises SET deleted_at = now() WHERE organization_id IS NULL")
    gym = await world.organization()
    admin = await world.person(is_platform_admin=True)
    canonical = []
    for number in range(20):
        values: Json = {"name": f"M{number % 4}", "difficulty": (None, 2, 3)[number % 3], "status": "PUBLISHED"}
        canonical.append((await create(api, admin, **values))["id"])
    for number, id in enumerate(canonical[::2]):
        diff: Json = {"difficulty": 1 + number % 5} if number % 2 else {"name": f"m{number % 4}"}
        await upsert(api, gym, id, **diff)
    own = [(await create(api, gym.coach, gym, name=f"m{n % 4}", difficulty=(None, 3)[n % 2]))["id"] for n in range(10)]
    return gym, canonical, own


@pytest.mark.parametrize("sort", SORTS)
async def test_unchanged_exercises_are_listed_once_while_overrides_move_others_between_streams(
    api: Api, world: World, owner: Pool, sort: str
) -> None:
    gym, canonical, own = await scene(api, world, owner)
    chance = random.Random(sort)
    moving = set(canonical[:6]) | set(own[:3])
    mine = {*canonical, *own}
    before = [id for id in await walk(api, gym, 100, sort=sort) if id in mine - moving]
    found: list[str] = []
    after = None
    while True:
        page = await library(api, gym, sort=sort, first=3, after=after)
        found += [node["exerciseId"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        id, name = chance.choice(canonical[:6]), chance.choice(["a", "m1", "M2", "z"])
        difficulty = chance.choice([1, 3, 5])
        changes: list[Json] = [{"name": name}, {"difficulty": difficulty}, {}]
        change = chance.choice(changes)
        await (upsert(api, gym, id, **change) if change else reset(api, gym, id))
        await update(api, gym.coach, chance.choice(own[:3]), name=name, difficulty=difficulty)
    assert [id for id in found if id in mine - moving] == before
    assert len(before) == len(set(before)) == 21


async def test_names_that_differ_in_case_alone_are_ordered_by_id(api: Api, world: World, owner: Pool) -> None:
    gym, canonical, own = await scene(api, world, owner)
    names = {node["exerciseId"]: node["name"] for node in (await library(api, gym, first=100))["nodes"]}
    for size in (1, 2, 7):
        found = [id for id in await walk(api, gym, size, sort="NAME_ASC") if id in {*canonical, *own}]
        assert found == sorted(found, key=lambda each: (names[each].lower(), each))
        back = [id for id in await walk(api, gym, size, sort="NAME_DESC") if id in {*canonical, *own}]
        assert back == found[::-1]


async def test_an_override_equal_to_the_stored_name_does_not_move_or_repeat_the_exercise(
    api: Api, world: World, owner: Pool
) -> None:
    gym, canonical, _ = await scene(api, world, owner)
    before = await walk(api, gym, 4, sort="NAME_ASC")
    await upsert(api, gym, canonical[1], name="M1")
    await upsert(api, gym, canonical[3], name="m3")
    assert await walk(api, gym, 4, sort="NAME_ASC") == before
    assert (await library(api, gym, first=1))["totalCount"] == len(before)


async def test_setting_a_difficulty_moves_an_exercise_from_the_end_of_the_list_and_clearing_it_moves_it_back(
    api: Api, world: World, owner: Pool
) -> None:
    gym, canonical, _ = await scene(api, world, owner)
    id = canonical[3]
    positions = []
    for change in ({}, {"difficulty": 1}, {"difficulty": None}):
        await upsert(api, gym, id, **change)
        found = [
            await walk(api, gym, 5, sort=sort, source="CANONICAL") for sort in ("DIFFICULTY_ASC", "DIFFICULTY_DESC")
        ]
        positions.append([ids.index(id) < len(ids) // 2 for ids in found])
    assert positions[0] == positions[2] == [False, False]
    assert positions[1] == [True, False]


async def test_another_organizations_overrides_do_not_move_a_row(api: Api, world: World, owner: Pool) -> None:
    gym, canonical, _ = await scene(api, world, owner)
    other = await world.organization()
    before = {sort: await walk(api, gym, 6, sort=sort) for sort in SORTS}
    for id in canonical:
        await upsert(api, other, id, name="elsewhere", difficulty=5)
    assert {sort: await walk(api, gym, 6, sort=sort) for sort in SORTS} == before


async def test_walks_during_many_concurrent_writes_have_every_unchanged_row_once(
    api: Api, world: World, owner: Pool
) -> None:
    gym, canonical, own = await scene(api, world, owner)
    unchanged = set(canonical[6:]) | set(own)
    done = asyncio.Event()

    async def write_concurrently() -> None:
        number = 0
        while not done.is_set():
            number += 1
            await upsert(api, gym, canonical[number % 6], name=("a", "m1", "z")[number % 3], difficulty=1 + number % 5)
            await create(api, gym.coach, gym, name=f"m{number % 5}", difficulty=1 + number % 5)

    writing = asyncio.create_task(write_concurrently())
    try:
        for sort in ("NAME_ASC", "NAME_DESC", "DIFFICULTY_ASC", "DIFFICULTY_DESC"):
            found = [id for id in await walk(api, gym, 5, sort=sort) if id in unchanged]
            assert sorted(found) == sorted(unchanged), sort
    finally:
        done.set()
        await writing
