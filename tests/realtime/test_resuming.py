"""Cursors and the order of events: none is missed, and none comes twice."""

import asyncio
import contextlib
import random
from uuid import UUID

import pytest

from kinegraph.events import store
from kinegraph.events.rules_cursors import decode_cursor, encode_cursor
from kinegraph.kit.database import Database
from kinegraph.kit.outbox import act_as_worker
from kinegraph.services import Services
from tests.conftest import Person, World
from tests.realtime.clients import COMMENTS, WORKOUT, Gym, Live, gym_of, live
from tests.workout.documents import Pool, comment

INSERT = """
INSERT INTO exercise_comments (organization_id, workout_movement_id, author_id, body, by_staff)
VALUES ($1, $2, $3, $4, true)
"""


async def received(served: Live, gym: Gym, cursor: str, count: int, person: Person | None = None) -> list[str]:
    """The bodies of so many comments after a cursor."""
    async with served.socket(person or gym.coach) as client:
        await client.subscribe(COMMENTS, id=gym.workout_id, after=cursor)
        return [(await client.next())["comment"]["body"] for _ in range(count)]


async def cursor_of(served: Live, person: Person) -> str:
    """A cursor of now."""
    return str((await served.api.run("{ eventCursor }", person))["eventCursor"])


async def test_transactions_that_commit_out_of_order_lose_no_event(served: Live, gym: Gym, owner: Pool) -> None:
    values = gym.organization.id, gym.movement_id, gym.coach.id
    async with served.socket(gym.coach) as client, owner.acquire() as early, owner.acquire() as late:
        await client.subscribe(COMMENTS, id=gym.workout_id)
        await served.subscribed()
        first, second = early.transaction(), late.transaction()
        await first.start()
        await early.execute(INSERT, *values, "recorded first")
        await second.start()
        await late.execute(INSERT, *values, "recorded second")
        await second.commit()
        served.wake()
        event = await client.next()
        assert event["comment"]["body"] == "recorded second"
        await first.commit()
        served.wake()
        assert (await client.next())["comment"]["body"] == "recorded first"
    assert await received(served, gym, event["cursor"], 1) == ["recorded first"]


async def test_a_commit_during_the_numbering_is_numbered_by_the_next(gym: Gym, database: Database, owner: Pool) -> None:
    await _number(database)
    async with database.read(act_as_worker) as session:
        before = await store.last_position(session)
    async with owner.acquire() as writer, contextlib.AsyncExitStack() as stack:
        open = writer.transaction()
        await open.start()
        await writer.execute(INSERT, gym.organization.id, gym.movement_id, gym.coach.id, "open")
        numbering = await stack.enter_async_context(database.write(act_as_worker))
        await store.number(numbering)
        await open.commit()
        waiting = asyncio.create_task(_number(database))
        await asyncio.sleep(0)
        assert await store.after(numbering, before, 10) == []
    await waiting
    async with database.read(act_as_worker) as session:
        assert len(await store.after(session, before, 10)) == 1


async def _number(database: Database) -> None:
    async with database.write(act_as_worker) as session:
        await store.number(session)


async def test_a_subscriber_killed_and_reconnected_fifty_times_under_load_misses_no_event_and_sees_none_twice(
    served: Live, gym: Gym, owner: Pool
) -> None:
    total, seen = 200, list[tuple[str, str, int]]()
    cursor = await cursor_of(served, gym.coach)

    async def write() -> None:
        for number in range(total):
            await comment(served.api, gym.coach, gym.movement_id, str(number))
            if number % 10 == 0:  # as autovacuum does: new plans, and new rows in the place of old ones
                await owner.execute("VACUUM (ANALYZE) events")

    writer = asyncio.create_task(write())
    dice = random.Random(14)
    for kill in range(51):
        async with served.socket(gym.coach) as client:
            await client.subscribe(COMMENTS, id=gym.workout_id, after=cursor)
            for _ in range(total - len(seen) if kill == 50 else dice.randint(0, 5)):
                event = await client.next()
                cursor = event["cursor"]
                seen.append((event["comment"]["body"], cursor, kill))
            client.socket.transport.abort()
    await writer
    wrong = next((place for place, (body, _, _) in enumerate(seen) if body != str(place)), None)
    assert wrong is None, await _neighbours(owner, gym, seen, wrong)


async def _neighbours(owner: Pool, gym: Gym, seen: list[tuple[str, str, int]], wrong: int) -> str:
    """The events around one that came out of place: as they were received, and as they are stored."""
    scope = f"comment_added {gym.workout_id} None"
    lines = [f"Event {seen[wrong][0]} came where {wrong} was due. Received: body, position, cursor, connection:"]
    for body, cursor, kill in seen[max(0, wrong - 3) : wrong + 6]:
        lines.append(f"  {body} {decode_cursor(cursor, gym.coach.id, scope)} {cursor} {kill}")
    lines.append("Stored: body, position, id, transaction, when it was numbered, place in the table:")
    stored = await owner.fetch(
        """
        SELECT c.body, e.position, e.id, e.transaction_id, e.numbered_at, e.ctid
        FROM events e JOIN exercise_comments c ON c.id = e.object_id
        WHERE c.workout_movement_id = $1 AND c.body::integer BETWEEN $2 - 3 AND $2 + 5
        ORDER BY e.position
        """,
        UUID(gym.movement_id),
        wrong,
    )
    return "\n".join([*lines, *(f"  {' '.join(map(str, row.values()))}" for row in stored)])


async def test_events_of_concurrent_writers_come_once_each_to_all_of_many_subscribers_of_two_processes(
    served: Live, gym: Gym, services: Services
) -> None:
    async with live(services) as other, contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(each.socket(gym.coach)) for each in (served, other) * 3]
        for client in clients:
            await client.subscribe(COMMENTS, id=gym.workout_id)
        await served.subscribed(3)
        await other.subscribed(3)
        bodies = {f"{writer} {number}" for writer in range(5) for number in range(8)}
        servers = (served.api, other.api)
        await asyncio.gather(
            *(comment(servers[i % 2], gym.coach, gym.movement_id, body) for i, body in enumerate(bodies))
        )
        for client in clients:
            seen = [(await client.next())["comment"]["body"] for _ in bodies]
            assert len(seen) == len(set(seen)) and set(seen) == bodies


async def test_a_commit_in_one_process_wakes_another_up_through_redis(
    world: World, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kinegraph.realtime.feed.POLL_SECONDS", 3600)
    async with live(services) as one, live(services) as other:
        gym = await gym_of(one.api, world)
        async with other.socket(gym.coach) as client:
            await client.subscribe(COMMENTS, id=gym.workout_id)
            await other.subscribed()
            await comment(one.api, gym.coach, gym.movement_id, "elsewhere")
            assert (await client.next())["comment"]["body"] == "elsewhere"


async def test_a_cursor_of_now_leaves_no_gap_between_a_query_and_a_subscription(served: Live, gym: Gym) -> None:
    cursor = await cursor_of(served, gym.coach)
    await comment(served.api, gym.coach, gym.movement_id, "in between")
    assert await received(served, gym, cursor, 1) == ["in between"]


async def test_a_lost_wake_up_loses_nothing(served: Live, gym: Gym, owner: Pool) -> None:
    async with served.socket(gym.coach) as client:
        await client.subscribe(COMMENTS, id=gym.workout_id)
        await served.subscribed()
        await owner.execute(INSERT, gym.organization.id, gym.movement_id, gym.coach.id, "nobody was woken up")
        assert (await client.next())["comment"]["body"] == "nobody was woken up"


@pytest.mark.parametrize("kind", ["another user's", "another subscription's", "of the future", "no cursor", "long"])
async def test_a_cursor_that_does_not_belong_to_the_subscription_is_refused(served: Live, gym: Gym, kind: str) -> None:
    cursor = {
        "another user's": await cursor_of(served, gym.organization.member),
        "another subscription's": encode_cursor(1, gym.coach.id, f"workout_changed {gym.workout_id} None"),
        "of the future": encode_cursor(10**15, gym.coach.id),
        "no cursor": "שלום",
        "long": "x" * 5000,
    }[kind]
    async with served.socket(gym.coach) as client:
        await client.subscribe(COMMENTS, id=gym.workout_id, after=cursor)
        error = await client.error()
    code = "CURSOR_EXPIRED" if kind == "of the future" else "INVALID_INPUT"
    assert error["extensions"] == {"code": code, "field": ["after"]}
    await served.subscribed(0)


async def test_a_cursor_whose_events_were_deleted_is_expired_and_one_after_them_is_not(
    world: World, services: Services, database: Database, owner: Pool
) -> None:
    async with live(services) as served:
        gym = await gym_of(served.api, world)
        cursors = [await cursor_of(served, gym.coach)]
        for number in range(3):
            await comment(served.api, gym.coach, gym.movement_id, str(number))
            await _number(database)
            cursors.append(await cursor_of(served, gym.coach))
        await owner.execute("UPDATE events SET numbered_at = now() - interval '26 hours'")
        await comment(served.api, gym.coach, gym.movement_id, "new")
        async with database.write(act_as_worker) as session:
            await store.purge(session)
        assert await owner.fetchval("SELECT count(*) FROM events") == 2
        assert await received(served, gym, cursors[3], 1) == ["new"]
        assert await received(served, gym, cursors[2], 2) == ["2", "new"]
        async with served.socket(gym.coach) as client:
            await client.subscribe(COMMENTS, id=gym.workout_id, after=cursors[1])
            assert (await client.error())["extensions"]["code"] == "CURSOR_EXPIRED"


async def test_the_number_of_stored_events_is_bounded(
    gym: Gym, database: Database, owner: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MAX_EVENTS", 3)
    await owner.execute("UPDATE memberships SET updated_at = now()")
    async with database.write(act_as_worker) as session:
        await store.purge(session)
    assert await owner.fetchval("SELECT count(*) FROM events") == 4


async def test_a_reader_who_is_too_slow_is_closed_and_resumes(
    served: Live, gym: Gym, owner: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kinegraph.realtime.feed.MAX_QUEUED", 5)
    async with served.socket(gym.coach) as client:
        await client.subscribe(COMMENTS, id=gym.workout_id)
        await served.subscribed()
        await comment(served.api, gym.coach, gym.movement_id, "before")
        cursor = (await client.next())["cursor"]
        values = gym.organization.id, gym.movement_id, gym.coach.id
        await owner.executemany(INSERT, [(*values, str(number)) for number in range(7)])
        served.wake()
        code, reason = await client.closing()
        assert (code, reason.partition(":")[0]) == (4008, "SLOW_CONSUMER")
    monkeypatch.undo()
    assert await received(served, gym, cursor, 7) == [str(number) for number in range(7)]


async def test_several_changes_of_one_transaction_are_one_event(served: Live, gym: Gym, owner: Pool) -> None:
    async with served.socket(gym.coach) as client:
        await client.subscribe(WORKOUT, id=gym.workout_id)
        await served.subscribed()
        async with owner.acquire() as connection, connection.transaction():
            for title in ("one", "two"):
                await connection.execute(
                    "UPDATE workouts SET title = $2, updated_at = now() WHERE id = $1", gym.workout_id, title
                )
        await owner.execute("UPDATE workouts SET title = 'three', updated_at = now() WHERE id = $1", gym.workout_id)
        served.wake()
        titles = [(await client.next())["workout"]["title"] for _ in range(2)]
        assert titles[-1] == "three"
    assert await owner.fetchval("SELECT count(*) FROM events WHERE object_id = $1", gym.workout_id) == 2
