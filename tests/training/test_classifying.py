"""Classifying exercises: the layers that follow, who may do it, and what is refused."""

from typing import Any  # inputs are JSON

import pytest

from tests.conftest import Api, Organization, Person, World
from tests.layers.documents import cloned, effective
from tests.training.documents import CLASSIFY, classified, own

SQUAT = {"stressors": ["axial_load", "valsalva", "deep_loaded_knee_flexion", "external_load"]}


async def test_an_own_exercise_gets_the_layers_of_its_class_and_stressors(api: Api, gym: Organization) -> None:
    exercise = await own(api, gym)
    shown = await classified(api, gym.coach, exercise, **SQUAT)
    profile, safety = shown["programming"], shown["safety"]
    assert (profile["classKey"], profile["fatigueScore"], profile["difficultyLevel"]) == ("barbell_squat", 7, 3)
    assert (profile["minimumRecoveryHours"], profile["repRange"]) == (72, {"min": 3, "max": 6})
    assert sorted(safety["stressors"]) == sorted(SQUAT["stressors"])
    assert "uncontrolled_hypertension" in safety["avoidIf"] and "knee_pain" in safety["cautionIf"]
    assert shown["contraindications"] == []
    assessed = await effective(api, gym, exercise, "uncontrolled_hypertension")
    assert (assessed["safetyFor"]["riskScore"], assessed["safetyFor"]["isClassified"]) == (100, True)


async def test_classifying_again_replaces_the_layers_and_the_same_again_changes_nothing(
    api: Api, gym: Organization
) -> None:
    exercise = await own(api, gym)
    first = await classified(api, gym.coach, exercise, **SQUAT)
    again = await classified(api, gym.coach, exercise, **SQUAT)
    assert again == first
    other = await classified(api, gym.coach, exercise, classKey="static_mobility")
    assert other["programming"]["classKey"] == "static_mobility" and other["updatedAt"] > first["updatedAt"]
    assert other["safety"]["stressors"] == []


async def test_the_difficulty_of_the_exercise_is_that_of_its_profile(api: Api, gym: Organization) -> None:
    exercise = await own(api, gym)
    await classified(api, gym.coach, exercise)
    text = "mutation ($input: UpdateExerciseInput!) { updateExercise(input: $input) { exercise { id } } }"
    await api.run(text, gym.coach, input={"id": exercise, "difficulty": 5})
    assert (await effective(api, gym, exercise))["programming"]["difficultyLevel"] == 5


async def test_the_class_null_lets_a_fork_inherit_again(api: Api, gym: Organization, squat: str) -> None:
    copy = await cloned(api, gym, squat)
    source = await effective(api, gym, squat, "knee pain")
    await classified(api, gym.coach, copy, classKey="static_mobility")
    assert (await effective(api, gym, copy))["programming"]["classKey"] == "static_mobility"
    await classified(api, gym.coach, copy, classKey=None)
    shown = await effective(api, gym, copy, "knee pain")
    assert (shown["programming"], shown["safetyFor"]) == (source["programming"], source["safetyFor"])


async def test_a_version_that_is_not_stored_any_more_is_a_conflict(api: Api, gym: Organization) -> None:
    exercise = await own(api, gym)
    shown = await classified(api, gym.coach, exercise)
    changed = await classified(api, gym.coach, exercise, fatigueScore=9, ifUpdatedAt=shown["updatedAt"])
    input = {"exerciseId": exercise, "classKey": "carry", "ifUpdatedAt": shown["updatedAt"]}
    payload = await api.payload(CLASSIFY, gym.coach, input=input)
    assert [(e["code"], e["field"]) for e in payload["userErrors"]] == [("CONFLICT", ["input", "ifUpdatedAt"])]
    assert payload["conflict"]["updatedBy"]["id"] == str(gym.coach.id)
    assert payload["exercise"]["updatedAt"] == changed["updatedAt"]


@pytest.mark.parametrize(
    ("values", "path", "message"),
    [({"classKey": "barbel_squat"}, ["classKey"], "There is no class 'barbel_squat'; the nearest known: barbell_squat"),
     ({"classKey": "qqq"}, ["classKey"], "There is no class 'qqq'; exerciseClasses lists them."),
     ({"modifiers": ["rings", "ringz"]}, ["modifiers", "1"], "There is no modifier 'ringz'; the nearest known: rings"),
     ({"stressors": ["axial load"]}, ["stressors", "0"], "no stressor 'axial load'; the nearest known: axial_load"),
     ({"stressors": ["valsalva"] + [str(n) for n in range(50)]}, ["stressors"], "at most 50 entries; this has 51"),
     ({"fatigueScore": 2}, ["fatigueScore"], "Must be from 6 to 10; this is 2."),
     ({"fatigueScore": 11}, ["fatigueScore"], "Must be from 6 to 10; this is 11."),
     ({"classKey": None, "stressors": ["valsalva"]}, ["classKey"], "Must be a class where there are stressors"),
     ({"exerciseId": "nonsense"}, ["exerciseId"], "Must be an id")],
)  # fmt: skip
async def test_values_of_no_list_and_out_of_bounds_are_refused_by_name(
    api: Api, gym: Organization, values: dict[str, Any], path: list[str], message: str
) -> None:
    exercise = await own(api, gym)
    input = {"exerciseId": exercise, "classKey": "barbell_squat", "stressors": [], **values}
    (error,) = await api.user_errors(CLASSIFY, gym.coach, input=input)
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["input", *path])
    assert message in error["message"]


async def test_coaches_classify_their_own_exercises_and_platform_admins_canonical_ones(
    api: Api, world: World, gym: Organization, admin: Person, squat: str
) -> None:
    exercise, other = await own(api, gym), await world.organization()
    tries = [
        (gym.member, exercise, "FORBIDDEN"), (other.coach, exercise, "NOT_FOUND"), (admin, exercise, "NOT_FOUND"),
        (gym.coach, squat, "FORBIDDEN"), (other.coach, squat, "FORBIDDEN"),
    ]  # fmt: skip
    for person, id, code in tries:
        input = {"exerciseId": id, "classKey": "carry"}
        assert await api.refusals(CLASSIFY, person, input=input) == [(code, ["input", "exerciseId"])]
    plank = await world.exercise_id("plank")
    shown = await classified(api, admin, plank, classKey="isometric_hold", stressors=["long_hold"])
    assert shown["safety"]["stressors"] == ["long_hold"]


async def test_without_stressors_nobody_has_looked_and_it_is_refused_with_those_of_the_class(
    api: Api, gym: Organization
) -> None:
    """The first classification names the stressors, if only by an empty list; the refusal has those of the class."""
    exercise = await own(api, gym)
    for sent in ({}, {"stressors": None}):
        input = {"exerciseId": exercise, "classKey": "barbell_squat", **sent}
        (error,) = await api.user_errors(CLASSIFY, gym.coach, input=input)
        assert (error["code"], error["field"]) == ("INVALID_INPUT", ["input", "stressors"])
        assert error["message"].endswith(
            "Those of its class are: axial_load, deep_loaded_knee_flexion, external_load, valsalva."
        )
    assert (await effective(api, gym, exercise, "knee pain"))["safetyFor"]["isClassified"] is False


async def test_an_exercise_has_at_least_the_stressors_of_its_class(api: Api, gym: Organization) -> None:
    """A barbell squat whose stressors were sent as an empty list is a caution for a herniated disc all the same."""
    exercise = await own(api, gym)
    shown = await classified(api, gym.coach, exercise, stressors=[])
    assert sorted(shown["safety"]["stressors"]) == sorted(SQUAT["stressors"])
    assert (await effective(api, gym, exercise, "lumbar disc herniation"))["safetyFor"]["riskScore"] >= 25


async def test_a_second_classification_without_stressors_and_modifiers_leaves_those_stored(
    api: Api, gym: Organization
) -> None:
    """Another fatigue score alone changes nothing that safety follows from."""
    exercise = await own(api, gym)
    first = await classified(api, gym.coach, exercise, classKey="floor_pull", stressors=["gripping", "valsalva"])
    input = {"exerciseId": exercise, "classKey": "floor_pull", "fatigueScore": 9}
    again = (await api.run(CLASSIFY, gym.coach, input=input))["classifyExercise"]["exercise"]
    assert again["safety"] == first["safety"] and again["programming"]["fatigueScore"] == 9


async def test_an_own_exercise_is_warned_of_for_what_sessions_leave_out(api: Api, gym: Organization) -> None:
    """Equipment of an own exercise is compared without case and plural, so that the rules of sessions know it."""
    exercise = await own(api, gym, equipment=["Ab Wheels"])
    shown = await classified(api, gym.coach, exercise, classKey="dynamic_trunk", stressors=[])
    assert "wrist_pain" in shown["safety"]["cautionIf"]
    assert (await effective(api, gym, exercise, "wrist pain"))["safetyFor"]["riskScore"] == 25
