"""Who may subscribe, and which events they get: decided at the start and at each event."""

import time
from typing import Any  # variables of a document
from uuid import UUID

import jwt
import pytest

from kinegraph.background import store as jobs
from kinegraph.background import store_runs
from kinegraph.background.rules import JobKind, JobStatus
from kinegraph.identity import store as identity
from kinegraph.kit.database import Database
from kinegraph.kit.outbox import act_as_worker
from kinegraph.outside.tokens import Tokens
from kinegraph.services import Services
from tests.conftest import SECRET, Person, World
from tests.realtime.clients import ASSIGNMENTS, COMMENTS, JOB, WORKOUT, Client, Gym, Live, live
from tests.workout.documents import NO_ID, UPDATE, Pool, comment

ASSIGN = """mutation ($input: AssignWorkoutInput!) {
  assignWorkout(input: $input) { assignments { id } userErrors { code field } }
}"""
STATUS = """mutation ($id: ID!, $status: AssignmentStatus!) {
  setAssignmentStatus(input: {id: $id, status: $status}) { userErrors { code } }
}"""
UNASSIGN = "mutation ($id: ID!) { unassignWorkout(input: {id: $id}) { deletedId userErrors { code } } }"


async def assigned(served: Live, gym: Gym, person: Person) -> str:
    """The id of a new assignment of the gym's workout."""
    input = {"workoutId": gym.workout_id, "athleteIds": [str(person.id)], "scheduledFor": "2026-03-01"}
    data = await served.api.run(ASSIGN, gym.coach, input=input)
    return str(data["assignWorkout"]["assignments"][0]["id"])


async def refusal(served: Live, person: Person, query: str, **variables: Any) -> tuple[str, list[str] | None]:
    """Code and argument of the refusal of a subscription."""
    async with served.socket(person) as client:
        await client.subscribe(query, **variables)
        extensions = (await client.error())["extensions"]
        return extensions["code"], extensions.get("field")


# ---------------------------------------------------------------------------------- at the start


async def test_strangers_and_members_without_an_assignment_may_not_subscribe_to_a_workout(
    served: Live, gym: Gym, world: World
) -> None:
    stranger = (await world.organization()).owner
    for person in (stranger, gym.organization.member):
        assert await refusal(served, person, COMMENTS, id=gym.workout_id) == ("NOT_FOUND", ["workoutId"])
        assert await refusal(served, person, WORKOUT, id=gym.workout_id) == ("NOT_FOUND", ["id"])


async def test_an_athlete_may_subscribe_to_an_assigned_workout_and_gets_what_they_may_read(
    served: Live, gym: Gym, world: World
) -> None:
    one, other = gym.organization.member, await world.join(gym.organization.id, "member")
    for athlete in (one, other):
        await assigned(served, gym, athlete)
    async with served.socket(one) as client:
        await client.subscribe(COMMENTS, id=gym.workout_id)
        await served.subscribed()
        await comment(served.api, other, gym.movement_id, "members do not see each other's comments")
        await comment(served.api, one, gym.movement_id, "mine")
        await comment(served.api, gym.coach, gym.movement_id, "the coach's")
        assert [(await client.next())["comment"]["body"] for _ in range(2)] == ["mine", "the coach's"]


async def test_assignments_are_subscribed_to_by_coaches_by_their_athletes_and_by_nobody_else(
    served: Live, gym: Gym, world: World
) -> None:
    stranger, member = (await world.organization()).owner, gym.organization.member
    organization, athlete = str(gym.organization.id), str(member.id)
    refused = [
        (stranger, {"organization": organization}, ("NOT_FOUND", ["organizationId"])),
        (stranger, {"athlete": athlete}, ("NOT_FOUND", ["athleteId"])),
        (member, {"athlete": str(gym.coach.id)}, ("NOT_FOUND", ["athleteId"])),
        (gym.coach, {"athlete": NO_ID}, ("NOT_FOUND", ["athleteId"])),
        (gym.coach, {"organization": "x"}, ("INVALID_INPUT", ["organizationId"])),
        (gym.coach, {}, ("INVALID_INPUT", ["organizationId"])),
    ]
    for person, variables, expected in refused:
        assert await refusal(served, person, ASSIGNMENTS, **variables) == expected


async def test_members_get_their_own_assignments_and_coaches_all_of_the_organization(
    served: Live, gym: Gym, world: World
) -> None:
    member, other = gym.organization.member, await world.join(gym.organization.id, "member")
    organization = str(gym.organization.id)
    async with served.socket(gym.coach) as coach, served.socket(member) as athlete:
        await coach.subscribe(ASSIGNMENTS, "all", organization=organization)
        await coach.subscribe(ASSIGNMENTS, "one", athlete=str(member.id), organization=organization)
        await athlete.subscribe(ASSIGNMENTS, "own", organization=organization)
        await athlete.subscribe(ASSIGNMENTS, "mine", athlete=str(member.id))
        await served.subscribed(4)
        theirs = await assigned(served, gym, other)
        assert await _changes(coach, 1) == {"all": (theirs, "SCHEDULED")}
        own = await assigned(served, gym, member)
        for status in ("SCHEDULED", "COMPLETED", "SKIPPED", None):
            if status in ("COMPLETED", "SKIPPED"):
                await served.api.run(STATUS, member, id=own, status=status)
            elif status is None:
                await served.api.run(UNASSIGN, gym.coach, id=own)
            assert await _changes(coach, 2) == dict.fromkeys(("all", "one"), (own, status))
            assert await _changes(athlete, 2) == dict.fromkeys(("own", "mine"), (own, status))


async def _changes(client: Client, count: int) -> dict[str, tuple[str, str | None]]:
    """The id and the status in the next events of so many operations."""
    found = {}
    for _ in range(count):
        message = await client.receive()
        event = message["payload"]["data"]["assignmentChanged"]
        assignment = event["assignment"] or {"id": event["deletedId"], "status": None}
        found[message["id"]] = assignment["id"], assignment["status"]
    return found


async def test_jobs_are_for_platform_admins_and_end_with_the_job(
    served: Live, gym: Gym, admin: Person, database: Database
) -> None:
    async with database.write(act_as_worker) as session:
        (id,) = await jobs.insert(session, [(JobKind.SEED_CANONICAL, {})])
    assert await refusal(served, gym.coach, JOB, id=str(id)) == ("FORBIDDEN", None)
    assert await refusal(served, admin, JOB, id=NO_ID) == ("NOT_FOUND", ["id"])
    async with served.socket(admin) as client:
        await client.subscribe(JOB, id=str(id))
        assert (await client.next())["job"]["status"] == "QUEUED"
        await _change(database, id, started=True)
        served.wake()
        started = await client.next()
        assert started["job"]["status"] == "RUNNING"
        await _change(database, id, started=False)
        served.wake()
        ended = await client.next()
        assert (ended["job"]["status"], ended["job"]["message"]) == ("SUCCEEDED", "Done.")
        assert await client.receive() == {"type": "complete", "id": "1"}
        await client.subscribe(JOB, "2", id=str(id), after=started["cursor"])
        assert (await client.next("2"))["cursor"] == ended["cursor"]
        assert await client.receive() == {"type": "complete", "id": "2"}
        await client.subscribe(JOB, "3", id=str(id), after=ended["cursor"])
        assert (await client.next("3"))["job"]["status"] == "SUCCEEDED"
        assert await client.receive() == {"type": "complete", "id": "3"}


async def _change(database: Database, id: UUID, *, started: bool) -> None:
    async with database.write(act_as_worker) as session:
        if started:
            await store_runs.begin(session, id)
        else:
            await store_runs.end(session, id, 1, JobStatus.SUCCEEDED, message="Done.", error=None)


async def test_a_subscription_needs_a_selected_field_and_variables_that_fit(served: Live, gym: Gym) -> None:
    skipped = "subscription ($id: ID!) { workoutChanged(id: $id) @skip(if: true) { cursor } }"
    for query, id in ((skipped, gym.workout_id), (COMMENTS, None), (COMMENTS, ["x"])):
        code, _ = await refusal(served, gym.coach, query, id=id)
        assert code == "BAD_REQUEST"
    assert await refusal(served, gym.coach, COMMENTS, id="no id") == ("INVALID_INPUT", ["workoutId"])


# ---------------------------------------------------------------------------------- at each event


async def test_a_subscription_ends_when_its_users_membership_ends(
    served: Live, gym: Gym, world: World, owner: Pool
) -> None:
    coach = await world.join(gym.organization.id, "coach")
    async with served.socket(coach) as client:
        await client.subscribe(COMMENTS, id=gym.workout_id)
        await served.subscribed()
        await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", coach.id)
        served.wake()
        assert (await client.error())["extensions"]["code"] == "NOT_FOUND"
    await served.subscribed(0)


async def test_a_coach_who_becomes_a_member_gets_no_event_more(
    served: Live, gym: Gym, world: World, owner: Pool
) -> None:
    coach = await world.join(gym.organization.id, "coach")
    async with served.socket(coach) as client:
        await client.subscribe(WORKOUT, id=gym.workout_id)
        await served.subscribed()
        await owner.execute("UPDATE memberships SET role = 'member' WHERE user_id = $1", coach.id)
        await served.api.run(UPDATE, gym.coach, id=gym.workout_id, input={"title": "Secret"})
        assert (await client.error())["extensions"]["code"] == "NOT_FOUND"


async def test_revoked_tokens_end_subscriptions(served: Live, gym: Gym, world: World, owner: Pool) -> None:
    coach = await world.join(gym.organization.id, "coach")
    async with served.socket(coach) as client:
        await client.subscribe(COMMENTS, id=gym.workout_id)
        await served.subscribed()
        await owner.execute("UPDATE users SET tokens_valid_after = now() + interval '1 minute' WHERE id = $1", coach.id)
        served.wake()
        code, reason = await client.closing()
        assert (code, reason.partition(":")[0]) == (4403, "UNAUTHENTICATED")
    await served.subscribed(0)


async def test_an_expired_token_ends_subscriptions(served: Live, gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    subscriptions = served.sockets.subscriptions
    token = Tokens(SECRET).sign({"sub": str(gym.coach.id)}, 60)
    assert 50 < await subscriptions.expiry(f"Bearer {token}") - time.time() <= 60

    async def soon(authorization: str) -> float:
        return time.time() + 0.1

    monkeypatch.setattr(subscriptions, "expiry", soon)
    async with served.socket(gym.coach) as client:
        await client.subscribe(COMMENTS, id=gym.workout_id)
        code, reason = await client.closing()
        assert (code, reason.partition(":")[0]) == (4403, "UNAUTHENTICATED")
    await served.subscribed(0)


async def test_a_token_that_is_valid_by_the_tolerated_difference_of_clocks_ends_subscriptions_after_it(
    services: Services, gym: Gym
) -> None:
    token = Tokens(SECRET).sign({"sub": str(gym.coach.id)}, -200)
    expired = jwt.decode(token, options={"verify_signature": False})["exp"]
    async with live(services, jwt_leeway_seconds=300) as served:
        assert await served.sockets.subscriptions.expiry(f"Bearer {token}") == expired + 300
        async with served.socket(additional_headers={"Authorization": f"Bearer {token}"}) as client:
            await client.init()
            await client.subscribe(COMMENTS, id=gym.workout_id)
            await served.subscribed()
            await comment(served.api, gym.coach, gym.movement_id, "in time")
            assert (await client.next())["comment"]["body"] == "in time"


async def test_an_athlete_whose_assignment_is_taken_back_gets_no_event_more(served: Live, gym: Gym) -> None:
    member = gym.organization.member
    id = await assigned(served, gym, member)
    async with served.socket(member) as client:
        await client.subscribe(COMMENTS, id=gym.workout_id)
        await served.subscribed()
        await served.api.run(UNASSIGN, gym.coach, id=id)
        await comment(served.api, gym.coach, gym.movement_id, "not for the athlete")
        assert (await client.error())["extensions"]["code"] == "NOT_FOUND"


async def test_the_selection_is_executed_breadth_first_and_by_graphql_core_alike(served: Live, gym: Gym) -> None:
    query = WORKOUT.replace("cursor", "cursor __typename")
    results = []
    for switch in ("breadth-first", "graphql-core"):
        async with served.socket(additional_headers={"X-Kinegraph-Executor": switch}) as client:
            await client.init(gym.coach)
            await client.subscribe(query, id=gym.workout_id)
            await served.subscribed()
            await served.api.run(UPDATE, gym.coach, id=gym.workout_id, input={"title": switch})
            event = await client.next()
            assert event["workout"].pop("title") == switch
            event.pop("cursor")
            results.append(event)
    assert results[0] == results[1]
    assert results[0]["workout"]["sections"] == [{"movements": [{"label": "A1"}]}]


async def test_without_an_authenticated_worker_no_event_is_visible_or_writable(
    gym: Gym, database: Database, world: World
) -> None:
    async with database.read(identity.authenticate_as(gym.organization.owner.id)) as session:
        assert await session.fetch("SELECT id FROM events") == []
    with pytest.raises(Exception, match="row-level security"):
        async with world.writing_as(gym.organization.owner) as writing:
            await writing.run(
                "INSERT INTO events (kind, object_id, topic_id) VALUES ('job_changed', $1, $1)", gym.coach.id
            )
