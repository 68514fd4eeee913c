"""Reading the layers: inheritance of forks, what organizations add to safety, and who sees what."""

from typing import Any  # answers are JSON
from uuid import UUID

import pytest

from tests.conftest import Api, Organization, World
from tests.layers.documents import STORED, Pool, cloned, effective, restrict, write_constraint


async def own(api: Api, gym: Organization) -> str:
    """The id of a new exercise of the organization's own, without layers."""
    text = "mutation ($input: CreateExerciseInput!) { createExercise(input: $input) { exercise { id } } }"
    data = await api.run(text, gym.coach, input={"organizationId": str(gym.id), "name": "Ours"})
    return str(data["createExercise"]["exercise"]["id"])


async def test_a_canonical_exercise_shows_the_rows_that_were_seeded(
    api: Api, gym: Organization, owner: Pool, squat: str
) -> None:
    shown = (await api.run(STORED, gym.coach, id=squat))["exercise"]
    stored = await owner.fetchrow("SELECT * FROM exercise_safety_constraints WHERE exercise_id = $1", UUID(squat))
    assert shown["programming"]["classKey"] == "barbell_squat"
    assert shown["programming"]["repRange"] == {"min": 3, "max": 6} and shown["programming"]["rest"] == 180
    assert shown["programming"]["prescription"] == {"unit": "REPS", "min": 12, "max": 20, "sets": 3, "restSeconds": 90}
    assert sorted(shown["safety"]["avoidIf"]) == sorted(stored["avoid_if"])
    assert sorted(shown["safety"]["cautionIf"]) == sorted(stored["caution_if"])
    assert shown["safety"]["stressors"] == stored["stressors"]


async def test_a_fork_of_a_fork_has_the_layers_of_its_nearest_source_until_it_has_its_own(
    api: Api, gym: Organization, owner: Pool, squat: str
) -> None:
    first = await cloned(api, gym, squat)
    second = await cloned(api, gym, first)
    source = await effective(api, gym, squat, "pregnancy")
    for fork in (first, second):
        shown = await effective(api, gym, fork, "pregnancy")
        assert shown["programming"] == source["programming"]
        assert shown["safetyFor"] == shown["exercise"]["safetyFor"] == source["safetyFor"]
    await write_constraint(owner, gym, first, avoid_if=["sore wing"])
    assert (await effective(api, gym, second, "sore wing"))["safetyFor"]["riskScore"] == 100
    await write_constraint(owner, gym, second, caution_if=["sore wing"])
    assert (await effective(api, gym, second, "sore wing"))["safetyFor"]["riskScore"] == 1
    assert (await effective(api, gym, second))["programming"] == source["programming"]


async def test_a_fork_has_the_contraindications_that_it_was_copied_with_beside_the_inherited_constraints(
    api: Api, gym: Organization, owner: Pool, squat: str
) -> None:
    fork = await cloned(api, gym, squat)
    await owner.execute(
        """UPDATE exercise_contraindications SET severity = 'absolute'
           WHERE exercise_id = $1 AND condition = 'pregnancy'""",
        UUID(fork),
    )
    assert (await effective(api, gym, fork, "pregnancy"))["safetyFor"]["isSafe"] is False
    assert (await effective(api, gym, squat, "pregnancy"))["safetyFor"]["isSafe"] is True


async def test_an_exercise_that_nobody_classified_is_safe_for_nobody_with_a_condition(
    api: Api, gym: Organization
) -> None:
    exercise = await own(api, gym)
    shown = await effective(api, gym, exercise)
    assert (shown["programming"], shown["safety"]) == (None, None)
    healthy = {"isSafe": True, "riskScore": 0, "isClassified": False, "indicatedFor": [], "warnings": []}
    assert shown["safetyFor"] == healthy
    assert (await effective(api, gym, exercise, "knee pain"))["safetyFor"] == {
        **healthy,
        "isSafe": False,
        "riskScore": 99,
    }


@pytest.mark.parametrize(("severity", "score"), [("warning", 25), ("restriction", 60), ("absolute", 100)])
async def test_an_organization_adds_to_the_constraints_of_its_own_view_alone(
    api: Api, world: World, owner: Pool, severity: str, score: int
) -> None:
    gym, other = await world.organization(), await world.organization()
    exercise = await world.exercise_id("plank")
    before = await effective(api, gym, exercise, "concussion")
    await restrict(owner, gym, exercise, "asthma", severity)
    shown = await effective(api, gym, exercise, "asthma")
    assert shown["safetyFor"]["riskScore"] >= score
    assert shown["safetyFor"]["warnings"][-1]["condition"] == "asthma"
    assert ("asthma" in shown["safety"]["avoidIf"]) == (severity == "absolute")
    for view in ((await effective(api, other, exercise, "asthma")), shown["exercise"]):
        assert view["safetyFor"]["riskScore"] < score and "asthma" not in view["safety"]["avoidIf"]
    assert (await effective(api, gym, exercise, "concussion"))["safetyFor"] == before["safetyFor"]


async def test_an_organizations_weaker_restriction_weakens_nothing(
    api: Api, world: World, gym: Organization, owner: Pool, squat: str
) -> None:
    before = await effective(api, gym, squat, "uncontrolled_hypertension")
    assert before["safetyFor"]["riskScore"] == 100
    await restrict(owner, gym, squat, "uncontrolled_hypertension", "warning")
    assert (await effective(api, gym, squat, "uncontrolled_hypertension"))["safetyFor"] == before["safetyFor"]


async def test_an_organizations_restriction_counts_although_the_exercise_treats_the_condition(
    api: Api, world: World, owner: Pool
) -> None:
    gym, exercise = await world.organization(), await world.exercise_id("eccentric-heel-drop")
    treated = (await effective(api, gym, exercise, "achilles_tendinopathy"))["safetyFor"]
    assert treated["indicatedFor"] == ["achilles_tendinopathy"] and treated["riskScore"] == 5
    await restrict(owner, gym, exercise, "achilles_tendinopathy", "restriction")
    shown = (await effective(api, gym, exercise, "achilles_tendinopathy"))["safetyFor"]
    assert shown["indicatedFor"] == [] and shown["riskScore"] == 60


async def test_conditions_are_understood_by_synonyms_and_in_other_languages(
    api: Api, gym: Organization, squat: str
) -> None:
    by_key = (await effective(api, gym, squat, "lumbar_disc_herniation"))["safetyFor"]
    for spelling in ("slipped disc", "פריצת דיסק", "ГРЫЖА ДИСКА", "Lumbar-Disc-Herniation"):
        assert (await effective(api, gym, squat, spelling))["safetyFor"] == by_key


async def test_unknown_conditions_are_refused_by_name_with_the_nearest_and_at_most_60_are_taken(
    api: Api, gym: Organization, squat: str
) -> None:
    def refusals(body: Any) -> list[tuple[list[str], str]]:
        return [(error["extensions"]["field"], error["message"]) for error in body["errors"]]

    response = await api.post(STORED, gym.coach, id=squat, conditions=["knee pain", "kneee pain", "x" * 121])
    assert [path for path, _ in refusals(response.json())] == [["conditions", "1"], ["conditions", "2"]]
    assert "There is no condition 'kneee pain'; the nearest known: knee_pain" in response.text
    response = await api.post(STORED, gym.coach, id=squat, conditions=["knee pain"] * 61)
    assert refusals(response.json()) == [(["conditions"], "Must be at most 60 conditions; these are 61.")]


async def test_all_members_of_an_organization_may_name_a_condition_that_only_its_exercises_have(
    api: Api, world: World, owner: Pool
) -> None:
    gym, other = await world.organization(), await world.organization()
    exercise = await own(api, gym)
    await owner.execute(
        """
        INSERT INTO exercise_contraindications
            (exercise_id, organization_id, condition, condition_key, severity, sort_order)
        VALUES ($1, $2, 'Sore wing', 'sore wing', 'absolute', 0)
        """,
        UUID(exercise),
        gym.id,
    )
    for person in (gym.coach, gym.member):
        shown = await effective(api, gym, exercise, "sore WING", person=person)
        assert shown["safetyFor"]["warnings"] == [{"condition": "sore wing", "level": "AVOID", "modification": None}]
    canonical = await world.exercise_id("plank")
    body = (await api.post(STORED, other.coach, id=canonical, conditions=["sore wing"])).text
    assert "There is no condition" in body and "Sore wing" not in body


async def test_a_chain_of_progressions_leads_to_harder_exercises_and_ends(
    api: Api, gym: Organization, world: World
) -> None:
    start = await world.exercise_id("deck-push-ups")
    shown = (await api.run(STORED, gym.coach, id=start))["exercise"]
    harder = [edge["to"]["slug"] for edge in shown["progressions"] if edge["type"] == "PROGRESSION"]
    slugs = [each["slug"] for each in shown["chain"]]
    assert slugs[0] == harder[0] and len(slugs) == len(set(slugs)) <= 5
