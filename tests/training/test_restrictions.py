"""What organizations add to the safety of exercises."""

from typing import Any  # answers are JSON

from tests.conftest import Api, Organization, World
from tests.layers.documents import cloned, effective
from tests.training.documents import ADD, REMOVE, classified, own


async def add(api: Api, gym: Organization, exercise: str, condition: str, severity: str, **values: Any) -> Any:
    """The payload of adding a restriction as a coach."""
    input = {
        "organizationId": str(gym.id), "exerciseId": exercise, "condition": condition, "severity": severity, **values
    }  # fmt: skip
    return await api.payload(ADD, gym.coach, input=input)


async def test_a_restriction_counts_in_its_organization_until_it_is_removed(api: Api, world: World) -> None:
    gym, other, plank = await world.organization(), await world.organization(), await world.exercise_id("plank")
    before = (await effective(api, gym, plank, "asthma"))["safetyFor"]
    added = await add(api, gym, plank, "АСТМА", "ABSOLUTE", modification="Ask the physiotherapist")
    assert added["userErrors"] == []
    restriction = added["restriction"]
    assert (restriction["condition"], restriction["severity"]) == ("asthma", "ABSOLUTE")
    assert restriction["exercise"]["safetyRestrictions"] == [{"id": restriction["id"]}]
    shown = (await effective(api, gym, plank, "asthma"))["safetyFor"]
    assert shown["warnings"][0]["modification"] == "Ask the physiotherapist" and shown["riskScore"] == 100
    assert (await effective(api, other, plank, "asthma"))["safetyFor"] == before
    removed = await api.payload(REMOVE, gym.coach, input={"id": restriction["id"]})
    assert removed == {"deletedId": restriction["id"], "userErrors": []}
    assert (await effective(api, gym, plank, "asthma"))["safetyFor"] == before


async def test_a_restriction_of_the_same_condition_replaces_one_that_is_no_stricter(api: Api, world: World) -> None:
    """A weaker one is refused, whoever added the stricter one, which holds until it is removed."""
    gym, plank = await world.organization(), await world.exercise_id("plank")
    first = (await add(api, gym, plank, "asthma", "RESTRICTION"))["restriction"]
    second = (await add(api, gym, plank, "asthma", "ABSOLUTE"))["restriction"]
    assert (second["id"], second["severity"]) == (first["id"], "ABSOLUTE")
    payload = await add(api, gym, plank, "asthma", "WARNING", modification="Slowly")
    assert [(error["code"], error["field"], error["message"]) for error in payload["userErrors"]] == [
        (
            "CONFLICT",
            ["input", "severity"],
            "The organization's restriction of this condition is ABSOLUTE: remove that first.",
        )
    ]
    assert (await effective(api, gym, plank, "asthma"))["safetyFor"]["riskScore"] == 100
    assert (await add(api, gym, plank, "asthma", "ABSOLUTE", modification="Never"))["userErrors"] == []
    assert (await api.payload(REMOVE, gym.coach, input={"id": first["id"]}))["userErrors"] == []
    assert (await add(api, gym, plank, "asthma", "WARNING"))["userErrors"] == []


async def test_a_restriction_that_adds_nothing_is_refused(api: Api, gym: Organization, squat: str) -> None:
    payload = await add(api, gym, squat, "uncontrolled_hypertension", "ABSOLUTE")
    (error,) = payload["userErrors"]
    assert (error["code"], error["field"]) == ("CONFLICT", ["input", "severity"])
    assert error["message"].startswith("It is ruled out for uncontrolled_hypertension already")


async def test_own_exercises_may_be_restricted_and_those_of_others_not(api: Api, world: World) -> None:
    gym, other = await world.organization(), await world.organization()
    exercise, theirs = await own(api, gym), await own(api, other)
    assert (await add(api, gym, exercise, "asthma", "WARNING"))["userErrors"] == []
    for id, code in ((theirs, "EXERCISE_NOT_VISIBLE"), ("nonsense", "INVALID_INPUT")):
        (error,) = (await add(api, gym, id, "asthma", "WARNING"))["userErrors"]
        assert (error["code"], error["field"]) == (code, ["input", "exerciseId"])


async def test_only_coaches_of_the_organization_add_and_remove_restrictions(api: Api, world: World) -> None:
    gym, other, plank = await world.organization(), await world.organization(), await world.exercise_id("plank")
    added = (await add(api, gym, plank, "asthma", "ABSOLUTE"))["restriction"]
    input = {"organizationId": str(gym.id), "exerciseId": plank, "condition": "vertigo", "severity": "ABSOLUTE"}
    for person, code in ((gym.member, "FORBIDDEN"), (other.coach, "NOT_FOUND")):
        assert await api.refusals(ADD, person, input=input) == [(code, ["input", "organizationId"])]
        assert await api.refusals(REMOVE, person, input={"id": added["id"]}) == [(code, ["input", "id"])]


async def test_unknown_and_ambiguous_conditions_are_refused(api: Api, world: World) -> None:
    gym, plank = await world.organization(), await world.exercise_id("plank")
    for condition in ("kneee pain", "labrum", "", "x" * 121):
        (error,) = (await add(api, gym, plank, condition, "ABSOLUTE"))["userErrors"]
        assert (error["code"], error["field"]) == ("INVALID_INPUT", ["input", "condition"])


async def test_a_restriction_holds_for_copies_until_they_are_classified_themselves(api: Api, world: World) -> None:
    gym, plank = await world.organization(), await world.exercise_id("plank")
    await add(api, gym, plank, "asthma", "ABSOLUTE")
    copy = await cloned(api, gym, plank)
    assert (await effective(api, gym, copy, "asthma"))["safetyFor"]["riskScore"] == 100
    await classified(api, gym.coach, copy, classKey="isometric_hold")
    assert (await effective(api, gym, copy, "asthma"))["safetyFor"]["riskScore"] < 100


async def test_a_restriction_of_a_treated_condition_has_no_prescription_of_the_treatment(
    api: Api, world: World
) -> None:
    """What is ruled out does not say how many times it is done."""
    gym, walk = await world.organization(), await world.exercise_id("banded-lateral-walk")
    before = (await effective(api, gym, walk, "patellofemoral pain"))["safetyFor"]
    assert before["indicatedFor"] == ["patellofemoral_pain"]
    await add(api, gym, walk, "patellofemoral_pain", "ABSOLUTE")
    (warning,) = (await effective(api, gym, walk, "patellofemoral pain"))["safetyFor"]["warnings"]
    assert (warning["level"], warning["modification"]) == ("AVOID", None)


async def test_a_restriction_that_is_sent_again_without_its_text_keeps_it(api: Api, world: World) -> None:
    """An absent key leaves the stored text; null clears it."""
    gym, plank = await world.organization(), await world.exercise_id("plank")
    await add(api, gym, plank, "asthma", "WARNING", modification="Two breaths between")
    stricter = (await add(api, gym, plank, "asthma", "ABSOLUTE"))["restriction"]
    assert (stricter["severity"], stricter["modification"]) == ("ABSOLUTE", "Two breaths between")
    assert (await add(api, gym, plank, "asthma", "ABSOLUTE", modification=None))["restriction"]["modification"] is None
