"""Whether the content of exercises has changed since a version was published."""

import pytest

from tests.conftest import Api, Organization, World
from tests.plan.documents import (
    UPDATE,
    Json,
    create,
    edit,
    exercise,
    publish,
    session,
)
from tests.plan.test_plans import UPDATE_EXERCISE, own_exercise

OVERRIDE = """mutation ($input: UpsertExerciseOverrideInput!) {
  upsertExerciseOverride(input: $input) { exercise { id } userErrors { message } }
}"""
CHANGED = """query ($id: ID!) { treatmentPlan(id: $id) {
  sessions { exercises { contentChanged } } versions { sessions { exercises { contentChanged } } }
} }"""


async def changed(api: Api, gym: Organization, id: str) -> list[list[bool]]:
    """Whether the content of the exercises of the plan's versions has changed, the newest first."""
    plan = (await api.run(CHANGED, gym.coach, id=id))["treatmentPlan"]
    working = [one["contentChanged"] for each in plan["sessions"] for one in each["exercises"]]
    assert working == [False] * len(working)
    return [
        [one["contentChanged"] for each in version["sessions"] for one in each["exercises"]]
        for version in plan["versions"]
    ]


@pytest.mark.parametrize(
    ("values", "is_content"),
    [
        ({"name": "Other"}, True),
        ({"description": "Other"}, True),
        ({"athleteNotes": "Other"}, True),
        ({"cues": ["Other"]}, True),
        ({"equipment": ["band"]}, True),
        ({"videoUrl": "https://example.com/other"}, True),
        ({"thumbnailUrl": "https://example.com/other.jpg"}, True),
        ({"instructions": [{"type": "STEP", "body": "Other"}]}, True),
        ({"aliases": ["Other"]}, False),
        ({"difficulty": 4}, False),
        ({"primaryMuscles": ["quadriceps"]}, False),
        ({"status": "ARCHIVED"}, False),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
async def test_a_change_of_what_patients_see_of_an_exercise_is_told_of_the_versions_before_it(
    api: Api, gym: Organization, squat: str, values: Json, is_content: bool
) -> None:
    own = await own_exercise(api, gym)
    plan = await create(api, gym, session(1, 1, exercise(own), exercise(squat)))
    await publish(api, gym, plan["id"])
    assert await changed(api, gym, plan["id"]) == [[False, False]]
    await api.run(UPDATE_EXERCISE, gym.coach, input={"id": own, **values})
    assert await changed(api, gym, plan["id"]) == [[is_content, False]]


async def test_an_override_changes_the_content_for_its_organization_alone_until_the_next_version(
    api: Api, world: World, gym: Organization, squat: str
) -> None:
    other = await world.organization()
    plans = [(each, await create(api, each, session(1, 1, exercise(squat)))) for each in (gym, other)]
    for organization, plan in plans:
        await publish(api, organization, plan["id"])
    override = {"exerciseId": squat, "organizationId": str(gym.id), "overrides": {"cues": ["Knees out"]}}
    await api.run(OVERRIDE, gym.coach, input=override)
    assert [await changed(api, each, plan["id"]) for each, plan in plans] == [[[True]], [[False]]]
    await edit(api, UPDATE, gym.coach, id=plans[0][1]["id"], title="Second")
    await publish(api, gym, plans[0][1]["id"])
    assert await changed(api, gym, plans[0][1]["id"]) == [[False], [True]]
