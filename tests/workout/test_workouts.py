"""Creating and changing workouts: values, bounds, and that a refused mutation stores nothing."""

from typing import Any  # inputs and answers are JSON
from uuid import UUID

import pytest

from kinegraph.workout import store
from tests.conftest import Api, World
from tests.exercise.documents import create as create_exercise
from tests.workout.documents import (
    CREATE,
    NO_ID,
    UPDATE,
    Pool,
    counts,
    create,
    movement,
    read,
    section,
    versions,
)

TWICE = """mutation ($a: CreateWorkoutInput!, $b: CreateWorkoutInput!) {
  a: createWorkout(input: $a) { workout { id } userErrors { code field } }
  b: createWorkout(input: $b) { workout { id } userErrors { code field } }
}"""


async def test_a_created_workout_is_read_back_as_it_was_sent(api: Api, world: World) -> None:
    organization, squat = await world.organization(), await world.exercise_id("back-squat")
    made = await create(
        api,
        organization,
        section(title="Warm-up", type="WARMUP"),
        section(
            movement(squat, prescription={"sets": 5, "load": {"value": 102.5, "unit": "KG"}}, label="A", notes="Slow"),
            movement(squat, supersetGroup="B1"),
            shape="EMOM",
            config={"intervalSeconds": 90, "rounds": 8},
            description="Every 90 s",
        ),
        title="  Éçole סקוואט 💪  ",
        description="Line one\nline two",
        scoring="ROUNDS_REPS",
        mode="FREEFORM",
        timeCap=1440,
    )
    own = ("title", "description", "scoring", "mode", "timeCap", "isSnapshot", "program", "forkedFrom")
    assert [made[key] for key in own] == [
        "Éçole סקוואט 💪", "Line one\nline two", "ROUNDS_REPS", "FREEFORM", 1440, False, None, None
    ]  # fmt: skip
    assert made["organization"]["id"] == str(organization.id)
    assert made["author"]["id"] == str(organization.coach.id)
    warmup, main = made["sections"]
    assert (warmup["title"], warmup["type"], warmup["sortOrder"], warmup["movements"]) == ("Warm-up", "WARMUP", 0, [])
    assert (main["type"], main["shape"], main["sortOrder"], main["description"]) == ("MAIN", "EMOM", 1, "Every 90 s")
    assert {key: value for key, value in main["config"].items() if value is not None} == {
        "intervalSeconds": 90,
        "rounds": 8,
    }
    first, second = main["movements"]
    assert (first["label"], first["notes"], first["sortOrder"], first["supersetGroup"]) == ("A", "Slow", 0, None)
    assert (first["prescription"]["sets"], first["prescription"]["load"]) == (5, {"value": 102.5, "unit": "KG"})
    assert (second["supersetGroup"], second["sortOrder"], second["prescription"]) == ("B1", 1, None)
    assert await read(api, organization.coach, made["id"]) == made


async def test_nulls_of_a_new_workout_equal_absent_keys(api: Api, world: World) -> None:
    organization = await world.organization()
    keys = ("title", "description", "scoring", "mode", "timeCap", "programId", "sections")
    input = {"organizationId": str(organization.id), **dict.fromkeys(keys)}
    made = (await api.run(CREATE, organization.coach, input=input))["createWorkout"]["workout"]
    assert (made["title"], made["scoring"], made["mode"], made["timeCap"], made["sections"]) == (
        None, "NONE", "STRUCTURED", None, []
    )  # fmt: skip


def _bad_movements(foreign: str) -> dict[str, tuple[dict[str, Any], str, list[str]]]:
    return {
        "unknown exercise": ({"exerciseId": NO_ID}, "EXERCISE_NOT_VISIBLE", ["exerciseId"]),
        "foreign exercise": ({"exerciseId": foreign}, "EXERCISE_NOT_VISIBLE", ["exerciseId"]),
        "no id": ({"exerciseId": "squat"}, "INVALID_INPUT", ["exerciseId"]),
        "bad load": (
            {"prescription": {"load": {"value": 1001, "unit": "KG"}}},
            "INVALID_INPUT",
            ["prescription", "load", "value"],
        ),
        "NUL": ({"notes": "a\u0000b"}, "INVALID_INPUT", ["notes"]),
        "long label": ({"label": "x" * 11}, "INVALID_INPUT", ["label"]),
        "an id on creation": ({"id": NO_ID}, "INVALID_INPUT", ["id"]),
    }  # fmt: skip


@pytest.mark.parametrize("fault", list(_bad_movements("")))
async def test_one_bad_movement_deep_in_the_tree_is_refused_at_its_path_and_nothing_is_stored(
    api: Api, world: World, owner: Pool, fault: str
) -> None:
    organization, other = await world.organization(), await world.organization()
    squat = await world.exercise_id("back-squat")
    foreign = await create_exercise(api, other.coach, other, name="Theirs")
    values, code, path = _bad_movements(foreign["id"])[fault]
    good = [section(*[movement(squat)] * 10) for _ in range(7)]
    good[6]["movements"][8] = {**movement(squat), **values}
    refused = await api.refusals(
        CREATE, organization.coach, input={"organizationId": str(organization.id), "sections": good}
    )
    assert refused == [(code, ["input", "sections", "6", "movements", "8", *path])]
    assert await counts(owner, organization) == (0, 0, 0)


async def test_a_refused_mutation_beside_a_valid_one_rolls_back_only_itself(
    api: Api, world: World, owner: Pool
) -> None:
    organization, squat = await world.organization(), await world.exercise_id("back-squat")
    input = {"organizationId": str(organization.id), "sections": [section(movement(squat))]}
    bad = {**input, "sections": [section(movement(squat), movement(NO_ID))]}
    for first, second in ((input, bad), (bad, input)):
        before = await counts(owner, organization)
        response = await api.post(TWICE, organization.coach, a=first, b=second)
        answered = response.json()["data"]
        assert [bool(answered[key]["workout"]) for key in "ab"] == [first is input, second is input]
        after = await counts(owner, organization)
        assert tuple(new - old for new, old in zip(after, before, strict=True)) == (1, 1, 1)


async def test_a_tree_of_500_movements_in_50_sections_is_stored_and_one_more_of_either_is_refused(
    api: Api, world: World, owner: Pool
) -> None:
    organization, squat = await world.organization(), await world.exercise_id("back-squat")
    full = [section(*[movement(squat)] * 10) for _ in range(50)]
    await create(api, organization, *full)
    assert await counts(owner, organization) == (1, 50, 500)
    more = [[*full, section()], [*full[:49], section(*[movement(squat)] * 11)]]
    for sections in more:
        input = {"organizationId": str(organization.id), "sections": sections}
        assert await api.refusals(CREATE, organization.coach, input=input) == [("INVALID_INPUT", ["input", "sections"])]
    assert await counts(owner, organization) == (1, 50, 500)


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"title": "x" * 256}, ["title"]),
        ({"title": "a\u0007b"}, ["title"]),
        ({"description": "x" * 10_001}, ["description"]),
        ({"timeCap": 0}, ["timeCap"]),
        ({"timeCap": 1441}, ["timeCap"]),
        ({"timeCap": -(2**31)}, ["timeCap"]),
        ({"programId": "none"}, ["programId"]),
        ({"programId": ""}, ["programId"]),
    ],
)
async def test_bad_values_of_a_workout_are_refused_at_their_path_on_create_and_on_update(
    api: Api, world: World, values: dict[str, Any], path: list[str]
) -> None:
    organization = await world.organization()
    expected = [("INVALID_INPUT", ["input", *path])]
    input = {"organizationId": str(organization.id), **values}
    assert await api.refusals(CREATE, organization.coach, input=input) == expected
    made = await create(api, organization, title="Old")
    assert await api.refusals(UPDATE, organization.coach, id=made["id"], input=values) == expected
    assert await read(api, organization.coach, made["id"]) == made


async def test_an_absent_key_is_left_as_it_is_and_null_clears(api: Api, world: World) -> None:
    organization = await world.organization()
    async with world.writing_as(organization.coach) as session:
        program = await store.insert_program(session, organization.id, "Track")
    values = {"title": "T", "description": "D", "scoring": "TIME", "timeCap": 20, "programId": str(program)}
    id = (await create(api, organization, **values))["id"]
    for key, answered in (("title", "title"), ("description", "description"), ("timeCap", "timeCap"),
                          ("programId", "program")):  # fmt: skip
        before = await read(api, organization.coach, id)
        assert before is not None and before[answered] is not None
        data = await api.run(UPDATE, organization.coach, id=id, input={key: None})
        after = data["updateWorkout"]["workout"]
        assert after == {**before, answered: None, "updatedAt": after["updatedAt"]}
    for key in ("scoring", "mode"):
        refused = await api.refusals(UPDATE, organization.coach, id=id, input={key: None})
        assert refused == [("INVALID_INPUT", ["input", key])]


async def test_changing_a_workout_to_its_stored_values_writes_nothing(api: Api, world: World, owner: Pool) -> None:
    organization = await world.organization()
    values = {"title": "T", "description": None, "scoring": "TIME", "timeCap": 20}
    made = await create(api, organization, **values)
    before = await versions(owner, made["id"])
    for input in ({}, values, {"title": "  T "}, {"description": "  "}):
        await api.run(UPDATE, organization.coach, id=made["id"], input=input)
    assert await versions(owner, made["id"]) == before
    await api.run(UPDATE, organization.coach, id=made["id"], input={"title": "U"})
    assert await versions(owner, made["id"]) != before


async def test_a_workout_can_be_put_only_in_an_existing_program_of_its_organization(
    api: Api, world: World, owner: Pool
) -> None:
    organization, other = await world.organization(), await world.organization()
    programs = []
    for home in (organization, organization, other):
        async with world.writing_as(home.coach) as session:
            programs.append(str(await store.insert_program(session, home.id, "Track")))
    own, dead, foreign = programs
    await owner.execute("UPDATE programs SET deleted_at = now() WHERE id = $1", UUID(dead))
    made = await create(api, organization, programId=own)
    assert made["program"] == {"id": own, "name": "Track"}
    path = ["input", "programId"]
    for id in (dead, foreign, NO_ID):
        input = {"organizationId": str(organization.id), "programId": id}
        assert await api.refusals(CREATE, organization.coach, input=input) == [("NOT_FOUND", path)]
        refused = await api.refusals(UPDATE, organization.coach, id=made["id"], input={"programId": id})
        assert refused == [("NOT_FOUND", path)]
