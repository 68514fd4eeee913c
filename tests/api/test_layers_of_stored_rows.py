"""The layers of a mutation are all checked before it refuses: what is stored stands beside what was sent."""

from typing import Any  # inputs are JSON

import pytest

from tests.api.test_layers import CREATE, ERRORS, LONG, mutation, paths
from tests.conftest import Api, Organization, World
from tests.movement.documents import REMOVE
from tests.workout.documents import NO_ID, create, movement, section

NAIVE = "2026-03-01T10:00:00"
UPDATE_PROGRAM = (
    f"mutation ($id: ID!, $input: UpdateProgramInput!) {{ updateProgram(id: $id, input: $input) {{ {ERRORS} }} }}"
)
MOVE_DAY = f"""mutation ($id: ID!, $input: UpdateAssignmentInput!) {{
  updateAssignment(id: $id, input: $input) {{ {ERRORS} }} }}"""
RENAME = f"mutation ($input: RenameTaxonomyTermInput!) {{ renameTaxonomyTerm(input: $input) {{ {ERRORS} }} }}"
TERM = (
    f"mutation ($input: CreateTaxonomyTermInput!) {{ createTaxonomyTerm(input: $input) {{ term {{ id }} {ERRORS} }} }}"
)


@pytest.fixture(scope="module")
async def gym(world: World) -> Organization:
    """An organization."""
    return await world.organization()


async def test_a_removed_movement_is_refused_with_its_ids_and_its_version(
    api: Api, gym: Organization, world: World
) -> None:
    tree = await create(api, gym, section(movement(await world.exercise_id("back-squat"))))
    id = tree["sections"][0]["movements"][0]["id"]
    for sent, refused in (
        ({"movementId": NO_ID, "ifUpdatedAt": NAIVE}, ["ifUpdatedAt", "movementId"]),
        ({"movementId": "none", "assignmentId": "none"}, ["assignmentId", "movementId"]),
        ({"movementId": id, "assignmentId": NO_ID, "ifUpdatedAt": NAIVE}, ["assignmentId", "ifUpdatedAt"]),
    ):
        assert await paths(api, gym, REMOVE, input=sent) == refused


async def test_a_copied_workout_is_refused_with_its_id_and_its_values(api: Api, gym: Organization) -> None:
    text, made = mutation("duplicateWorkout"), (await create(api, gym))["id"]
    for id, refused in (
        (made, ["programId", "title"]),
        (NO_ID, ["programId", "title", "workoutId"]),
        ("none", ["programId", "title", "workoutId"]),
    ):
        assert await paths(api, gym, text, input={"workoutId": id, "title": LONG, "programId": NO_ID}) == refused


async def test_a_changed_program_is_refused_with_its_id_and_its_name(api: Api, gym: Organization) -> None:
    for id in (NO_ID, "none"):
        assert await paths(api, gym, UPDATE_PROGRAM, id=id, input={"name": ""}) == ["id", "name"]
        created = {"organizationId": id, "name": LONG}
        assert await paths(api, gym, mutation("createProgram"), input=created) == ["name", "organizationId"]


async def test_a_moved_assignment_is_refused_with_its_id_and_its_day(api: Api, gym: Organization) -> None:
    for id in (NO_ID, "none"):
        assert await paths(api, gym, MOVE_DAY, id=id, input={"scheduledFor": "1999-01-01"}) == ["id", "scheduledFor"]


async def test_a_term_is_refused_with_its_values_its_scope_and_what_others_have(api: Api, gym: Organization) -> None:
    own: dict[str, Any] = {"organizationId": str(gym.id), "kind": "CATEGORY", "name": "Layered", "slug": "layered"}
    assert await paths(api, gym, TERM, input=own) == []
    assert await paths(api, gym, TERM, input=own) == ["name", "slug"]
    assert await paths(api, gym, TERM, input={**own, "slug": "A B"}) == ["name", "slug"]
    assert await paths(api, gym, TERM, input={**own, "name": "", "parentId": NO_ID}) == ["name", "parentId", "slug"]
    for scope in (NO_ID, "none", None):
        input = {**own, "organizationId": scope, "name": "", "bodyArea": "x"}
        assert await paths(api, gym, TERM, input=input) == ["bodyArea", "name", "organizationId"]
    for id in (NO_ID, "none"):
        assert await paths(api, gym, RENAME, input={"id": id, "name": LONG}) == ["id", "name"]


async def test_a_canonical_exercise_is_refused_with_its_values_and_a_slug_that_is_taken(
    api: Api, gym: Organization, world: World
) -> None:
    admin = await world.join(gym.id, "coach", await world.person(is_platform_admin=True))
    found = await api.refusals(CREATE, admin, input={"name": "", "slug": "back-squat"})
    assert sorted(found) == [("CONFLICT", ["input", "slug"]), ("INVALID_INPUT", ["input", "name"])]
