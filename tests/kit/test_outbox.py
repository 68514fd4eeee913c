"""The outbox: facts are stored with their change, taken once, wait for listeners, and are deleted when old."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any  # Any: a fact is any dataclass; variables are JSON
from uuid import UUID, uuid4

import asyncpg
import pytest

from kinegraph.identity.store import authenticate_as
from kinegraph.kit import outbox
from kinegraph.kit.database import Database
from kinegraph.kit.outbox import act_as_worker
from kinegraph.kit.sessions import WriteSession
from kinegraph.services import Services
from kinegraph.settings import Settings
from tests.background.rows import ADD, Pool, Scene, facts, scene_of
from tests.conftest import SECRET, Api, World
from tests.workout.documents import NO_ID, SET, assign, create, movement, section

CREATE_TWO = """mutation ($one: CreateWorkoutInput!, $two: CreateWorkoutInput!) {
  one: createWorkout(input: $one) { workout { id } userErrors { code } }
  two: createWorkout(input: $two) { workout { id } userErrors { code } }
}"""
ADD_TWO = """mutation ($one: AddCommentInput!, $two: AddCommentInput!) {
  one: addComment(input: $one) { comment { attachments { id } } userErrors { code } }
  two: addComment(input: $two) { comment { attachments { id } } userErrors { code } }
}"""
RETITLE = """mutation ($id: ID!, $title: String!) {
  updateWorkout(id: $id, input: {title: $title}) { workout { title } userErrors { code } }
}"""
SET_FOR = """mutation ($id: ID!, $for: ID!, $sections: [SectionInput!]!) {
  setWorkoutSections(workoutId: $id, assignmentId: $for, sections: $sections) { workout { id } userErrors { code } }
}"""
BREAK = """
CREATE FUNCTION burst() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'burst'; END $$;
CREATE TRIGGER burst BEFORE INSERT ON workouts FOR EACH ROW WHEN (NEW.title = 'burst') EXECUTE FUNCTION burst();
"""


@dataclass(frozen=True)
class ExampleFact:
    """A fact of the tests."""

    number: int
    id: UUID


@dataclass(frozen=True)
class FactWithoutListener:
    """Another one."""

    number: int


@pytest.fixture(scope="module")
def services(database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Services:
    home: Path = tmp_path_factory.mktemp("home")
    return Services(Settings(home=home), database_url, redis_url, SECRET)


@pytest.fixture(autouse=True)
async def nothing_waits(owner: Pool) -> None:
    await owner.execute("DELETE FROM outbox")


@pytest.fixture
async def scene(api: Api, world: World, owner: Pool) -> Scene:
    made = await scene_of(api, world)
    await owner.execute("DELETE FROM outbox")
    return made


@asynccontextmanager
async def working(database: Database) -> AsyncIterator[WriteSession]:
    """A transaction of the worker's."""
    async with database.write(act_as_worker) as session:
        yield session


async def record(database: Database, *recorded: Any) -> None:
    async with database.write() as session:
        await outbox.record(session, recorded)


async def take(database: Database, names: Sequence[str], limit: int = 200) -> list[int]:
    """The numbers of the facts that one transaction took."""
    async with working(database) as session:
        return sorted(row.payload["number"] for row in await outbox.take(session, names, limit))


# ------------------------------------------------------------------------------ stored with the change, or not at all


async def test_a_change_records_one_unhandled_fact_with_its_ids(scene: Scene, owner: Pool) -> None:
    made = await create(scene.api, scene.organization)
    payload = {"workout_id": made["id"], "organization_id": str(scene.organization.id)}
    assert await facts(owner, "WorkoutChanged") == [payload]
    (row,) = await owner.fetch("SELECT handled_at FROM outbox WHERE fact = 'WorkoutChanged'")
    assert row.handled_at is None


async def test_a_change_that_changes_nothing_records_nothing(scene: Scene, owner: Pool) -> None:
    id = scene.workout["id"]
    await scene.api.run(RETITLE, scene.coach, id=id, title="Once")
    await scene.api.run(RETITLE, scene.coach, id=id, title="Once")
    assert len(await facts(owner, "WorkoutChanged")) == 1


@pytest.mark.parametrize("order", [("one", "two"), ("two", "one")])
async def test_of_two_fields_of_a_request_only_the_one_that_was_not_refused_records_its_fact(
    scene: Scene, owner: Pool, order: tuple[str, str]
) -> None:
    organization_id = str(scene.organization.id)
    good, bad = order
    inputs = {
        good: {"organizationId": organization_id, "title": "Stored"},
        bad: {"organizationId": organization_id, "sections": [section(movement(NO_ID))]},
    }
    body = (await scene.api.post(CREATE_TWO, scene.coach, **inputs)).json()
    assert body["data"][bad] == {"workout": None, "userErrors": [{"code": "EXERCISE_NOT_VISIBLE"}]}
    (fact,) = await facts(owner, "WorkoutChanged")
    assert fact["workout_id"] == body["data"][good]["workout"]["id"]


async def test_an_unexpected_error_takes_back_the_facts_of_the_whole_request(scene: Scene, owner: Pool) -> None:
    await owner.execute(BREAK)
    organization_id = str(scene.organization.id)
    one, two = ({"organizationId": organization_id, "title": title} for title in ("fine", "burst"))
    body = (await scene.api.post(CREATE_TWO, scene.coach, one=one, two=two)).json()
    assert "errors" in body
    assert await owner.fetchval("SELECT count(*) FROM workouts WHERE title IN ('fine', 'burst')") == 0
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 0


async def test_an_upload_that_two_comments_of_a_request_name_is_one_fact(scene: Scene, owner: Pool) -> None:
    upload = await scene.upload()
    body = (await scene.api.post(ADD_TWO, scene.coach, one=scene.comment(upload), two=scene.comment(upload))).json()
    assert body["data"]["two"] == {"comment": None, "userErrors": [{"code": "UPLOAD_NOT_FOUND"}]}
    (fact,) = await facts(owner, "AttachmentAdded")
    assert fact["attachment_id"] == body["data"]["one"]["comment"]["attachments"][0]["id"]


async def test_an_upload_that_requests_use_at_once_is_one_fact_and_one_comment(scene: Scene, owner: Pool) -> None:
    shared, own = await scene.upload(), [await scene.upload() for _ in range(4)]
    inputs = [scene.comment(mine, shared) for mine in own]
    answers = await asyncio.gather(*(scene.api.post(ADD, scene.coach, input=input) for input in inputs))
    comments = [answer.json()["data"]["addComment"]["comment"] for answer in answers]
    (stored,) = [comment for comment in comments if comment]
    heard = {fact["attachment_id"] for fact in await facts(owner, "AttachmentAdded")}
    assert heard == {attachment["id"] for attachment in stored["attachments"]} and len(heard) == 2
    stored = "SELECT count(*) FROM exercise_comments WHERE workout_movement_id = $1"
    assert await owner.fetchval(stored, UUID(scene.movement_id)) == 1


async def test_facts_that_were_recorded_before_the_refusal_are_taken_back(scene: Scene, owner: Pool) -> None:
    organization = scene.organization
    await scene.attach()
    assignment = await assign(owner, organization, scene.workout["id"], organization.member)
    before = await owner.fetch("SELECT id FROM outbox")
    for sections, code in (([section(movement(NO_ID))], ["EXERCISE_NOT_VISIBLE"]), ([section()], [])):
        variables: Any = {"id": scene.workout["id"], "for": str(assignment), "sections": sections}
        body = (await scene.api.post(SET_FOR, scene.coach, **variables)).json()
        assert [error["code"] for error in body["data"]["setWorkoutSections"]["userErrors"]] == code
        forked = await owner.fetchval("SELECT snapshot_workout_id FROM workout_assignments WHERE id = $1", assignment)
        assert (forked is None) == bool(code)
        more = len(await owner.fetch("SELECT id FROM outbox")) - len(before)
        assert more == (0 if code else 1)


async def test_a_workout_that_is_sent_back_unchanged_records_nothing(scene: Scene, owner: Pool) -> None:
    row = scene.workout["sections"][0]["movements"][0]
    same = [
        {
            "id": scene.workout["sections"][0]["id"],
            "movements": [{"id": row["id"], "exerciseId": row["exercise"]["exercise"]["id"]}],
        }
    ]
    await scene.api.run(SET, scene.coach, id=scene.workout["id"], sections=same)
    assert await facts(owner, "WorkoutChanged") == []


# ---------------------------------------------------------------------------------- taken once


async def test_a_fact_is_taken_with_what_was_recorded_and_never_again(database: Database) -> None:
    fact = ExampleFact(7, uuid4())
    await record(database, fact)
    async with working(database) as session:
        (row,) = await outbox.take(session, ["ExampleFact"])
    assert (row.fact, row.payload) == ("ExampleFact", {"number": 7, "id": str(fact.id)})
    assert await take(database, ["ExampleFact"]) == []


async def test_the_oldest_facts_of_the_names_are_taken_and_no_more_than_the_limit(database: Database) -> None:
    for start in range(0, 500, 50):
        await record(database, *(ExampleFact(number, uuid4()) for number in range(start, start + 50)))
    await record(database, FactWithoutListener(1))
    assert await take(database, ["ExampleFact"], 210) == list(range(210))
    assert await take(database, ["ExampleFact"]) == list(range(210, 410))
    assert await take(database, ["ExampleFact", "FactWithoutListener"], 1000) == sorted([1, *range(410, 500)])


async def test_concurrent_workers_take_disjoint_facts(database: Database) -> None:
    await record(database, *(ExampleFact(number, uuid4()) for number in range(300)))
    shares = await asyncio.gather(*(take(database, ["ExampleFact"], 40) for _ in range(10)))
    rest = await take(database, ["ExampleFact"], 300)
    assert sorted(number for share in [*shares, rest] for number in share) == list(range(300))


async def test_a_fact_of_a_failed_transaction_can_be_taken_again(database: Database) -> None:
    await record(database, ExampleFact(1, uuid4()))
    async with working(database) as session:
        assert len(await outbox.take(session, ["ExampleFact"])) == 1
        session.is_rollback_only = True
    assert await take(database, ["ExampleFact"]) == [1]


async def test_a_fact_without_a_listener_waits(database: Database, owner: Pool) -> None:
    await record(database, FactWithoutListener(5))
    assert await take(database, ["ExampleFact"]) == []
    assert await take(database, []) == []
    assert await owner.fetchval("SELECT handled_at FROM outbox WHERE fact = 'FactWithoutListener'") is None
    assert await take(database, ["FactWithoutListener"]) == [5]


async def test_recording_no_facts_writes_nothing(database: Database, owner: Pool) -> None:
    await record(database)
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 0


async def test_purging_deletes_handled_facts_after_a_week_and_others_after_ninety_days(
    database: Database, owner: Pool
) -> None:
    ages = {1: ("80 days", "8 days"), 2: ("80 days", "6 days"), 3: ("91 days", None), 4: ("89 days", None)}
    for number, (recorded, handled) in ages.items():
        await owner.execute(
            """
            INSERT INTO outbox (fact, payload, recorded_at, handled_at)
            VALUES ('ExampleFact', jsonb_build_object('number', $1::int), now() - $2::text::interval,
                    now() - $3::text::interval)
            """,
            number,
            recorded,
            handled,
        )
    async with working(database) as session:
        assert await outbox.purge(session) == 2
    assert await owner.fetch("SELECT payload ->> 'number' FROM outbox ORDER BY 1") == [("2",), ("4",)]


# ---------------------------------------------------------------------------------- visible to the worker only


@pytest.mark.parametrize("who", ["owner", "platform admin", "nobody"])
async def test_nobody_but_the_worker_reads_changes_or_drops_facts(world: World, owner: Pool, who: str) -> None:
    await record(world.database, ExampleFact(1, uuid4()))
    organization = await world.organization()
    admin = await world.person(is_platform_admin=True)
    authentications = {
        "owner": authenticate_as(organization.owner.id),
        "platform admin": authenticate_as(admin.id),
        "nobody": None,
    }
    async with world.database.write(authentications[who]) as session:
        assert await session.fetch("SELECT * FROM outbox") == []
        assert await session.run("UPDATE outbox SET payload = '{}', handled_at = NULL") == 0
        assert await session.run("DELETE FROM outbox") == 0
        assert await outbox.take(session, ["ExampleFact"]) == [] and await outbox.purge(session) == 0
    assert len(await facts(owner, "ExampleFact")) == 1
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with world.database.write(authentications[who]) as session:
            await session.run("INSERT INTO outbox (fact, payload, handled_at) VALUES ('ExampleFact', '{}', now())")


async def test_the_workers_right_ends_with_its_transaction(database_url: str) -> None:
    alone = await Database.open(database_url, 1)
    await record(alone, ExampleFact(1, uuid4()))
    count = "SELECT count(*) FROM outbox"
    async with working(alone) as session:
        assert await session.fetch_value(count) == 1
    async with alone.read() as reading:
        assert await reading.fetch_value(count) == 0
    async with working(alone) as session:
        session.is_rollback_only = True
    async with alone.read() as reading:
        assert await reading.fetch_value(count) == 0
    await alone.close()
