"""The pages of a library have every exercise once, in each order, and also while rows are written."""

import pytest

from tests.conftest import Api, Organization, World
from tests.exercise.documents import SORTS, create
from tests.library.documents import LIBRARY, library, upsert, walk
from tests.workout.documents import Pool

NAMES = [
    "Same",
    "same",
    "SAME",
    "Same ",
    "סקוואט",
    "присед",
    "ПРИСЕД",
    "A_b",
    "a%b",
    "a'b",
    'a"b',
    "🏋",
    "z\tz",
    "Ab",
    "aB",
]
LISTED = """
    SELECT e.id::text, kinegraph_sort_key(coalesce(o.overrides ->> 'name', e.name)) COLLATE "C" AS name,
           e.created_at, e.updated_at,
           coalesce((o.overrides ->> 'difficulty')::integer, e.difficulty) AS difficulty
    FROM exercises e
    LEFT JOIN exercise_org_overrides o ON o.exercise_id = e.id AND o.organization_id = $1
    WHERE e.deleted_at IS NULL AND (e.organization_id = $1 OR e.organization_id IS NULL AND e.status = 'published')
"""
ORDERS = {
    "NAME_ASC": "name, id",
    "NAME_DESC": "name DESC, id DESC",
    "CREATED_AT_ASC": "created_at, id",
    "CREATED_AT_DESC": "created_at DESC, id DESC",
    "UPDATED_AT_DESC": "updated_at DESC, id DESC",
    "DIFFICULTY_ASC": "difficulty ASC NULLS LAST, id",
    "DIFFICULTY_DESC": "difficulty DESC NULLS LAST, id DESC",
}


@pytest.fixture(scope="module")
async def gym(api: Api, world: World) -> Organization:
    """An organization with many alike exercises, some without a difficulty, and overrides that make more alike."""
    gym = await world.organization()
    for number, name in enumerate(NAMES * 2):
        await create(api, gym.coach, gym, name=name, difficulty=(None, 1, 3, 3, 5)[number % 5])
    page = await library(api, gym, source="CANONICAL", first=30)
    for number, node in enumerate(page["nodes"]):
        await upsert(api, gym, node["exerciseId"], name=NAMES[number % 5], difficulty=(None, 3)[number % 2])
    return gym


async def listed(owner: Pool, gym: Organization, sort: str) -> list[str]:
    """The ids of the whole library, in order, as a plain statement finds them."""
    rows = await owner.fetch(f"SELECT id FROM ({LISTED}) AS listed ORDER BY {ORDERS[sort]}", gym.id)
    return [row["id"] for row in rows]


@pytest.mark.parametrize("sort", SORTS)
async def test_every_sort_orders_the_whole_library_in_pages_of_every_size(
    api: Api, gym: Organization, owner: Pool, sort: str
) -> None:
    wanted = await listed(owner, gym, sort)
    assert (await library(api, gym, first=1))["totalCount"] == len(wanted)
    assert await walk(api, gym, 100, sort=sort) == wanted
    assert await walk(api, gym, 23, sort=sort) == wanted


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("source", ["ORG", "CUSTOMIZED"])
async def test_pages_of_one_row_walk_a_source_in_the_order_of_its_single_page(
    api: Api, gym: Organization, source: str, sort: str
) -> None:
    whole = await library(api, gym, source=source, sort=sort, first=100)
    ids = [node["exerciseId"] for node in whole["nodes"]]
    assert len(ids) == whole["totalCount"] == 30
    assert await walk(api, gym, 1, source=source, sort=sort) == ids
    assert await walk(api, gym, 7, source=source, sort=sort) == ids
    assert await walk(api, gym, 30, source=source, sort=sort) == ids


async def test_exercises_without_a_difficulty_come_last_in_both_orders(api: Api, gym: Organization) -> None:
    for sort, wanted in (("DIFFICULTY_ASC", [1, 3, 5]), ("DIFFICULTY_DESC", [5, 3, 1])):
        page = await library(api, gym, source="ORG", sort=sort, first=100)
        difficulties = [node["difficulty"] for node in page["nodes"]]
        assert list(dict.fromkeys(difficulties)) == [*wanted, None]


async def test_a_sort_by_name_sees_overridden_names(api: Api, world: World, gym: Organization) -> None:
    other = await world.organization()
    id = await world.exercise_id("back-squat")
    await upsert(api, other, id, name="!first of all")
    assert (await library(api, other, first=1))["nodes"][0]["exerciseId"] == id
    assert (await library(api, gym, first=1))["nodes"][0]["exerciseId"] != id


async def test_every_edges_cursor_continues_after_its_row(api: Api, gym: Organization) -> None:
    whole = (await library(api, gym, source="ORG", first=100))["edges"]
    for position, edge in enumerate(whole):
        rest = await library(api, gym, source="ORG", first=100, after=edge["cursor"])
        assert [e["cursor"] for e in rest["edges"]] == [e["cursor"] for e in whole[position + 1 :]]
        assert rest["totalCount"] == len(whole)
        assert rest["pageInfo"]["hasPreviousPage"] is True


async def test_start_and_end_cursor_are_those_of_the_first_and_last_edge(api: Api, gym: Organization) -> None:
    page = await library(api, gym, source="ORG", first=5)
    assert page["pageInfo"] == {
        "hasNextPage": True,
        "hasPreviousPage": False,
        "startCursor": page["edges"][0]["cursor"],
        "endCursor": page["edges"][-1]["cursor"],
    }


async def test_a_page_that_is_exactly_full_says_that_nothing_follows(api: Api, gym: Organization) -> None:
    page = await library(api, gym, source="ORG", first=30)
    assert (len(page["nodes"]), page["pageInfo"]["hasNextPage"]) == (30, False)


@pytest.mark.parametrize("sort", SORTS)
async def test_rows_stored_before_a_walk_are_listed_once_while_others_are_inserted(
    api: Api, world: World, sort: str
) -> None:
    busy = await world.organization()
    before = [
        (await create(api, busy.coach, busy, name=f"m{number % 3}", difficulty=(None, 3)[number % 2]))["id"]
        for number in range(10)
    ]
    found: list[str] = []
    after = None
    while True:
        page = await library(api, busy, source="ORG", sort=sort, first=3, after=after)
        found += [node["exerciseId"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"] or len(found) > 100:
            break
        if len(found) < 10:
            for name, difficulty in (("a", 1), ("m1", 3), ("z", 5)):
                await create(api, busy.coach, busy, name=name, difficulty=difficulty)
    assert sorted(id for id in found if id in before) == sorted(before)
    assert len(found) == len(set(found))


async def test_a_cursor_continues_after_a_row_that_was_deleted_meanwhile(api: Api, world: World) -> None:
    gym = await world.organization()
    ids = [(await create(api, gym.coach, gym, name=f"n{number}"))["id"] for number in range(4)]
    page = await library(api, gym, source="ORG", first=2)
    await api.run("mutation ($id: ID!) { deleteExercise(id: $id) { userErrors { code } } }", gym.coach, id=ids[1])
    rest = await library(api, gym, source="ORG", first=2, after=page["pageInfo"]["endCursor"])
    assert [node["exerciseId"] for node in rest["nodes"]] == ids[2:]
    assert rest["totalCount"] == 3


async def test_a_cursor_of_one_organization_shows_nothing_of_it_in_anothers_library(
    api: Api, world: World, gym: Organization
) -> None:
    other = await world.organization()
    after = (await library(api, gym, source="ORG", first=1))["pageInfo"]["endCursor"]
    assert (await library(api, other, source="ORG", after=after))["nodes"] == []


@pytest.mark.parametrize("given", SORTS)
async def test_a_cursor_of_another_sort_is_refused_by_the_library(api: Api, gym: Organization, given: str) -> None:
    after = (await library(api, gym, first=1, sort=given))["pageInfo"]["endCursor"]
    others = [sort for sort in SORTS if sort != given]
    answers = [
        (await api.post(LIBRARY, gym.coach, id=str(gym.id), sort=sort, after=after)).status_code for sort in others
    ]
    assert dict(zip(others, answers, strict=True)) == dict.fromkeys(others, 400)
