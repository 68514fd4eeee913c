"""generateWorkout: a workout that createWorkout takes as it is, for those who see the library; bad input by name."""

from typing import Any  # answers are JSON
from uuid import UUID

import pytest

from kinegraph.services import Services
from tests.conftest import Api, Organization, Person, World, counted
from tests.generator.documents import GENERATE, as_create_input, names, request
from tests.workout.documents import CREATE

CLONE = """mutation ($input: CloneExerciseInput!) {
  cloneExercise(input: $input) { exercise { id } userErrors { message } }
}"""
PUBLISH = """mutation ($input: UpdateExerciseInput!) {
  updateExercise(input: $input) { exercise { id status } userErrors { message } }
}"""
RESTRICT = """INSERT INTO safety_restrictions (organization_id, exercise_id, condition, severity)
              VALUES ($1, $2, 'wrist_pain', 'absolute')"""


async def generate(api: Api, person: Person, organization_id: object, **changes: Any) -> Any:
    return (await api.run(GENERATE, person, input=request(organization_id, **changes)))["generateWorkout"]


async def faults(api: Api, person: Person | None, organization_id: object, **changes: Any) -> list[tuple[str, str]]:
    """Code and message of each error of a request."""
    body = (await api.post(GENERATE, person, input=request(organization_id, **changes))).json()
    return [(error["extensions"]["code"], error["message"]) for error in body["errors"]]


async def test_create_workout_takes_a_generated_workout_as_it_is(api: Api, gym: Organization) -> None:
    made = await generate(api, gym.coach, gym.id, goal="STRENGTH", withCoolDown=True)
    sent = as_create_input(gym.id, made)
    stored = (await api.run(CREATE, gym.coach, input=sent))["createWorkout"]["workout"]
    assert [section["type"] for section in stored["sections"]] == [section["type"] for section in made["sections"]]
    pairs = [
        (each, other)
        for section, generated in zip(stored["sections"], made["sections"], strict=True)
        for each, other in zip(section["movements"], generated["movements"], strict=True)
    ]
    assert len(pairs) >= 8
    assert all(each["prescription"] == other["prescription"] for each, other in pairs)
    assert all(each["exercise"]["exercise"]["id"] == other["exercise"]["exerciseId"] for each, other in pairs)


async def test_the_example_of_seed_004_is_built_of_chest_exercises_with_warnings_for_the_wrist(
    api: Api, gym: Organization
) -> None:
    made = await generate(
        api, gym.coach, gym.id, targetMuscles=["chest"], availableEquipment=["dumbbells", "bench"],
        hasAllEquipment=False, conditions=["wrist pain"],
    )  # fmt: skip
    (main,) = [section for section in made["sections"] if section["type"] == "MAIN"]
    assert main["movements"]
    for each in main["movements"]:
        assert "chest" in each["exercise"]["primaryMuscles"]
        assert set(each["exercise"]["equipment"]) <= {"dumbbell", "bench"}
    assert made["estimatedMinutes"] <= 60
    reasons = {each["exercise"]["name"]: each["reason"] for each in made["excluded"]}
    assert reasons["Bench Press"] == "EQUIPMENT"
    assert reasons["Machine Chest Press"] == "EQUIPMENT"
    assert sum(each["count"] for each in made["excludedCounts"]) + len(names(made)) >= len(made["excluded"])


async def test_a_published_copy_takes_part_with_the_class_of_its_source_and_a_draft_only_if_a_coach_wants_it(
    api: Api, world: World
) -> None:
    gym = await world.organization()
    source = await world.exercise_id("back-squat")
    clone = {"id": source, "organizationId": str(gym.id), "name": "Squat of the house"}
    id = (await api.run(CLONE, gym.coach, input=clone))["cloneExercise"]["exercise"]["id"]

    async def sees(person: Person, **changes: Any) -> bool:
        made = await generate(api, person, gym.id, targetMuscles=["quads"], **changes)
        left_out = {each["exercise"]["exerciseId"] for each in made["excluded"]}
        return id in left_out or "Squat of the house" in names(made)

    assert not await sees(gym.coach)
    assert await sees(gym.coach, includeDrafts=True)
    assert await faults(api, gym.member, gym.id, includeDrafts=True) == [
        ("FORBIDDEN", "Only coaches of the organization see its drafts; leave this out.")
    ]
    await api.run(PUBLISH, gym.coach, input={"id": id, "status": "PUBLISHED"})
    assert await sees(gym.member)
    made = await generate(api, gym.coach, gym.id, goal="STRENGTH", targetMuscles=["quads"])
    assert not {"Squat of the house", "Back Squat"} <= set(names(made))


async def test_a_restriction_of_the_organization_counts_in_its_workouts_at_once_and_nowhere_else(
    api: Api, world: World, gym: Organization
) -> None:
    other = await world.organization()
    wanted = {"targetMuscles": ["chest"], "conditions": ["wrist_pain"]}
    before = [await generate(api, each.coach, each.id, **wanted) for each in (gym, other)]
    (main,) = [section for section in before[0]["sections"] if section["type"] == "MAIN"]
    exercise = main["movements"][0]["exercise"]
    async with world.writing_as(gym.coach) as session:
        await session.run(RESTRICT, gym.id, UUID(exercise["exerciseId"]))
    after = [await generate(api, each.coach, each.id, **wanted) for each in (gym, other)]
    assert exercise["name"] not in names(after[0])
    assert after[1] == before[1]


async def test_a_copy_of_an_exercise_that_the_organization_rules_out_is_ruled_out_too(api: Api, world: World) -> None:
    gym = await world.organization()
    source = await world.exercise_id("machine-chest-press")
    clone = {"id": source, "organizationId": str(gym.id), "name": "Press of the house"}
    id = (await api.run(CLONE, gym.coach, input=clone))["cloneExercise"]["exercise"]["id"]
    wanted = {"targetMuscles": ["chest"], "conditions": ["wrist_pain"], "includeDrafts": True}
    before = await generate(api, gym.coach, gym.id, **wanted)
    assert (id, "UNSAFE") not in [(each["exercise"]["exerciseId"], each["reason"]) for each in before["excluded"]]
    async with world.writing_as(gym.coach) as session:
        await session.run(RESTRICT, gym.id, UUID(source))
    after = await generate(api, gym.coach, gym.id, **wanted)
    assert {each["exercise"]["exerciseId"]: each["reason"] for each in after["excluded"]}[id] == "UNSAFE"


async def test_unknown_names_are_refused_together_with_the_nearest(api: Api, gym: Organization) -> None:
    found = await faults(
        api, gym.coach, gym.id, targetMuscles=["biceps", "quadrisceps"], availableEquipment=["dumbel"],
        conditions=["wrist_payn"], sessionMinutes=4, difficultyMax=6,
    )  # fmt: skip
    assert {code for code, _ in found} == {"INVALID_INPUT"}
    messages = [message for _, message in found]
    assert any("There is no muscle 'quadrisceps'; the nearest are: quadriceps" in message for message in messages)
    assert any("There is no equipment 'dumbel'; the nearest are: dumbbell" in message for message in messages)
    assert any("'wrist_payn'" in message and "wrist_pain" in message for message in messages)
    assert any("Must be from 5 to 180; this is 4." in message for message in messages)
    assert any("Must be from 1 to 5; this is 6." in message for message in messages)


async def test_too_many_muscles_items_and_conditions_are_refused(api: Api, gym: Organization) -> None:
    found = await faults(
        api, gym.coach, gym.id, targetMuscles=["chest"] * 21, availableEquipment=["bench"] * 101,
        conditions=["wrist_pain"] * 61,
    )  # fmt: skip
    assert sorted(message for _, message in found) == [
        "Must be at most 100 items; these are 101.",
        "Must be at most 20 muscles; these are 21.",
        "Must be at most 60 conditions; these are 61.",
    ]


async def test_others_learn_nothing_and_members_need_the_library(api: Api, world: World, gym: Organization) -> None:
    stranger = (await world.organization()).coach
    assert await faults(api, stranger, gym.id) == [("NOT_FOUND", "You belong to no such organization.")]
    closed = await world.organization()
    async with world.writing_as(closed.owner) as session:
        await session.run("UPDATE organizations SET members_see_library = false WHERE id = $1", closed.id)
    assert [code for code, _ in await faults(api, closed.member, closed.id)] == ["FORBIDDEN"]
    assert names(await generate(api, closed.coach, closed.id))
    assert names(await generate(api, gym.member, gym.id))


@pytest.mark.parametrize(("cache_mb", "catalogues"), [(0, [1, 1]), (64, [1, 0])])
async def test_the_catalogue_is_one_statement_and_none_where_it_is_cached(
    services: Services, gym: Organization, cache_mb: int, catalogues: list[int]
) -> None:
    """Two more read the exercises that are shown: those of the sections, and those that are left out."""
    async with counted(services, cache_mb) as counter:
        for minutes, number in zip((30, 60), catalogues, strict=True):
            with counter.counting() as found:
                await generate(counter.api, gym.coach, gym.id, sessionMinutes=minutes)
            loaded = sum("WITH RECURSIVE visible" in each for each in found)
            shown = sum("LEFT JOIN exercise_org_overrides" in each for each in found) - loaded
            assert (loaded, shown) == (number, 2)
