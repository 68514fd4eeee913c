"""Recording: which changes are events, in the transaction of the change."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias
from uuid import UUID

import pytest

from kinegraph.background import store as jobs
from kinegraph.background import store_requests, store_runs
from kinegraph.background.jobs import JobRun
from kinegraph.background.rules import JobKind
from kinegraph.events import store
from kinegraph.kit.database import Database
from kinegraph.kit.outbox import act_as_worker
from tests.conftest import Api, Organization, World
from tests.workout.documents import DELETE, MOVE, UPDATE, Pool, comment, create, movement, section

Changes: TypeAlias = Callable[[Callable[[], Awaitable[object]]], Awaitable[list[tuple[str, UUID, bool]]]]
ASSIGN = """mutation ($input: AssignWorkoutInput!) {
  assignWorkout(input: $input) { assignments { id } userErrors { code } }
}"""
FORK = """mutation ($workout: ID!, $assignment: ID!) {
  updateWorkout(id: $workout, input: {title: "Forked"}, assignmentId: $assignment) {
    workout { id sections { movements { comments { body } } } } userErrors { code }
  }
}"""


@pytest.fixture
async def changes(owner: Pool) -> Changes:
    """Kind, object and deletion of the events that a change records."""

    async def recorded(change: Callable[[], Awaitable[object]]) -> list[tuple[str, UUID, bool]]:
        last = await owner.fetchval("SELECT coalesce(max(id), 0) FROM events")
        await change()
        rows = await owner.fetch("SELECT kind, object_id, is_deleted FROM events WHERE id > $1 ORDER BY id", last)
        return [(row.kind, UUID(int=row.object_id.int), row.is_deleted) for row in rows]

    return recorded


@pytest.fixture
async def gym(world: World) -> Organization:
    return await world.organization()


async def test_each_change_of_a_workout_is_one_event(
    api: Api, world: World, gym: Organization, changes: Changes
) -> None:
    made = await create(api, gym, section(movement(await world.exercise_id("back-squat"))))
    id, first = UUID(made["id"]), made["sections"][0]["movements"][0]["id"]
    event = "workout_changed", id, False
    assert await changes(lambda: api.run(UPDATE, gym.coach, id=str(id), input={"title": "One"})) == [event]
    assert await changes(lambda: api.run(UPDATE, gym.coach, id=str(id), input={"title": "One"})) == []
    assert await changes(lambda: api.run(MOVE, gym.coach, id=first, input={"notes": "Slowly"})) == [event]
    refused = {"id": str(id), "input": {"title": "x" * 300}}
    assert await changes(lambda: api.payload(UPDATE, gym.coach, **refused)) == []
    added = await changes(lambda: comment(api, gym.coach, first, "Good"))
    assert [kind for kind, *_ in added] == ["comment_added"]
    assert await changes(lambda: api.run(DELETE, gym.coach, id=str(id))) == [("workout_changed", id, True)]


async def test_a_first_edit_is_a_change_of_the_assignment_and_copies_no_comment_anew(
    api: Api, world: World, gym: Organization, changes: Changes, owner: Pool
) -> None:
    made = await create(api, gym, section(movement(await world.exercise_id("back-squat"))))
    await comment(api, gym.coach, made["sections"][0]["movements"][0]["id"], "copied")
    input = {"workoutId": made["id"], "athleteIds": [str(gym.member.id)], "scheduledFor": "2026-03-01"}
    assigned = await changes(lambda: api.run(ASSIGN, gym.coach, input=input))
    (assignment,) = [id for kind, id, _ in assigned if kind == "assignment_changed"]
    forked = await changes(lambda: api.run(FORK, gym.coach, workout=made["id"], assignment=str(assignment)))
    snapshot = await owner.fetchval("SELECT snapshot_workout_id FROM workout_assignments WHERE id = $1", assignment)
    assert set(forked) == {("assignment_changed", assignment, False), ("workout_changed", UUID(str(snapshot)), False)}


async def test_the_progress_of_a_job_is_an_event_and_its_lease_is_none(database: Database, changes: Changes) -> None:
    async with database.write(act_as_worker) as session:
        (id,) = await jobs.insert(session, [(JobKind.SEED_CANONICAL, {})])

    async def take() -> None:
        async with database.write(act_as_worker) as session:
            await store_runs.take_due(session, 10)

    async def begin() -> None:
        async with database.write(act_as_worker) as session:
            await store_runs.begin(session, id)

    async def renew() -> None:
        async with database.write(act_as_worker) as session:
            await store_runs.renew(session, id, 1)

    async def report() -> None:
        async with database.write() as session:
            await JobRun(id, 1).report(session, done=1)

    async def cancel() -> None:
        async with database.write(act_as_worker) as session:
            await store_requests.cancel(session, id)

    changed = [("job_changed", UUID(int=id.int), False)]
    actions = (take, begin, renew, report, report, cancel, cancel)
    assert [await changes(each) for each in actions] == [[], changed, [], changed, [], changed, []]


async def test_a_membership_that_ends_is_an_event_of_its_user(gym: Organization, changes: Changes, owner: Pool) -> None:
    ends = "UPDATE memberships SET deleted_at = now() WHERE user_id = $1"
    assert await changes(lambda: owner.execute(ends, gym.coach.id)) == [
        ("viewer_changed", UUID(int=gym.coach.id.int), False)
    ]


async def test_what_is_rolled_back_is_no_event(gym: Organization, database: Database, changes: Changes) -> None:
    async def fail() -> None:
        session = await database.begin_write(act_as_worker)
        (id,) = await jobs.insert(session, [(JobKind.SEED_CANONICAL, {})])
        await store_runs.begin(session, id)
        await database.end(session, commit=False)

    assert await changes(fail) == []


async def test_positions_follow_the_order_of_recording_and_are_given_once(
    gym: Organization, database: Database, owner: Pool
) -> None:
    for _ in range(3):
        await owner.execute("UPDATE users SET updated_at = now() WHERE id = $1", gym.coach.id)
    for _ in range(2):
        async with database.write(act_as_worker) as session:
            await store.number(session)
    rows = await owner.fetch("SELECT id, position FROM events ORDER BY position")
    assert [row.id for row in rows] == sorted(row.id for row in rows)
    assert len({row.position for row in rows}) == len(rows)
