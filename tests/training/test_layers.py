"""Changing single values of profiles, and safety constraints."""

from typing import Any  # inputs are JSON

import pytest

from tests.conftest import Api, Organization, Person
from tests.training.documents import CONSTRAINTS, PROFILES, classified, own

ENDURANCE = {"goal": "ENDURANCE", "unit": "SECONDS", "min": 20, "max": 40, "sets": 3, "restSeconds": 30}


async def test_what_is_absent_stays_as_it_is(api: Api, gym: Organization) -> None:
    exercise = await own(api, gym)
    before = (await classified(api, gym.coach, exercise))["programming"]
    input = {"exerciseId": exercise, "skillDemand": 5, "defaultTempo": None, "prescriptions": [ENDURANCE]}
    shown = (await api.run(PROFILES, gym.coach, input=input))["updateProgrammingProfile"]["exercise"]["programming"]
    expected = {"unit": "SECONDS", "min": 20, "max": 40, "sets": 3, "restSeconds": 30}
    assert shown == {
        **before, "skillDemand": 5, "defaultTempo": None, "repRange": None, "rest": None, "prescription": expected
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "path", "message"),
    [({"skillDemand": 6}, ["skillDemand"], "Must be from 1 to 5; this is 6."),
     ({"caloricDemand": 101}, ["caloricDemand"], "Must be from 1 to 10; this is 101."),
     ({"fatigueScore": 3}, ["fatigueScore"], "Exercises of the class barbell_squat have 6 to 10; this is 3."),
     ({"minimumRecoveryHours": -1}, ["minimumRecoveryHours"], "Must be from 0 to 336; this is -1."),
     ({"optimalFrequencyPerWeek": 3}, ["optimalFrequencyPerWeek"], "3 times a week leave no 72 hours"),
     ({"minimumRecoveryHours": 96}, ["minimumRecoveryHours"], "2 times a week leave no 96 hours"),
     ({"defaultTempo": "3-1-1"}, ["defaultTempo"], "four digits or X"),
     ({"prescriptions": [{**ENDURANCE, "min": 41}]}, ["prescriptions", "0", "min"], "at most `max`, which is 40"),
     ({"prescriptions": [{**ENDURANCE, "restSeconds": -1}]}, ["prescriptions", "0", "restSeconds"], "from 0 to 3,600"),
     ({"prescriptions": [{**ENDURANCE, "sets": 0}]}, ["prescriptions", "0", "sets"], "Must be from 1 to 20"),
     ({"prescriptions": [ENDURANCE, ENDURANCE]}, ["prescriptions", "1", "goal"], "Must name a goal once")],
)  # fmt: skip
async def test_values_out_of_bounds_and_ranges_with_their_ends_swapped_are_refused_by_field(
    api: Api, gym: Organization, values: dict[str, Any], path: list[str], message: str
) -> None:
    exercise = await own(api, gym)
    await classified(api, gym.coach, exercise)
    (error,) = await api.user_errors(PROFILES, gym.coach, input={"exerciseId": exercise, **values})
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["input", *path])
    assert message in error["message"]


async def test_lists_of_constraints_are_replaced_and_scores_follow(api: Api, gym: Organization) -> None:
    exercise = await own(api, gym)
    await classified(api, gym.coach, exercise, stressors=["axial_load"])
    input = {
        "exerciseId": exercise, "avoidIf": ["slipped disc"], "cautionIf": ["asthma", "knee pain"],
        "indicatedFor": ["osteoporosis"], "riskScores": [{"condition": "asthma", "score": 40}],
        "modifications": [{"condition": "knee_pain", "modification": "Half the depth"}],
    }  # fmt: skip
    shown = (await api.run(CONSTRAINTS, gym.coach, input=input))["updateSafetyConstraint"]["exercise"]["safety"]
    assert shown["avoidIf"] == ["lumbar_disc_herniation"] and sorted(shown["cautionIf"]) == ["asthma", "knee_pain"]
    assert shown["indicatedFor"] == ["osteoporosis"] and "axial_load" in shown["stressors"]
    scores = {each["condition"]: each["score"] for each in shown["riskScores"]}
    assert scores == {"asthma": 40, "knee_pain": 25, "osteoporosis": 5}
    assert shown["modifications"] == [
        {"condition": "knee_pain", "modification": "Half the depth", "riskLevel": "CAUTION"}
    ]
    moved = {"exerciseId": exercise, "avoidIf": ["knee_pain"], "cautionIf": []}
    shown = (await api.run(CONSTRAINTS, gym.coach, input=moved))["updateSafetyConstraint"]["exercise"]["safety"]
    assert shown["modifications"][0]["riskLevel"] == "AVOID"
    assert [each["condition"] for each in shown["riskScores"]] == ["osteoporosis"]


@pytest.mark.parametrize(
    ("values", "path", "message"),
    [({"avoidIf": ["asthma"], "cautionIf": ["asthma"]}, ["cautionIf"], "asthma is in avoidIf too"),
     ({"avoidIf": ["knee pain"]}, ["avoidIf"], "knee_pain is in cautionIf too"),
     ({"avoidIf": ["kneee pain"]}, ["avoidIf", "0"], "no condition 'kneee pain'; the nearest known: knee_pain"),
     ({"avoidIf": ["labrum"]}, ["avoidIf", "0"], "'labrum' has several meanings; send one of: hip_impingement"),
     ({"riskScores": [{"condition": "knee_pain", "score": 100}]}, ["riskScores", "0", "score"], "from 1 to 99"),
     ({"riskScores": [{"condition": "asthma", "score": 5}]}, ["riskScores"], "asthma is not in cautionIf"),
     ({"modifications": [{"condition": "asthma", "modification": "Slow"}]}, ["modifications"], "asthma is not in"),
     ({"modifications": [{"condition": "knee_pain", "modification": ""}]},
      ["modifications", "0", "modification"], "Must not be empty."),
     ({"stressors": ["valsalvaa"]}, ["stressors", "0"], "the nearest known: valsalva")],
)  # fmt: skip
async def test_constraints_that_contradict_each_other_are_refused_by_field(
    api: Api, gym: Organization, values: dict[str, Any], path: list[str], message: str
) -> None:
    exercise = await own(api, gym)
    await classified(api, gym.coach, exercise)
    plain = {"exerciseId": exercise, "avoidIf": [], "cautionIf": ["knee_pain"], "indicatedFor": []}
    await api.run(CONSTRAINTS, gym.coach, input=plain)
    (error,) = await api.user_errors(CONSTRAINTS, gym.coach, input={"exerciseId": exercise, **values})
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["input", *path])
    assert message in error["message"]


async def test_the_nearest_conditions_are_sought_for_the_first_five_unknown_ones(api: Api, gym: Organization) -> None:
    """Of many unknown conditions each is refused, and the first five with the nearest known one."""
    exercise = await own(api, gym)
    await classified(api, gym.coach, exercise)
    unknown = [f"kneee pain {number}" for number in range(100)]
    refused = await api.user_errors(CONSTRAINTS, gym.coach, input={"exerciseId": exercise, "avoidIf": unknown})
    assert [error["field"][2:] for error in refused] == [[str(number)] for number in range(100)]
    assert ["nearest known: knee_pain" in error["message"] for error in refused] == [True] * 5 + [False] * 95


@pytest.mark.parametrize("text", [PROFILES, CONSTRAINTS])
async def test_an_unclassified_exercise_and_one_of_others_have_no_values_to_change(
    api: Api, gym: Organization, admin: Person, squat: str, text: str
) -> None:
    exercise = await own(api, gym)
    tries = [(gym.coach, exercise, "NOT_FOUND"), (admin, exercise, "NOT_FOUND"), (gym.coach, squat, "FORBIDDEN")]
    for person, id, code in tries:
        assert await api.refusals(text, person, input={"exerciseId": id}) == [(code, ["input", "exerciseId"])]


async def test_a_platform_admin_changes_a_canonical_exercise(api: Api, admin: Person, squat: str) -> None:
    input = {"exerciseId": squat, "detrainingDays": 30}
    shown = (await api.run(PROFILES, admin, input=input))["updateProgrammingProfile"]["exercise"]["programming"]
    assert (shown["detrainingDays"], shown["classKey"]) == (30, "barbell_squat")
