"""substituteExercises: for those who see the library; bad input is refused by name."""

from typing import Any  # answers are JSON

from tests.conftest import Api, Counter, Organization, Person, World

SUBSTITUTES = """query (
  $exercise: ID!, $organization: ID!, $equipment: [String!], $conditions: [String!], $limit: Int! = 5
) {
  substituteExercises(
    exerciseId: $exercise, organizationId: $organization, availableEquipment: $equipment, conditions: $conditions,
    limit: $limit
  ) {
    score explanation sharedMuscles isSamePattern relation
    exercise { exerciseId name isCustomizedByOrg }
    loadConversion { text low high }
    safety { isSafe riskScore warnings { condition modification } }
  }
}"""


async def substitutes(api: Api, person: Person, organization_id: object, exercise_id: str, **values: Any) -> Any:
    sent = {"organization": str(organization_id), "exercise": exercise_id, **values}
    return (await api.run(SUBSTITUTES, person, **sent))["substituteExercises"]


async def faults(api: Api, person: Person, organization_id: object, exercise_id: str, **values: Any) -> list[Any]:
    sent = {"organization": str(organization_id), "exercise": exercise_id, **values}
    errors = (await api.post(SUBSTITUTES, person, **sent)).json()["errors"]
    return [(error["extensions"]["code"], error["message"]) for error in errors]


async def test_the_bench_press_has_substitutes_for_dumbbells_and_a_sore_wrist(
    api: Api, world: World, gym: Organization
) -> None:
    press = await world.exercise_id("bench-press")
    found = await substitutes(
        api, gym.member, gym.id, press, equipment=["dumbbells", "bench"], conditions=["wrist pain"]
    )
    first = found[0]
    assert first["exercise"]["name"] == "Dumbbell Bench Press"
    assert first["loadConversion"]["low"] == 0.38
    assert first["isSamePattern"] is True
    assert all(each["safety"]["isSafe"] and each["safety"]["riskScore"] < 60 for each in found)
    assert [each["score"] for each in found] == sorted((each["score"] for each in found), reverse=True)


async def test_bad_input_is_refused_by_name(api: Api, world: World, gym: Organization) -> None:
    press = await world.exercise_id("bench-press")
    assert await faults(api, gym.coach, gym.id, press, equipment=["barbel"], limit=51) == [
        ("INVALID_INPUT", "There is no equipment 'barbel'; the nearest are: barbell."),
        ("INVALID_INPUT", "Must be from 1 to 50; this is 51."),
    ]
    ((code, message),) = await faults(api, gym.coach, gym.id, press, conditions=["wrist_payn"])
    assert (code, "wrist_pain" in message) == ("INVALID_INPUT", True)


async def test_strangers_learn_nothing_and_drafts_are_their_coaches(api: Api, world: World, gym: Organization) -> None:
    press, other = await world.exercise_id("bench-press"), await world.organization()
    assert [code for code, _ in await faults(api, other.coach, gym.id, press)] == ["NOT_FOUND"]
    clone = "mutation ($input: CloneExerciseInput!) { cloneExercise(input: $input) { exercise { id } } }"
    sent = {"id": press, "organizationId": str(gym.id), "name": "Press of the house"}
    draft = (await api.run(clone, gym.coach, input=sent))["cloneExercise"]["exercise"]["id"]
    assert [code for code, _ in await faults(api, gym.member, gym.id, draft)] == ["NOT_FOUND"]
    assert [code for code, _ in await faults(api, other.coach, other.id, draft)] == ["NOT_FOUND"]
    found = await substitutes(api, gym.coach, gym.id, draft)
    assert found
    assert "Bench Press" not in [each["exercise"]["name"] for each in found]


async def test_the_organizations_view_of_a_substitute_is_shown(api: Api, world: World) -> None:
    gym = await world.organization()
    floor, press = await world.exercise_id("floor-press"), await world.exercise_id("bench-press")
    override = """mutation ($input: UpsertExerciseOverrideInput!) {
      upsertExerciseOverride(input: $input) { userErrors { message } }
    }"""
    sent = {"exerciseId": floor, "organizationId": str(gym.id), "overrides": {"name": "Pin press"}}
    await api.run(override, gym.coach, input=sent)
    found = await substitutes(api, gym.coach, gym.id, press)
    assert ("Pin press", True) in [(each["exercise"]["name"], each["exercise"]["isCustomizedByOrg"]) for each in found]


async def test_the_statements_do_not_depend_on_the_number_of_substitutes(
    counter: Counter, world: World, gym: Organization
) -> None:
    press, numbers = await world.exercise_id("bench-press"), []
    for limit in (1, 50):
        with counter.counting() as statements:
            assert len(await substitutes(counter.api, gym.coach, gym.id, press, limit=limit)) == limit
        numbers.append(len(statements))
    assert numbers[0] == numbers[1]
