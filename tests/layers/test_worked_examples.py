"""The worked examples of the architecture of four layers (seed 004), over the library that ships."""

from typing import Any  # answers are JSON

import pytest

from tests.conftest import Api, Organization, World
from tests.layers.documents import STORED, effective

RECOVERY = "query ($ids: [ID!]!) { minimumRecoveryHours(exerciseIds: $ids) }"
CHAIN = "query ($id: ID!) { exercise(id: $id) { progressionChain(depth: 5) { slug difficulty } } }"
SAFE = """query ($id: ID!, $filter: ExerciseFilter) {
  organization(id: $id) { exerciseLibrary(filter: $filter, first: 100) { nodes { slug } } } }"""


async def assessed(api: Api, gym: Organization, world: World, slug: str, *conditions: str) -> Any:
    """A canonical exercise for a person."""
    return (await effective(api, gym, await world.exercise_id(slug), *conditions))["safetyFor"]


async def test_the_bench_press_is_cautioned_with_wrist_pain_and_says_what_to_do(
    api: Api, gym: Organization, world: World
) -> None:
    found = await assessed(api, gym, world, "bench-press", "wrist pain")
    assert (found["isSafe"], found["riskScore"]) == (True, 25)
    (warning,) = found["warnings"]
    assert (warning["condition"], warning["level"]) == ("wrist_pain", "CAUTION") and warning["modification"]


async def test_the_bench_press_is_excluded_with_shoulder_impingement(api: Api, gym: Organization, world: World) -> None:
    found = await assessed(api, gym, world, "bench-press", "shoulder impingement")
    assert found["riskScore"] >= 60
    filter = {"safeFor": ["shoulder impingement"], "safeForStrictness": "RESTRICTION", "q": "bench press"}
    nodes = (await api.run(SAFE, gym.coach, id=str(gym.id), filter=filter))["organization"]["exerciseLibrary"]["nodes"]
    assert "bench-press" not in {node["slug"] for node in nodes}


async def test_the_bench_press_needs_48_hours_and_a_session_the_most_of_its_exercises(
    api: Api, gym: Organization, world: World
) -> None:
    ids = [await world.exercise_id(slug) for slug in ("bench-press", "back-squat", "cat-cow")]
    for wanted, hours in ((ids[:1], 48), (ids, 72), (ids[2:], 0), ([], None)):
        assert (await api.run(RECOVERY, gym.member, ids=wanted))["minimumRecoveryHours"] == hours


@pytest.mark.parametrize("bad", ["none", "0190b5b1-9d4e-7c3a-8000-0123456789ab"])
async def test_the_recovery_of_an_unknown_exercise_is_refused_at_its_place(
    api: Api, gym: Organization, squat: str, bad: str
) -> None:
    response = (await api.post(RECOVERY, gym.coach, ids=[squat, bad])).json()
    assert [error["extensions"]["field"] for error in response["errors"]] == [["exerciseIds", "1"]]
    response = (await api.post(RECOVERY, gym.coach, ids=[squat] * 501)).json()
    assert [error["extensions"]["field"] for error in response["errors"]] == [["exerciseIds"]]


@pytest.mark.parametrize("slug", ["dead-hang", "sit-to-stand"])
async def test_a_ladder_has_five_rungs_none_of_which_is_easier_than_the_one_before(
    api: Api, gym: Organization, world: World, slug: str
) -> None:
    chain = (await api.run(CHAIN, gym.coach, id=await world.exercise_id(slug)))["exercise"]["progressionChain"]
    difficulties = [rung["difficulty"] for rung in chain]
    assert len({rung["slug"] for rung in chain}) == 5 and difficulties == sorted(difficulties)


async def test_depth_is_bounded(api: Api, gym: Organization, squat: str) -> None:
    for depth in (0, 26, 1_000):
        text = STORED.replace("progressionChain {", f"progressionChain(depth: {depth}) {{")
        response = (await api.post(text, gym.coach, id=squat)).json()
        assert [error["extensions"]["field"] for error in response["errors"]] == [["depth"]]


async def test_vocabularies_are_listed_for_people_who_classify(api: Api, gym: Organization) -> None:
    text = """{ exerciseClasses { key code title fatigueMin fatigueMax goals } classModifiers { key when }
      stressors { key meaning } muscles { key group isGroup synonyms } }"""
    data = await api.run(text, gym.member)
    (squats,) = [each for each in data["exerciseClasses"] if each["key"] == "barbell_squat"]
    assert (squats["code"], squats["fatigueMin"], squats["fatigueMax"]) == ("S1", 7, 9)
    assert squats["goals"] == ["STRENGTH", "HYPERTROPHY", "ENDURANCE", "POWER"]
    assert "axial_load" in {each["key"] for each in data["stressors"]}
    by_key = {each["key"]: each for each in data["muscles"]}
    assert by_key["core"]["isGroup"] and by_key["abdominals"]["group"] == "core"
    assert "abs" in by_key["abdominals"]["synonyms"]
    assert (await api.post(text)).json()["errors"]
