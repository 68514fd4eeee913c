"""What was done stays done: a completed assignment is pinned to a snapshot of its workout."""

import asyncio
from uuid import UUID

import pytest

from tests.assignment.snapshots import (
    STATUS,
    assigned,
    content,
    edited,
    facts,
    planned,
    snapshot_of,
    snapshots_of,
    tree_of,
)
from tests.conftest import Api, Counter, Person, World
from tests.workout.documents import (
    DELETE,
    UPDATE,
    Json,
    Pool,
    comment,
    create,
    movement,
    read,
    replace,
    section,
    sent_back,
)


async def set_status(api: Api, person: Person, id: str, status: str) -> Json:
    """The assignment after its status was set."""
    data = await api.run(STATUS, person, id=id, status=status)
    found: Json = data["setAssignmentStatus"]["assignment"]
    return found


@pytest.mark.parametrize("who", ["member", "coach"])
async def test_what_was_done_stays_done_when_the_library_workout_is_edited_afterwards(
    api: Api, world: World, owner: Pool, who: str
) -> None:
    organization, made, id = await planned(api, world)
    said = await comment(api, organization.member, made["sections"][0]["movements"][0]["id"], "Hard")
    own, tree = await content(owner, made["id"])
    done = await set_status(api, getattr(organization, who), id, "COMPLETED")
    assert (done["status"], done["isForked"], done["workout"]["isSnapshot"]) == ("COMPLETED", True, True)
    assert tree_of(*await content(owner, done["workout"]["id"])) == tree_of(own, tree)
    await api.run(UPDATE, organization.coach, id=made["id"], input={"title": "Rewritten"})
    await replace(api, organization.coach, made["id"], [])
    shown = await read(api, organization.member, done["workout"]["id"])
    assert shown is not None
    assert (shown["title"], len(shown["sections"][0]["movements"])) == ("Library", 2)
    (copied,) = shown["sections"][0]["movements"][0]["comments"]
    assert (copied["body"], copied["author"]["id"]) == ("Hard", str(organization.member.id))
    assert copied["id"] != said
    assert await facts(owner, organization) == [made["id"]] * 3


async def test_completing_and_completing_again_make_one_snapshot_and_reopening_retains_it(
    api: Api, world: World, owner: Pool
) -> None:
    organization, made, id = await planned(api, world)
    await asyncio.gather(
        *(set_status(api, who, id, "COMPLETED") for who in (organization.member, organization.coach) * 3),
        edited(api, organization.coach, made["id"], id, title="For one"),
    )
    (snapshot,) = await snapshots_of(owner, made["id"])
    assert await snapshot_of(owner, id) == snapshot
    for status in ("SCHEDULED", "COMPLETED", "SKIPPED"):
        found = await set_status(api, organization.member, id, status)
        assert (found["status"], found["workout"]["id"]) == (status, snapshot)
    (other,) = await assigned(api, organization.coach, made["id"], organization.member)
    assert (await set_status(api, organization.member, other, "SKIPPED"))["isForked"] is False
    assert await snapshots_of(owner, made["id"]) == [snapshot]


async def test_a_deleted_library_workout_is_completed_as_it_was_assigned(api: Api, world: World, owner: Pool) -> None:
    organization, made, id = await planned(api, world)
    await api.run(DELETE, organization.coach, id=made["id"])
    done = await set_status(api, organization.member, id, "COMPLETED")
    shown = await read(api, organization.member, done["workout"]["id"])
    assert shown is not None
    assert (shown["title"], len(shown["sections"][0]["movements"])) == ("Library", 2)


async def test_an_edit_of_the_library_workout_is_in_the_snapshot_whole_or_not_at_all(api: Api, world: World) -> None:
    organization, made, id = await planned(api, world, 12)
    tree = sent_back(made["sections"])
    tree[0]["movements"] = [{**row, "label": "New"} for row in tree[0]["movements"]]
    _, done = await asyncio.gather(
        replace(api, organization.coach, made["id"], tree), set_status(api, organization.member, id, "COMPLETED")
    )
    shown = await read(api, organization.member, done["workout"]["id"])
    assert shown is not None
    labels = [row["label"] for row in shown["sections"][0]["movements"]]
    assert labels in ([None] * 12, ["New"] * 12)


async def test_an_athlete_has_coach_access_for_the_copy_alone(api: Api, world: World, owner: Pool) -> None:
    organization, made, id = await planned(api, world)
    text = """mutation ($id: ID!, $workout: ID!) {
      setAssignmentStatus(id: $id, status: COMPLETED) { assignment { isForked } userErrors { code } }
      updateWorkout(id: $workout, input: {title: "Mine"}) { workout { id } userErrors { code field } }
    }"""
    answer = (await api.post(text, organization.member, id=id, workout=made["id"])).json()["data"]
    assert answer["setAssignmentStatus"]["assignment"] == {"isForked": True}
    assert answer["updateWorkout"] == {"workout": None, "userErrors": [{"code": "NOT_FOUND", "field": ["id"]}]}
    async with world.writing_as(organization.member) as session:
        coached = await session.fetch_value("SELECT current_setting('kinegraph.coached')")
        assert coached == "{}"
        assert await session.run("UPDATE workouts SET title = 'X' WHERE id = $1", UUID(made["id"])) == 0


async def test_the_snapshot_of_a_completed_assignment_takes_one_statement_whatever_its_size(
    counter: Counter, api: Api, world: World
) -> None:
    squat = await world.exercise_id("back-squat")
    counts = []
    for size in (1, 30):
        organization = await world.organization()
        made = await create(api, organization, *[section(*[movement(squat)] * size)] * (1 + size // 10))
        (id,) = await assigned(api, organization.coach, made["id"], organization.member)
        with counter.counting() as statements:
            await set_status(counter.api, organization.member, id, "COMPLETED")
        counts.append(len(statements))
        assert sum("INSERT INTO workouts" in statement for statement in statements) == 1
    assert counts[0] == counts[1]
