"""Changing one movement; which exercises a movement may refer to, and how it shows them."""

from typing import Any  # inputs and answers are JSON

import pytest

from tests.conftest import Api, Organization, Person, World
from tests.exercise.documents import DELETE as DELETE_EXERCISE
from tests.exercise.documents import UPDATE as UPDATE_EXERCISE
from tests.exercise.documents import create as create_exercise
from tests.workout.documents import (
    CREATE,
    MOVE,
    NO_ID,
    SET,
    Json,
    Pool,
    assign,
    create,
    movement,
    read_tree,
    replace,
    section,
    sent_back,
    versions,
)

pytestmark = pytest.mark.own_database  # canonical exercises are edited

OVERRIDE = """mutation ($id: ID!, $organization: ID!, $overrides: ExerciseOverrideInput!) {
  upsertExerciseOverride(exerciseId: $id, organizationId: $organization, overrides: $overrides) {
    exercise { name } userErrors { code field }
  }
}"""
PATH = ["sections", "0", "movements", "0", "exerciseId"]


async def exercise(api: Api, author: Person, organization: Organization | None, status: str = "PUBLISHED") -> str:
    """The id of a new exercise, canonical where there is no organization."""
    return str((await create_exercise(api, author, organization, name="Sled Drag", status=status))["id"])


async def first(api: Api, person: Person, id: str) -> Json:
    """The workout's first movement."""
    row: Json = (await read_tree(api, person, id))[0]["movements"][0]
    return row


FULL = {
    "prescription": {"sets": 3, "repsMin": 5, "load": {"value": 60, "unit": "KG"}, "tempo": "3-1-1-0"},
    "notes": "N",
    "label": "A",
    "supersetGroup": "A1",
}


async def one_movement(api: Api, world: World, **values: Any) -> tuple[Organization, str, Json]:
    """An organization, the id of its workout, and the one movement there."""
    organization, squat = await world.organization(), await world.exercise_id("back-squat")
    made = await create(api, organization, section(movement(squat, **values)))
    return organization, made["id"], made["sections"][0]["movements"][0]


@pytest.mark.parametrize("key", list(FULL))
async def test_each_value_of_a_movement_is_changed_cleared_and_left_alone(api: Api, world: World, key: str) -> None:
    organization, id, row = await one_movement(api, world, **FULL)
    data = (await api.run(MOVE, organization.coach, id=row["id"], input={key: None}))["updateMovement"]
    assert data["movement"][key] is None
    cleared = await first(api, organization.coach, id)
    assert cleared == {**row, key: None}
    assert data["workout"]["sections"][0]["movements"] == [cleared]
    data = (await api.run(MOVE, organization.coach, id=row["id"], input={key: FULL[key]}))["updateMovement"]
    assert await first(api, organization.coach, id) == row
    assert data["workout"]["id"] == id


async def test_a_prescription_is_replaced_whole(api: Api, world: World) -> None:
    organization, id, row = await one_movement(api, world, **FULL)
    await api.run(MOVE, organization.coach, id=row["id"], input={"prescription": {"perSide": True}})
    answered = (await first(api, organization.coach, id))["prescription"]
    assert {key: value for key, value in answered.items() if value} == {"perSide": True}


async def test_a_blank_prescription_of_a_movement_is_answered_as_null(api: Api, world: World) -> None:
    organization, id, row = await one_movement(api, world, **FULL)
    await api.run(MOVE, organization.coach, id=row["id"], input={"prescription": {"amrap": False, "notes": " "}})
    assert (await first(api, organization.coach, id))["prescription"] is None


async def test_a_change_to_the_stored_value_writes_nothing_and_a_real_one_sets_updated_at(
    api: Api, world: World, owner: Pool
) -> None:
    organization, id, row = await one_movement(api, world, **FULL)
    before = await versions(owner, id)
    prescription: Any = FULL["prescription"]
    for input in ({}, FULL, {"notes": " N "}, {"prescription": {**prescription, "amrap": False}}):
        await api.run(MOVE, organization.coach, id=row["id"], input=input)
    assert await versions(owner, id) == before
    await api.run(MOVE, organization.coach, id=row["id"], input={"label": "B"})
    after = {row[0]: row[2] for row in await versions(owner, id)}
    moved = {key for key, _, updated_at in before if after[key] != updated_at}
    assert moved == {id, row["id"]}


@pytest.mark.parametrize(
    ("input", "path"),
    [
        ({"label": "x" * 11}, ["label"]),
        ({"supersetGroup": "x" * 11}, ["supersetGroup"]),
        ({"notes": "x" * 2001}, ["notes"]),
        ({"notes": "a\u0000"}, ["notes"]),
        ({"prescription": {"sets": 101}}, ["prescription", "sets"]),
        ({"prescription": {"repsMin": 9, "repsMax": 8}}, ["prescription", "repsMax"]),
        ({"prescription": {"load": {"unit": "KG"}}}, ["prescription", "load", "value"]),
    ],
)
async def test_bad_values_of_a_movement_are_refused_at_their_path_and_change_nothing(
    api: Api, world: World, owner: Pool, input: Json, path: list[str]
) -> None:
    organization, id, row = await one_movement(api, world, **FULL)
    before = await versions(owner, id)
    refused = await api.refusals(MOVE, organization.coach, id=row["id"], input={"label": "Z", **input})
    assert refused == [("INVALID_INPUT", ["input", *path])]
    assert await versions(owner, id) == before


async def test_a_missing_or_removed_movement_is_not_found(api: Api, world: World) -> None:
    organization, id, row = await one_movement(api, world)
    await replace(api, organization.coach, id, [])
    for gone in (row["id"], NO_ID, id):
        assert await api.refusals(MOVE, organization.coach, id=gone, input={}) == [("NOT_FOUND", ["id"])]
    assert await api.refusals(MOVE, organization.coach, id="none", input={}) == [("INVALID_INPUT", ["id"])]


async def _references(api: Api, world: World) -> tuple[Organization, dict[str, tuple[str, str | None]]]:
    """An organization; exercises of every kind, each with the code that refuses a new reference to it."""
    organization, other = await world.organization(), await world.organization()
    platform = await world.person(is_platform_admin=True)
    found: dict[str, tuple[str, str | None]] = {"unknown": (NO_ID, "EXERCISE_NOT_VISIBLE")}
    for whose, author, home in (
        ("canonical", platform, None), ("own", organization.coach, organization), ("foreign", other.coach, other)
    ):  # fmt: skip
        for status in ("PUBLISHED", "DRAFT", "ARCHIVED", "deleted"):
            id = await exercise(api, author, home, "PUBLISHED" if status == "deleted" else status)
            if status == "deleted":
                await api.run(DELETE_EXERCISE, author, id=id)
            code = None if status == "PUBLISHED" or (status, whose) == ("DRAFT", "own") else "EXERCISE_NOT_AVAILABLE"
            if whose == "foreign" or (status, whose) == ("DRAFT", "canonical"):
                code = "EXERCISE_NOT_VISIBLE"
            found[f"{whose} {status}"] = (id, code)
    return organization, found


async def test_a_movement_newly_refers_to_published_exercises_and_own_drafts_only(api: Api, world: World) -> None:
    organization, exercises = await _references(api, world)
    squat = await world.exercise_id("back-squat")
    for name, (id, code) in exercises.items():
        input = {"organizationId": str(organization.id), "sections": [section(movement(id))]}
        created = await api.refusals(CREATE, organization.coach, input=input)
        assert created == ([(code, ["input", *PATH])] if code else []), name
        made = await create(api, organization, section(movement(squat)))
        stored_id = made["sections"][0]["movements"][0]["id"]
        for tree in ([section(movement(id, id=stored_id))], [section(movement(id))]):
            answer = await api.refusals(SET, organization.coach, id=made["id"], sections=tree)
            assert answer == ([(code, PATH)] if code else []), name


async def test_all_bad_references_of_a_tree_are_refused_together(api: Api, world: World) -> None:
    organization, exercises = await _references(api, world)
    tree = [section(*(movement(id) for id, _ in exercises.values()))]
    made = await create(api, organization)
    refused = await api.refusals(SET, organization.coach, id=made["id"], sections=tree)
    assert refused == [
        (code, ["sections", "0", "movements", str(position), "exerciseId"])
        for position, (_, code) in enumerate(exercises.values())
        if code
    ]


@pytest.mark.parametrize("canonical", [True, False])
@pytest.mark.parametrize("end", ["archived", "deleted"])
async def test_a_discontinued_exercise_stays_where_it_is_used_with_a_flag_but_cannot_be_newly_used(
    api: Api, world: World, canonical: bool, end: str
) -> None:
    organization = await world.organization()
    author = await world.person(is_platform_admin=True) if canonical else organization.coach
    id = await exercise(api, author, None if canonical else organization)
    made = await create(api, organization, section(movement(id)), section())
    assert (await first(api, organization.coach, made["id"]))["exercise"]["isDiscontinued"] is False
    if end == "archived":
        await api.run(UPDATE_EXERCISE, author, id=id, input={"status": "ARCHIVED"})
    else:
        await api.run(DELETE_EXERCISE, author, id=id)
    row = await first(api, organization.coach, made["id"])
    assert row["exercise"] == {**row["exercise"], "name": "Sled Drag", "isDiscontinued": True}
    sent = sent_back(made["sections"])
    moved = [{**sent[1], "movements": sent[0]["movements"]}, {**sent[0], "movements": []}]
    answered = (await replace(api, organization.coach, made["id"], moved))["sections"]
    assert answered[0]["movements"][0]["exercise"]["isDiscontinued"] is True
    anew = [section({**sent[0]["movements"][0], "id": None})]
    refused = await api.refusals(SET, organization.coach, id=made["id"], sections=anew)
    assert refused == [("EXERCISE_NOT_AVAILABLE", PATH)]
    changed = await api.run(MOVE, organization.coach, id=row["id"], input={"notes": "Still"})
    assert changed["updateMovement"]["movement"]["notes"] == "Still"


async def test_movements_show_the_exercise_as_their_own_organization_sees_it(
    api: Api, world: World, owner: Pool
) -> None:
    organization, other = await world.organization(), await world.organization()
    squat = await world.exercise_id("back-squat")
    mine, theirs = [await create(api, home, section(movement(squat))) for home in (organization, other)]
    await assign(owner, organization, mine["id"], organization.member)
    # Somebody in both organizations sees each organization's view in its workouts.
    both = await world.join(other.id, "coach", organization.coach)
    values = {"name": "סקוואט אחורי", "videoUrl": "https://video.example/squat"}
    await api.run(OVERRIDE, organization.coach, id=squat, organization=str(organization.id), overrides=values)
    for person in (both, organization.member):
        shown = (await first(api, person, mine["id"]))["exercise"]
        assert (shown["name"], shown["isCustomizedByOrg"]) == ("סקוואט אחורי", True)
        assert shown["customizedFields"] == ["name", "videoUrl"]
    for person in (both, other.coach):
        shown = (await first(api, person, theirs["id"]))["exercise"]
        assert (shown["name"], shown["isCustomizedByOrg"], shown["customizedFields"]) == ("Back Squat", False, [])


async def test_an_assigned_member_sees_an_own_draft_in_the_workout_that_uses_it(
    api: Api, world: World, owner: Pool
) -> None:
    organization = await world.organization()
    id = await exercise(api, organization.coach, organization, "DRAFT")
    made = await create(api, organization, section(movement(id)))
    await assign(owner, organization, made["id"], organization.member)
    assert (await first(api, organization.member, made["id"]))["exercise"]["name"] == "Sled Drag"
