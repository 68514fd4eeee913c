"""Planning: a workout twice on a day, moving an assignment to another day, taking it back."""

import asyncio
from typing import Any  # answers are JSON

import pytest

from tests.assignment.snapshots import ASSIGN, DAY, READ_ASSIGNMENT, STATUS, assigned, assignment, edited, planned
from tests.conftest import Api, Person, World
from tests.workout.documents import NO_ID, READ, Pool, create

NEXT = "2026-03-02"
MOVE = """mutation ($id: ID!, $input: UpdateAssignmentInput!) {
  updateAssignment(id: $id, input: $input) {
    assignment { id scheduledFor isForked workout { id } } userErrors { code message field }
  }
}"""
UNASSIGN = "mutation ($id: ID!) { unassignWorkout(id: $id) { deletedId userErrors { code message field } } }"
MINE = "{ viewer { assignments { id scheduledFor } } }"


async def mine(api: Api, person: Person) -> list[tuple[str, str]]:
    """The person's assignments: ids and days."""
    found = (await api.run(MINE, person))["viewer"]["assignments"]
    return [(row["id"], row["scheduledFor"]) for row in found]


async def test_the_same_workout_for_the_same_athlete_on_the_same_day_is_refused_unless_allow_duplicate(
    api: Api, world: World
) -> None:
    organization, made, first = await planned(api, world)
    other = await world.join(organization.id, "member")
    both = assignment(made["id"], other, organization.member)
    for more in ({}, {"allowDuplicate": False}, {"allowDuplicate": None}):
        refused = await api.user_errors(ASSIGN, organization.coach, input={**both, **more})
        assert [(each["code"], each["field"]) for each in refused] == [("CONFLICT", ["input", "athleteIds", "1"])]
        assert "allowDuplicate" in refused[0]["message"]
    assert await mine(api, other) == []
    data = await api.run(ASSIGN, organization.coach, input={**both, "allowDuplicate": True})
    second = data["assignWorkout"]["assignments"][1]["id"]
    assert await mine(api, organization.member) == [(first, DAY), (second, DAY)]


async def test_another_workout_another_day_and_one_that_was_taken_back_are_no_duplicates(
    api: Api, world: World
) -> None:
    organization, made, first = await planned(api, world)
    coach, athlete = organization.coach, organization.member
    another = await create(api, organization)
    (second,) = await assigned(api, coach, another["id"], athlete)
    (third,) = await assigned(api, coach, made["id"], athlete, day=NEXT)
    await api.run(UNASSIGN, coach, id=first)
    (fourth,) = await assigned(api, coach, made["id"], athlete)
    assert await mine(api, athlete) == [(second, DAY), (fourth, DAY), (third, NEXT)]


async def test_an_edited_copy_of_the_workout_counts_as_the_same_workout(api: Api, world: World) -> None:
    organization, made, id = await planned(api, world)
    await edited(api, organization.coach, made["id"], id, title="Its own")
    input = assignment(made["id"], organization.member)
    assert await api.refusals(ASSIGN, organization.coach, input=input) == [("CONFLICT", ["input", "athleteIds", "0"])]


async def test_of_assignments_that_are_made_at_once_one_is_stored(api: Api, world: World, owner: Pool) -> None:
    organization = await world.organization()
    made = await create(api, organization)
    input = assignment(made["id"], organization.member)
    people = [organization.coach, organization.owner] * 3
    results = await asyncio.gather(*(api.refusals(ASSIGN, person, input=input) for person in people))
    assert sorted(map(len, results)) == [0, 1, 1, 1, 1, 1]
    count = await owner.fetchval("SELECT count(*) FROM workout_assignments WHERE organization_id = $1", organization.id)
    assert count == 1


async def test_update_assignment_moves_it_to_another_day_with_its_snapshot(api: Api, world: World) -> None:
    organization, made, id = await planned(api, world)
    await edited(api, organization.coach, made["id"], id, title="Its own")
    before = (await api.run(READ_ASSIGNMENT, organization.member, id=id))["assignment"]
    data = await api.run(MOVE, organization.coach, id=id, input={"scheduledFor": NEXT})
    expected = {"id": id, "scheduledFor": NEXT, "isForked": True, "workout": {"id": before["workout"]["id"]}}
    assert data["updateAssignment"]["assignment"] == expected
    assert (await api.run(READ_ASSIGNMENT, organization.member, id=id))["assignment"] == {
        **before,
        "scheduledFor": NEXT,
    }
    for input in ({}, {"scheduledFor": NEXT}):
        assert (await api.run(MOVE, organization.owner, id=id, input=input))["updateAssignment"][
            "assignment"
        ] == expected


async def test_moving_onto_the_same_workout_is_refused_unless_allow_duplicate(api: Api, world: World) -> None:
    organization, made, first = await planned(api, world)
    (second,) = await assigned(api, organization.coach, made["id"], organization.member, day=NEXT)
    onto: dict[str, Any] = {"scheduledFor": NEXT}
    refused = await api.refusals(MOVE, organization.coach, id=first, input=onto)
    assert refused == [("CONFLICT", ["input", "scheduledFor"])]
    await api.run(MOVE, organization.coach, id=first, input={**onto, "allowDuplicate": True})
    assert await mine(api, organization.member) == [(first, NEXT), (second, NEXT)]


@pytest.mark.parametrize("day", [None, "1999-12-31", "2101-01-01"])
async def test_the_new_day_is_a_day_that_can_be_planned(api: Api, world: World, day: str | None) -> None:
    organization, _, id = await planned(api, world)
    refused = await api.refusals(MOVE, organization.coach, id=id, input={"scheduledFor": day})
    assert refused == [("INVALID_INPUT", ["input", "scheduledFor"])]
    assert await mine(api, organization.member) == [(id, DAY)]


async def test_unassign_workout_takes_it_back(api: Api, world: World) -> None:
    organization, made, id = await planned(api, world)
    copy = await edited(api, organization.coach, made["id"], id, title="Its own")
    data = await api.run(UNASSIGN, organization.coach, id=id)
    assert data["unassignWorkout"]["deletedId"] == id
    assert await mine(api, organization.member) == []
    for document in (READ_ASSIGNMENT, READ):
        for gone in (id, made["id"], copy["id"]):
            found = await api.run(document, organization.member, id=gone)
            assert [*found.values()] == [None]
    assert await api.refusals(UNASSIGN, organization.coach, id=id) == [("NOT_FOUND", ["id"])]
    assert await api.refusals(MOVE, organization.coach, id=id, input={}) == [("NOT_FOUND", ["id"])]


async def test_a_completed_assignment_is_neither_moved_nor_taken_back(api: Api, world: World) -> None:
    organization, _, id = await planned(api, world)
    await api.run(STATUS, organization.member, id=id, status="COMPLETED")
    expected = [("ASSIGNMENT_COMPLETED", ["id"])]
    assert await api.refusals(MOVE, organization.coach, id=id, input={"scheduledFor": NEXT}) == expected
    assert await api.refusals(UNASSIGN, organization.coach, id=id) == expected
    assert await mine(api, organization.member) == [(id, DAY)]
    await api.run(STATUS, organization.coach, id=id, status="SKIPPED")
    await api.run(MOVE, organization.coach, id=id, input={"scheduledFor": NEXT})
    await api.run(UNASSIGN, organization.coach, id=id)


async def test_only_coaches_of_the_organization_move_and_take_back(api: Api, world: World) -> None:
    organization, _, id = await planned(api, world)
    stranger = (await world.organization()).owner
    other = await world.join(organization.id, "member")
    for person, code in ((organization.member, "FORBIDDEN"), (other, "NOT_FOUND"), (stranger, "NOT_FOUND")):
        assert await api.refusals(UNASSIGN, person, id=id) == [(code, ["id"])]
        assert await api.refusals(MOVE, person, id=id, input={"scheduledFor": NEXT}) == [(code, ["id"])]
    for bad, code in ((NO_ID, "NOT_FOUND"), ("", "INVALID_INPUT"), ("x", "INVALID_INPUT")):
        assert await api.refusals(UNASSIGN, organization.coach, id=bad) == [(code, ["id"])]
    assert await mine(api, organization.member) == [(id, DAY)]
