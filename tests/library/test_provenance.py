"""The provenance of an override: each field's editor and time, and the drift of its canonical value."""

from typing import Any  # inputs and answers are JSON

import pytest

from tests.conftest import Api, Organization, Person, World
from tests.exercise.documents import create
from tests.library.documents import ERRORS, TARGET, reset, target, upsert

FIELDS = "overrides { field canonicalValue overrideValue updatedBy { id name } updatedAt isDrifted } customizedFields"
READ = f"query ({TARGET}) {{ effectiveExercise(id: $exerciseId, organizationId: $organizationId) {{ {FIELDS} }} }}"
RESET = (
    f"mutation ({TARGET}, $fields: [String!]) {{ resetExerciseOverride(exerciseId: $exerciseId, "
    f"organizationId: $organizationId, fields: $fields) {{ exercise {{ {FIELDS} }} {ERRORS} }} }}"
)
CANONICAL = """mutation ($id: ID!, $input: UpdateExerciseInput!) {
  updateExercise(id: $id, input: $input) { userErrors { code } } }"""


@pytest.fixture
async def gym(world: World) -> Organization:
    """An organization that overrides."""
    return await world.organization()


@pytest.fixture
async def squat(api: Api, world: World) -> str:
    """A canonical exercise of this test's own."""
    admin = await world.person(is_platform_admin=True)
    made = await create(api, admin, name="Squat", category="STRENGTH", difficulty=3, cues=["Chest up"])
    return str(made["id"])


async def overrides(api: Api, gym: Organization, id: str, person: Person | None = None) -> dict[str, Any]:
    """The exercise's overridden fields, by name."""
    read = await api.run(READ, person or gym.coach, **target(id, gym))
    return {each["field"]: each for each in read["effectiveExercise"]["overrides"]}


async def change(api: Api, world: World, id: str, **values: Any) -> None:
    """Change the canonical row."""
    await api.run(CANONICAL, await world.person(is_platform_admin=True), id=id, input=values)


async def test_an_exercise_that_nobody_overrides_has_none(api: Api, gym: Organization, squat: str) -> None:
    assert await overrides(api, gym, squat) == {}


async def test_each_field_shows_both_values_and_its_editor(api: Api, gym: Organization, squat: str) -> None:
    await upsert(api, gym, squat, name="Our squat", category="CARDIO", cues=["Sit", "Stand"], difficulty=5)
    found = await overrides(api, gym, squat)
    values = {name: (each["canonicalValue"], each["overrideValue"]) for name, each in found.items()}
    assert values == {
        "category": ("STRENGTH", "CARDIO"),
        "cues": (["Chest up"], ["Sit", "Stand"]),
        "difficulty": (3, 5),
        "name": ("Squat", "Our squat"),
    }
    assert {each["updatedBy"]["id"] for each in found.values()} == {str(gym.coach.id)}
    assert {each["isDrifted"] for each in found.values()} == {False}


async def test_a_field_that_another_coach_sets_is_theirs_and_the_others_stay(
    api: Api, world: World, gym: Organization, squat: str
) -> None:
    other = await world.join(gym.id, "coach")
    await upsert(api, gym, squat, name="Our squat", difficulty=4)
    before = await overrides(api, gym, squat)
    await upsert(api, gym, squat, other, name="Our squat", difficulty=5)
    after = await overrides(api, gym, squat)
    assert after["name"] == before["name"]
    assert (after["difficulty"]["updatedBy"]["id"], after["difficulty"]["overrideValue"]) == (str(other.id), 5)
    assert after["difficulty"]["updatedAt"] > before["difficulty"]["updatedAt"]


async def test_a_field_drifts_when_its_canonical_value_changes_and_no_other_does(
    api: Api, world: World, gym: Organization, squat: str
) -> None:
    await upsert(api, gym, squat, name="Our squat", difficulty=5)
    await change(api, world, squat, name="Back squat")
    found = await overrides(api, gym, squat)
    assert (found["name"]["isDrifted"], found["name"]["canonicalValue"]) == (True, "Back squat")
    assert found["difficulty"]["isDrifted"] is False


async def test_restoring_a_canonical_value_ends_its_drift(
    api: Api, world: World, gym: Organization, squat: str
) -> None:
    await upsert(api, gym, squat, cues=["Ours"])
    await change(api, world, squat, cues=["New"])
    assert (await overrides(api, gym, squat))["cues"]["isDrifted"] is True
    await change(api, world, squat, cues=["Chest up"])
    assert (await overrides(api, gym, squat))["cues"]["isDrifted"] is False


async def test_sending_the_same_value_again_acknowledges_a_drift(
    api: Api, world: World, gym: Organization, squat: str
) -> None:
    await upsert(api, gym, squat, name="Our squat")
    await change(api, world, squat, name="Back squat")
    await upsert(api, gym, squat, name="Our squat")
    assert (await overrides(api, gym, squat))["name"]["isDrifted"] is False


async def test_some_fields_can_be_reset_and_the_others_stay(api: Api, gym: Organization, squat: str) -> None:
    await upsert(api, gym, squat, name="Our squat", difficulty=5, cues=["Ours"])
    done = await api.run(RESET, gym.coach, **target(squat, gym), fields=["name", "cues", "videoUrl"])
    assert done["resetExerciseOverride"]["exercise"]["customizedFields"] == ["difficulty"]
    assert set(await overrides(api, gym, squat)) == {"difficulty"}


async def test_resetting_the_last_field_leaves_no_value(api: Api, gym: Organization, squat: str, owner: Any) -> None:
    await upsert(api, gym, squat, name="Our squat")
    await api.run(RESET, gym.coach, **target(squat, gym), fields=["name"])
    row = await owner.fetchrow("SELECT * FROM exercise_org_overrides WHERE organization_id = $1", gym.id)
    assert (row["overrides"], row["changes"], row["updated_by_user_id"]) == ("{}", "{}", gym.coach.id)
    assert await overrides(api, gym, squat) == {}


async def test_no_field_resets_nothing_and_null_resets_all(api: Api, gym: Organization, squat: str) -> None:
    await upsert(api, gym, squat, name="Our squat", difficulty=5)
    await api.run(RESET, gym.coach, **target(squat, gym), fields=[])
    assert set(await overrides(api, gym, squat)) == {"name", "difficulty"}
    await api.run(RESET, gym.coach, **target(squat, gym), fields=None)
    assert await overrides(api, gym, squat) == {}


async def test_a_field_that_cannot_be_overridden_is_refused_at_its_path(
    api: Api, gym: Organization, squat: str
) -> None:
    await upsert(api, gym, squat, name="Our squat")
    refusals = await api.refusals(RESET, gym.coach, **target(squat, gym), fields=["name", "slug"])
    assert refusals == [("INVALID_INPUT", ["fields", "1"])]
    assert set(await overrides(api, gym, squat)) == {"name"}


async def test_another_organization_sees_its_own_overrides_alone(
    api: Api, world: World, gym: Organization, squat: str
) -> None:
    other = await world.organization()
    await upsert(api, gym, squat, name="Our squat")
    await upsert(api, other, squat, name="Their squat")
    assert (await overrides(api, other, squat))["name"]["overrideValue"] == "Their squat"
    await reset(api, gym, squat)
    assert set(await overrides(api, other, squat)) == {"name"}


async def test_an_override_without_provenance_belongs_to_its_last_editor_and_has_not_drifted(
    api: Api, gym: Organization, squat: str, owner: Any
) -> None:
    await upsert(api, gym, squat, name="Our squat")
    await owner.execute("UPDATE exercise_org_overrides SET changes = '{}' WHERE organization_id = $1", gym.id)
    found = (await overrides(api, gym, squat))["name"]
    assert (found["updatedBy"]["id"], found["isDrifted"]) == (str(gym.coach.id), False)


async def test_an_override_of_a_discontinued_exercise_can_be_reset_and_not_changed(
    api: Api, world: World, gym: Organization, squat: str
) -> None:
    await upsert(api, gym, squat, name="Typo")
    await change(api, world, squat, status="ARCHIVED")
    text = (
        f"mutation ({TARGET}) {{ upsertExerciseOverride(exerciseId: $exerciseId, organizationId: $organizationId, "
        f'overrides: {{name: "Better"}}) {{ {ERRORS} }} }}'
    )
    assert await api.refusals(text, gym.coach, **target(squat, gym)) == [("NOT_FOUND", ["exerciseId"])]
    done = await api.run(RESET, gym.coach, **target(squat, gym), fields=["name"])
    assert done["resetExerciseOverride"]["exercise"]["customizedFields"] == []
