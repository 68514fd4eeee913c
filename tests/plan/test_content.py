"""Whether the content of exercises has changed since a version was published."""

from itertools import pairwise

import pytest

from kinegraph.exercise.rules_columns import NO_CONTENT, REGISTRY, Kind
from kinegraph.plan import store_versions
from kinegraph.plan.rules_content import CONTENT_COLUMNS
from tests.conftest import Api, Counter, Organization, World
from tests.exercise.samples import sample
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


DECIDED = [column for column in REGISTRY if column.content_form is not None]
CHANGES: list[tuple[Json, bool]] = [
    *(({column.api_name: sample(column)}, column.content_form != NO_CONTENT) for column in DECIDED),
    ({"instructions": [{"type": "STEP", "body": "Other"}]}, True),
    ({"status": "ARCHIVED"}, False),
]


def test_what_can_be_overridden_or_read_is_decided_to_be_content_or_not() -> None:
    """A column that organizations override, or that mutations set to texts, has a `content_form`."""
    read = (Kind.TEXT, Kind.LIST, Kind.URL)
    decided = {each.name for each in REGISTRY if each.is_overridable or (each.input and each.kind in read)}
    assert decided == {column.name for column in DECIDED}


def test_the_forms_of_stored_hashes_stay() -> None:
    """The first form has the columns that it had when the first version was published, each later one has one more."""
    first = (
        "name", "description", "athlete_notes", "equipment", "optional_equipment", "cues", "common_faults",
        "scaling_options", "video_url", "thumbnail_url",
    )  # fmt: skip
    forms = [*CONTENT_COLUMNS.values()]
    assert forms[0] == first
    assert [*CONTENT_COLUMNS] == [f"{number}" for number in range(1, len(forms) + 1)]
    assert all(later[:-1] == earlier for earlier, later in pairwise(forms))


@pytest.mark.parametrize(("values", "is_content"), CHANGES, ids=[next(iter(values)) for values, _ in CHANGES])
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


async def test_hashes_of_two_forms_take_as_many_statements_as_those_of_one(
    counter: Counter, gym: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list with versions of two forms is read by as many statements as one of one form, each compared by its own."""
    monkeypatch.setitem(CONTENT_COLUMNS, "2", (*CONTENT_COLUMNS["1"], "difficulty"))
    own = await own_exercise(counter.api, gym)
    plan = await create(counter.api, gym, session(1, 1, exercise(own)))
    counts = []
    for form in CONTENT_COLUMNS:
        monkeypatch.setattr(store_versions, "FORM", form)
        await edit(counter.api, UPDATE, gym.coach, id=plan["id"], title=f"Of form {form}")
        await publish(counter.api, gym, plan["id"])
        with counter.counting() as statements:
            found = await changed(counter.api, gym, plan["id"])
        counts.append(len(statements))
    assert found == [[False], [False]]
    assert counts[0] == counts[1], statements
    await counter.api.run(UPDATE_EXERCISE, gym.coach, input={"id": own, "difficulty": 5})
    assert await changed(counter.api, gym, plan["id"]) == [[True], [False]]
