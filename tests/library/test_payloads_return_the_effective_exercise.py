"""Mutations of exercises return the effective exercise too, which lists of libraries are made of."""

from typing import Any  # inputs and answers are JSON

from tests.conftest import Api, Counter, Organization, Person, World

PAYLOAD = """{
  exercise { id } effectiveExercise { id name isOrgCustom isDiscontinued organization { id } }
  effectiveExercises { id name organization { id } } userErrors { code message field }
}"""
CREATE = f"mutation ($input: CreateExerciseInput!) {{ createExercise(input: $input) {PAYLOAD} }}"
UPDATE = f"mutation ($id: ID!, $input: UpdateExerciseInput!) {{ updateExercise(id: $id, input: $input) {PAYLOAD} }}"
CLONE = f"mutation ($id: ID!, $of: ID!) {{ cloneExercise(id: $id, organizationId: $of) {PAYLOAD} }}"


async def answered(api: Api, text: str, person: Person, **variables: Any) -> dict[str, Any]:
    """The payload of a mutation that succeeds."""
    (payload,) = (await api.run(text, person, **variables)).values()
    found: dict[str, Any] = payload
    return found


def shown(organization: Organization, id: str, name: str) -> dict[str, Any]:
    """An organization's view of an exercise."""
    return {"id": f"{organization.id}:{id}", "name": name, "organization": {"id": str(organization.id)}}


async def test_create_update_and_clone_return_the_organizations_view_of_its_own_exercise(
    api: Api, world: World
) -> None:
    gym, squat = await world.organization(), await world.exercise_id("back-squat")
    made = await answered(api, CREATE, gym.coach, input={"organizationId": str(gym.id), "name": "Ours"})
    id = made["exercise"]["id"]
    assert made["effectiveExercise"] == {**shown(gym, id, "Ours"), "isOrgCustom": True, "isDiscontinued": False}
    assert made["effectiveExercises"] == [shown(gym, id, "Ours")]
    changed = await answered(api, UPDATE, gym.coach, id=id, input={"name": "New", "status": "ARCHIVED"})
    assert changed["effectiveExercise"] == {**shown(gym, id, "New"), "isOrgCustom": True, "isDiscontinued": True}
    copy = await answered(api, CLONE, gym.coach, id=squat, of=str(gym.id))
    assert copy["effectiveExercises"] == [shown(gym, copy["exercise"]["id"], "Back Squat")]
    response = await api.post(UPDATE, gym.coach, id=id, input={"name": ""})
    refused = response.json()["data"]["updateExercise"]
    assert (refused["exercise"], refused["effectiveExercise"], refused["effectiveExercises"]) == (None, None, [])


async def test_a_canonical_exercise_is_returned_as_each_of_the_admins_organizations_sees_it(
    api: Api, counter: Counter, world: World
) -> None:
    admin = await world.person(is_platform_admin=True)
    costs: list[int] = []
    made = await answered(api, CREATE, admin, input={"name": "Canonical"})
    id = made["exercise"]["id"]
    assert (made["effectiveExercise"], made["effectiveExercises"]) == (None, [])
    gyms = [await world.organization() for _ in range(3)]
    rename = """mutation ($id: ID!, $of: ID!) {
      upsertExerciseOverride(exerciseId: $id, organizationId: $of, overrides: {name: "Ours"}) { userErrors { code } }
    }"""
    await api.run(rename, gyms[0].coach, id=id, of=str(gyms[0].id))
    for gym, name in zip(gyms, ("Ours", "Canonical 1", "Canonical 2"), strict=True):
        await world.join(gym.id, "member", admin)
        with counter.counting() as statements:
            changed = await answered(counter.api, UPDATE, admin, id=id, input={"name": f"Canonical {len(costs)}"})
        costs.append(len(statements))
        assert changed["effectiveExercise"] is None
        assert shown(gym, id, name) in changed["effectiveExercises"]
    assert sorted(each["name"] for each in changed["effectiveExercises"]) == ["Canonical 2", "Canonical 2", "Ours"]
    assert costs == [costs[0]] * 3
