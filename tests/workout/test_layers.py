"""The layers of a mutation are all checked before it refuses."""

from typing import Any  # inputs are JSON

import pytest

from tests.conftest import Api, Organization
from tests.workout.documents import CREATE, MOVE, NO_ID, SET, UPDATE, create, movement, section

LONG = "x" * 300


async def paths(api: Api, gym: Organization, text: str, **variables: Any) -> list[str]:
    """The paths of a mutation's refusals, joined by dots."""
    return [".".join(path) for _, path in await api.refusals(text, gym.coach, **variables)]


def broken_tree(squat: str) -> list[dict[str, Any]]:
    """A tree with a fault of a value, of a row's id, of an exercise that does not exist and of one that is no id."""
    return [
        section(movement(squat, prescription={"sets": 0}), id=NO_ID),
        section(movement(NO_ID), movement("none"), title=LONG),
    ]


TREE = ["0.movements.0.prescription.sets", "1.title", "1.movements.1.exerciseId", "0.id", "1.movements.0.exerciseId"]
"""The paths of its faults: of values first, then of ids, then of references."""


async def test_a_new_workouts_own_values_program_and_tree_are_refused_together(
    api: Api, gym: Organization, squat: str
) -> None:
    input = {"organizationId": str(gym.id), "title": LONG, "programId": NO_ID, "sections": broken_tree(squat)}
    found = await paths(api, gym, CREATE, input=input)
    assert found == ["input.title", "input.programId", *(f"input.sections.{path}" for path in TREE)]


@pytest.mark.parametrize("organization", [NO_ID, "none"])
async def test_a_workout_of_no_organization_is_refused_with_the_faults_of_all_its_layers(
    api: Api, gym: Organization, squat: str, organization: str
) -> None:
    input = {"organizationId": organization, "title": LONG, "programId": "none", "sections": broken_tree(squat)}
    found = await paths(api, gym, CREATE, input=input)
    tree = [f"input.sections.{path}" for path in TREE]
    assert found == ["input.organizationId", "input.title", "input.programId", *tree]


async def test_a_changed_workouts_own_values_and_program_are_refused_together(api: Api, gym: Organization) -> None:
    made = await create(api, gym)
    input = {"title": LONG, "timeCap": 0, "programId": NO_ID}
    assert await paths(api, gym, UPDATE, id=made["id"], input=input) == [
        "input.title", "input.timeCap", "input.programId"]  # fmt: skip
    assert await paths(api, gym, UPDATE, id=NO_ID, input=input) == [
        "id", "input.title", "input.timeCap", "input.programId"]  # fmt: skip


async def test_a_changed_tree_is_refused_with_the_faults_of_all_its_layers(
    api: Api, gym: Organization, squat: str
) -> None:
    made = await create(api, gym)
    tree = broken_tree(squat)
    assert await paths(api, gym, SET, id=made["id"], sections=tree) == [f"sections.{path}" for path in TREE]
    assert await paths(api, gym, SET, id=NO_ID, sections=tree) == [
        "workoutId", *(f"sections.{path}" for path in TREE)]  # fmt: skip


async def test_a_changed_movement_is_refused_with_its_id_and_its_values(api: Api, gym: Organization) -> None:
    found = await paths(api, gym, MOVE, id=NO_ID, input={"label": "x" * 11, "prescription": {"sets": 0}})
    assert found == ["input.label", "input.prescription.sets", "id"]
