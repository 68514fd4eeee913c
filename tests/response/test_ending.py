"""Once a substitution has ended, the payload says what is done next, and that it hurt."""

from typing import Any  # answers are JSON
from uuid import UUID

from tests.conftest import Api, World
from tests.enrollment.documents import enrollment
from tests.identity.rows import Pool
from tests.response.clinic import Json, Treated, today, treated

END = """mutation ($input: EndExerciseSubstitutionInput!) { endExerciseSubstitution(input: $input) {
  substitution { id to } exercise { exerciseId } next { id }
  safetyFindings { level condition reason exercise { exerciseId } places { week } } userErrors { code }
} }"""


def again(pain: int) -> str:
    """The reason of the finding of an exercise that hurt today."""
    return f"It was changed here after a pain of {pain} on {today()}; that was ended, and it is to be done again."


async def ended(clinic: Treated, id: str) -> Json:
    """The payload of the end of a substitution."""
    payload: Json = await clinic.api.payload(END, clinic.coach, input={"id": id})
    assert payload["userErrors"] == []
    return payload


async def findings(clinic: Treated) -> list[tuple[str, str]]:
    """The exercises and reasons of the enrollment's findings, as a coach sees them."""
    found: Any = await enrollment(clinic.api, clinic.coach, clinic.id)
    return [(each["exercise"]["exerciseId"], each["reason"]) for each in found["safetyFindings"]]


async def test_the_plans_exercise_that_is_done_again_is_named_with_its_pain(
    api: Api, world: World, owner: Pool
) -> None:
    """In the payload and in the findings of 14 days, to coaches alone."""
    clinic = await treated(api, world, owner)
    back, box = clinic.exercises[0], await world.exercise_id("box-squat")
    made = (await clinic.accept(await clinic.hurt(8), box))["substitution"]
    assert await findings(clinic) == []
    payload = await ended(clinic, made["id"])
    assert (payload["exercise"], payload["next"]) == ({"exerciseId": back}, None)
    ((found),) = payload["safetyFindings"]
    assert (found["level"], found["condition"], found["reason"]) == ("WARN", None, again(8))
    assert (found["exercise"]["exerciseId"], len(found["places"])) == (back, 27)
    assert await findings(clinic) == [(back, again(8))]
    seen: Any = await enrollment(api, clinic.patient, clinic.id)
    assert seen["safetyFindings"] == []
    id = UUID(made["id"])
    await owner.execute(
        "UPDATE exercise_substitutions SET from_day = from_day - 14, to_day = to_day - 14 WHERE id = $1", id
    )
    assert await findings(clinic) == []


async def test_of_a_chain_that_which_holds_again_is_named_before_and_after_its_first_day(
    api: Api, world: World, owner: Pool
) -> None:
    """Half of a substitute, ended before its first day: the substitute; a day later: the plan's exercise."""
    clinic = await treated(api, world, owner)
    back, box = clinic.exercises[0], await world.exercise_id("box-squat")
    first = (await clinic.accept(await clinic.hurt(8), box))["substitution"]
    await owner.execute("UPDATE exercise_substitutions SET from_day = from_day - 3 WHERE id = $1", UUID(first["id"]))
    second = (await clinic.accept(await clinic.hurt(5), box))["substitution"]
    assert second["isHalved"] and await findings(clinic) == []
    payload = await ended(clinic, second["id"])
    assert (payload["exercise"], payload["next"]) == ({"exerciseId": box}, {"id": first["id"]})
    assert [each["reason"] for each in payload["safetyFindings"]] == [again(5)]
    third = (await clinic.accept(await clinic.hurt(9), box))["substitution"]
    assert await findings(clinic) == []
    await owner.execute("UPDATE exercise_substitutions SET from_day = from_day - 1 WHERE id = $1", UUID(third["id"]))
    payload = await ended(clinic, third["id"])
    assert (payload["exercise"], payload["next"]) == ({"exerciseId": back}, None)
    assert [each["exercise"]["exerciseId"] for each in payload["safetyFindings"]] == [back]


async def test_less_of_the_same_exercise_is_no_return_to_it(api: Api, world: World, owner: Pool) -> None:
    """While a later one of the chain holds, nothing is done again; once the last one ends, the worst pain is named."""
    clinic = await treated(api, world, owner)
    back = clinic.exercises[0]
    await clinic.accept(await clinic.hurt(6), back)
    made = (await clinic.accept(await clinic.hurt(9), back))["substitution"]
    assert await findings(clinic) == []
    id = UUID(made["id"])
    await owner.execute("UPDATE exercise_substitutions SET from_day = from_day - 1 WHERE id = $1", id)
    payload = await ended(clinic, made["id"])
    assert [each["reason"] for each in payload["safetyFindings"]] == [again(9)]
