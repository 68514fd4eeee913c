"""An edit with `ifUpdatedAt` of what was deleted meanwhile is refused as a conflict, with who deleted it and when."""

from typing import Any  # inputs and answers are JSON

import pytest

from tests.assignment.snapshots import assigned
from tests.conftest import Api, Person, World
from tests.library.test_versions_of_views import CHANGE, CREATE, OVERRIDE
from tests.movement.documents import ADD, MOVE, REMOVE
from tests.movement.test_two_who_edit import COMMENT, EDIT, editings, plan, with_version
from tests.workout.documents import ADD_COMMENT, DELETE_COMMENT, Json, Pool

pytestmark = pytest.mark.own_database  # canonical exercises are edited

DELETE_EXERCISE = "mutation ($id: ID!) { deleteExercise(id: $id) { deletedId userErrors { code } } }"
DELETE_WORKOUT = "mutation ($id: ID!) { deleteWorkout(id: $id) { deletedId userErrors { code } } }"


def codes(payload: Json) -> list[tuple[str, list[str]]]:
    """The codes and paths of a payload's refusals."""
    return [(error["code"], error["field"]) for error in payload["userErrors"]]


def is_deletion(payload: Json, who: Person | None, at: list[str], read: str) -> bool:
    """True if a payload refuses an edit of what this person (None: not known) deleted after it was read."""
    (error,), conflict = payload["userErrors"], payload["conflict"]
    by = None if who is None else {"id": str(who.id), "name": "Person"}
    assert error["message"].startswith("It was deleted on " if who is None else "Person deleted it on ")
    assert error["message"].endswith("if it is still needed, make it anew.")
    return bool(
        (error["code"], error["field"]) == ("CONFLICT", at)
        and conflict["updatedAt"] > read
        and conflict["updatedBy"] in (by, by and {"id": by["id"]})
    )


async def test_who_edits_an_exercise_that_was_deleted_since_learns_who_deleted_it(
    api: Api, world: World, owner: Pool
) -> None:
    organization = await world.organization()
    values = {"organizationId": str(organization.id), "name": "Sled push"}
    made = (await api.payload(CREATE, organization.coach, input=values))["exercise"]
    edit: dict[str, Any] = {"id": made["id"], "input": {"name": "Late"}}
    version = {"if": made["updatedAt"]}
    await api.run(DELETE_EXERCISE, organization.owner, id=made["id"])
    refused = await api.payload(CHANGE, organization.coach, **edit, **version)
    assert is_deletion(refused, organization.owner, ["ifUpdatedAt"], made["updatedAt"])
    assert refused["exercise"] == {**made, "updatedAt": refused["conflict"]["updatedAt"]}
    assert codes(await api.payload(CHANGE, organization.coach, **edit)) == [("NOT_FOUND", ["id"])]
    for person in (organization.member, await world.person(), (await world.organization()).coach):
        stranger = await api.payload(CHANGE, person, **edit, **version)
        assert (codes(stranger), stranger["conflict"], stranger["exercise"]) == ([("NOT_FOUND", ["id"])], None, None)
    assert await owner.fetchval("SELECT name FROM exercises WHERE id = $1", made["id"]) == "Sled push"


async def test_who_overrides_an_exercise_that_was_deleted_since_learns_of_it(api: Api, world: World) -> None:
    organization, admin = await world.organization(), await world.person(is_platform_admin=True)
    made = (await api.payload(CREATE, admin, input={"name": "Rope climb"}))["exercise"]
    at: Json = {"id": made["id"], "org": str(organization.id), "values": {"name": "Late"}}
    await api.run(DELETE_EXERCISE, admin, id=made["id"])
    refused = await api.payload(OVERRIDE, organization.coach, **at, **{"if": made["updatedAt"]})
    assert is_deletion(refused, None, ["ifUpdatedAt"], made["updatedAt"])
    assert refused["exercise"]["name"] == "Rope climb"
    assert codes(await api.payload(OVERRIDE, organization.coach, **at)) == [("NOT_FOUND", ["exerciseId"])]


async def test_who_edits_a_workout_that_was_deleted_since_learns_who_deleted_it(
    api: Api, world: World, squat: str
) -> None:
    organization, second, made = await plan(api, world)
    await assigned(api, organization.coach, made["id"], organization.member)
    await api.run(DELETE_WORKOUT, second, id=made["id"])
    strangers = (organization.member, await world.person(), (await world.organization()).coach)
    for text, variables, path in editings(made, squat):
        edit = with_version(variables, made["updatedAt"], path)
        refused = await api.payload(text, organization.coach, **edit)
        assert is_deletion(refused, second, path, made["updatedAt"])
        assert refused["workout"] is None and refused.get("movement") is None
        assert [code for code, _ in codes(await api.payload(text, organization.coach, **variables))] == ["NOT_FOUND"]
        for person in strangers:
            stranger = await api.payload(text, person, **edit)
            assert ([code for code, _ in codes(stranger)], stranger["conflict"]) == (["NOT_FOUND"], None)


async def test_who_edits_a_comment_that_was_deleted_since_learns_of_it(api: Api, world: World) -> None:
    organization, second, made = await plan(api, world)
    member, first = organization.member, made["sections"][0]["movements"][0]["id"]
    await assigned(api, organization.coach, made["id"], member)
    top = (await api.run(ADD_COMMENT, member, input={"movementId": first, "body": "One"}))["addComment"]["comment"]
    values = {"movementId": first, "body": "Two", "parentCommentId": top["id"]}
    reply = (await api.run(ADD_COMMENT, member, input=values))["addComment"]["comment"]
    await api.run(DELETE_COMMENT, second, id=top["id"])
    for comment in (top, reply):
        edit, version = {"id": comment["id"], "body": "Late"}, {"if": comment["updatedAt"]}
        refused = await api.payload(COMMENT, member, **edit, **version)
        assert is_deletion(refused, None, ["ifUpdatedAt"], comment["updatedAt"]) and refused["comment"] is None
        assert codes(await api.payload(COMMENT, member, **edit)) == [("NOT_FOUND", ["id"])]
        for person in (organization.coach, await world.person()):
            stranger = await api.payload(COMMENT, person, **edit, **version)
            assert (codes(stranger), stranger["conflict"]) == ([("NOT_FOUND", ["id"])], None)


async def test_who_edits_beside_a_movement_that_was_removed_gets_the_workout_as_it_is(
    api: Api, world: World, squat: str
) -> None:
    organization, second, made = await plan(api, world)
    section = made["sections"][0]["id"]
    first, other = (movement["id"] for movement in made["sections"][0]["movements"])
    await api.run(ADD_COMMENT, second, input={"movementId": other, "body": "Kept"})
    for id in (first, other):  # the first leaves no row, the other one stays because of its comment
        await api.payload(REMOVE, second, input={"movementId": id})
    last = (await api.payload(ADD, second, input={"sectionId": section, "exerciseId": squat}))["workout"]
    (left,) = last["sections"][0]["movements"]
    edits: list[tuple[str, Json, str]] = [
        (ADD, {"sectionId": section, "afterMovementId": first, "exerciseId": squat}, "afterMovementId"),
        (ADD, {"beforeMovementId": other, "exerciseId": squat}, "beforeMovementId"),
        (MOVE, {"movementId": first, "sectionId": section}, "movementId"),
        (MOVE, {"movementId": left["id"], "afterMovementId": first}, "afterMovementId"),
        (REMOVE, {"movementId": other}, "movementId"),
    ]
    for text, values, name in edits:
        stale = await api.payload(text, organization.coach, input={**values, "ifUpdatedAt": made["updatedAt"]})
        assert codes(stale)[0] == ("CONFLICT", ["input", "ifUpdatedAt"])
        assert stale["conflict"]["updatedAt"] > made["updatedAt"] and stale["workout"] == last
        for version in ({}, {"ifUpdatedAt": last["updatedAt"]}):
            refused = await api.payload(text, organization.coach, input={**values, **version})
            assert codes(refused) == [("NOT_FOUND", ["input", name])]
            assert refused["userErrors"][0]["message"].endswith("may have removed it: read the workout again.")
        assert codes(await api.payload(text, await world.person(), input=values))[0][0] == "NOT_FOUND"
    edit: Json = {"id": other, "input": {"notes": "Late"}}
    stale = await api.payload(EDIT, organization.coach, **edit, **{"if": made["updatedAt"]})
    assert codes(stale) == [("CONFLICT", ["ifUpdatedAt"])] and stale["workout"] == last and stale["movement"] is None
    for id in (first, other):
        refused = await api.payload(EDIT, organization.coach, id=id, input={"notes": "Late"})
        assert codes(refused) == [("NOT_FOUND", ["id"])]
