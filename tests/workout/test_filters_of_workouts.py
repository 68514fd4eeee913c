"""Filters that answer the questions asked of workouts: title, author, program, uses; and their orders."""

from typing import Any  # inputs and answers are JSON
from uuid import UUID

import pytest

from tests.assignment.snapshots import assigned, edited
from tests.conftest import Api, Organization, Person, World
from tests.workout.documents import NO_ID, Json, Pool, create, movement, section
from tests.workout.test_programs import program

LIST = """query ($id: ID!, $filter: WorkoutFilter, $sort: WorkoutSort, $first: Int, $after: String) {
  organization(id: $id) { workouts(filter: $filter, sort: $sort, first: $first, after: $after) {
    totalCount nodes { id title } pageInfo { hasNextPage endCursor }
  } }
}"""
IN_PROGRAM = """query ($id: ID!, $filter: WorkoutFilter) {
  organization(id: $id) { programs { name workouts(filter: $filter, sort: TITLE_ASC) { totalCount nodes { title } } } }
}"""
TITLES = ["Leg Day", "leg day 100%", "Push_up", "Тяга", "רגליים", "レッグ"]


@pytest.fixture(scope="module")
async def gym(api: Api, world: World) -> Organization:
    """An organization with a workout of each title, one without, and programs."""
    gym = await world.organization()
    squat = await world.exercise_id("back-squat")
    strength = await program(api, gym.coach, gym, "Strength")
    for title in TITLES:
        belongs = {"programId": strength["id"]} if title.lower().startswith("leg") else {}
        uses = [section(movement(squat))] if title == "Leg Day" else []
        await create(api, gym, *uses, title=title, **belongs)
    await create(api, gym)
    return gym


async def titles(api: Api, person: Person, gym: Organization, **arguments: Any) -> list[str | None]:
    """The titles of the list that the person gets."""
    page = (await api.run(LIST, person, id=str(gym.id), **arguments))["organization"]["workouts"]
    assert page["totalCount"] == len(page["nodes"])
    return [node["title"] for node in page["nodes"]]


@pytest.mark.parametrize(
    ("sought", "found"),
    [("LEG", TITLES[:2]), ("100%", TITLES[1:2]), ("_", TITLES[2:3]), ("%", TITLES[1:2]), ("ТЯГ", TITLES[3:4]),
     ("גל", TITLES[4:5]), ("ッグ", TITLES[5:]), ("\\", []), ("'; DROP", [])],
)  # fmt: skip
async def test_workouts_are_found_by_a_part_of_the_title_in_any_script_and_case(
    api: Api, gym: Organization, sought: str, found: list[str]
) -> None:
    assert await titles(api, gym.coach, gym, filter={"title": sought}, sort="CREATED_AT_ASC") == found


async def test_null_and_empty_conditions_are_none(api: Api, gym: Organization) -> None:
    everything = await titles(api, gym.coach, gym)
    assert everything == [None, *reversed(TITLES)]
    nothing = dict.fromkeys(("title", "authorId", "programId", "usesExerciseId"))
    for filter in (None, {}, nothing, {"title": " "}):
        assert await titles(api, gym.coach, gym, filter=filter) == everything
    assert await titles(api, gym.coach, gym, sort=None) == everything


async def test_workouts_are_found_by_author_by_program_and_by_an_exercise_that_they_use(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    listed = (await api.run(IN_PROGRAM, gym.coach, id=str(gym.id), filter={"title": "100"}))["organization"]["programs"]
    assert listed == [{"name": "Strength", "workouts": {"totalCount": 1, "nodes": [{"title": "leg day 100%"}]}}]
    (id,) = await owner.fetch("SELECT id FROM programs WHERE organization_id = $1", gym.id)
    by_title = {"sort": "TITLE_ASC"}
    assert await titles(api, gym.coach, gym, filter={"programId": str(id[0])}, **by_title) == TITLES[:2]
    squat = await world.exercise_id("back-squat")
    for used in (squat, f"{gym.id}:{squat}", f"{str(gym.id).upper()}:{squat}", f"{NO_ID}:{squat}"):
        assert await titles(api, gym.coach, gym, filter={"usesExerciseId": used}) == ["Leg Day"]
        assert await titles(api, gym.coach, gym, filter={"usesExerciseId": used, "title": "100"}) == []
    assert await titles(api, gym.coach, gym, filter={"authorId": NO_ID}) == []
    await owner.execute("UPDATE workouts SET author_id = $1 WHERE title = 'Push_up'", gym.owner.id)
    assert await titles(api, gym.coach, gym, filter={"authorId": str(gym.owner.id)}) == ["Push_up"]
    assert len(await titles(api, gym.coach, gym, filter={"authorId": str(gym.coach.id)})) == len(TITLES)


async def test_every_order_is_walked_page_by_page(api: Api, gym: Organization, owner: Pool) -> None:
    await owner.execute(
        "UPDATE workouts SET updated_at = now() + interval '1 hour' WHERE (organization_id, title) = ($1, 'Тяга')",
        gym.id,
    )
    rows = await owner.fetch("SELECT id, title, title_key FROM workouts WHERE organization_id = $1", gym.id)
    by_title = [row.title for row in sorted(rows, key=lambda row: (row.title_key, row.id))]
    assert by_title[0] is None and by_title[1:3] == TITLES[:2]
    for sort, wanted in (("TITLE_ASC", by_title), ("TITLE_DESC", by_title[::-1]), ("CREATED_AT_ASC", [*TITLES, None])):
        found, after = [], None
        for _ in wanted:
            variables = {"id": str(gym.id), "sort": sort, "first": 1, "after": after}
            page = (await api.run(LIST, gym.coach, **variables))["organization"]["workouts"]
            found += [node["title"] for node in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
        assert (found, page["pageInfo"]["hasNextPage"]) == (wanted, False), sort
        response = await api.post(LIST, gym.coach, id=str(gym.id), sort="UPDATED_AT_DESC", after=after)
        assert response.json()["errors"][0]["extensions"]["field"] == ["after"]
    assert (await titles(api, gym.coach, gym, sort="UPDATED_AT_DESC"))[0] == "Тяга"


async def test_members_find_only_what_is_assigned_to_them(api: Api, world: World, owner: Pool) -> None:
    gym, squat = await world.organization(), await world.exercise_id("back-squat")
    hidden, shown = [await create(api, gym, section(movement(squat)), title=title) for title in ("Hidden", "Shown")]
    (id,) = await assigned(api, gym.coach, shown["id"], gym.member)
    filters: tuple[Json, ...] = ({}, {"title": "h"}, {"usesExerciseId": squat}, {"authorId": str(gym.coach.id)})
    for filter in filters:
        assert await titles(api, gym.member, gym, filter=filter) == ["Shown"]
    await edited(api, gym.coach, shown["id"], id, title="Theirs")
    for filter in ({"title": "Shown"}, {"title": "Hidden"}):
        assert await titles(api, gym.member, gym, filter=filter) == []
    assert await titles(api, gym.member, gym, filter={"usesExerciseId": squat}, sort="TITLE_DESC") == ["Theirs"]
    assert await owner.fetchval("SELECT count(*) FROM workouts WHERE id = $1", UUID(hidden["id"])) == 1


@pytest.mark.parametrize(
    ("filter", "field"),
    [({"title": "x" * 256}, "title"), ({"title": "a\0"}, "title"), ({"authorId": "no"}, "authorId"),
     ({"programId": ""}, "programId"), ({"usesExerciseId": "a:b"}, "usesExerciseId")],
)  # fmt: skip
async def test_a_malformed_condition_is_refused_with_its_path(
    api: Api, gym: Organization, filter: dict[str, str], field: str
) -> None:
    response = await api.post(LIST, gym.coach, id=str(gym.id), filter=filter)
    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"]["code"]) == (400, "INVALID_INPUT")
    assert error["extensions"]["field"] == ["filter", field]
