"""No change is skipped, in whichever order transactions begin and are committed, and whatever changes between pages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from kinegraph.kit.rows import Row
from tests.conftest import Api, World
from tests.logbook.documents import SEND, Enrolled, enrolled
from tests.sync.documents import App
from tests.sync.test_changes import SET_MEMBERSHIP, end_membership, sent_log
from tests.workout.documents import Pool

NOTE = "UPDATE exercise_logs SET notes = $2 WHERE id = $1"


@asynccontextmanager
async def transaction(url: str) -> AsyncIterator["asyncpg.Connection[Row]"]:
    """A connection in a transaction, which is committed at the end."""
    connection = await asyncpg.connect(url, record_class=Row)
    try:
        async with connection.transaction():
            yield connection
    finally:
        await connection.close()


async def with_logs(api: Api, owner: Pool, world: World, count: int) -> tuple[Enrolled, list[str]]:
    """An enrollment with logs, and their ids, sorted."""
    plan = await enrolled(owner, world)
    made = await api.run(SEND, plan.patient, logs=[plan.log() for _ in range(count)])
    return plan, sorted(each["id"] for each in made["logExercises"]["logs"])


async def test_a_transaction_that_is_committed_after_later_ones_were_read_is_not_skipped(
    api: Api, owner: Pool, world: World, database_url: str
) -> None:
    """Its number is smaller than those that the app has seen."""
    plan, (one, two, three) = await with_logs(api, owner, world, 3)
    app = App(api, plan.patient)
    await app.sync()
    async with transaction(database_url) as early:
        await early.execute(NOTE, UUID(one), "early")
        await owner.execute(NOTE, UUID(two), "late")
        assert await app.sync() == [("UPSERT", "ExerciseLog", two)]
        await owner.execute(NOTE, UUID(three), "later")
        assert await app.sync() == [("UPSERT", "ExerciseLog", three)]
    assert await app.sync() == [("UPSERT", "ExerciseLog", one)]
    assert app.objects[one]["notes"] == "early"
    assert await app.sync() == []


async def test_what_is_rolled_back_is_no_change(api: Api, owner: Pool, world: World, database_url: str) -> None:
    plan, (one,) = await with_logs(api, owner, world, 1)
    app = App(api, plan.patient)
    await app.sync()
    connection = await asyncpg.connect(database_url, record_class=Row)
    undone = connection.transaction()
    await undone.start()
    await connection.execute(NOTE, UUID(one), "undone")
    await undone.rollback()
    await connection.close()
    assert await app.sync() == []


async def test_changes_between_the_pages_of_a_snapshot_are_reported_behind_it(
    api: Api, owner: Pool, world: World, database_url: str
) -> None:
    """Changed before and behind the place of the app, removed, added, and committed late: the app ends with what is."""
    plan, ids = await with_logs(api, owner, world, 6)
    app = App(api, plan.patient)
    assert await app.page(6)
    assert sorted(app.objects)[-3:] != ids[-3:]
    async with transaction(database_url) as early:
        await early.execute(NOTE, UUID(ids[0]), "early")
        await owner.execute(NOTE, UUID(ids[1]), "behind the app")
        await owner.execute(NOTE, UUID(ids[-1]), "before the app")
        await owner.execute("UPDATE exercise_logs SET deleted_at = now() WHERE id = $1", UUID(ids[2]))
        added = await sent_log(api, plan)
        assert await app.page(2)
        await app.sync(2)
        assert {each["id"] for each in app.of("ExerciseLog")} == {*ids, added} - {ids[2]}
        assert app.objects[ids[0]]["notes"] is None
    await app.sync(2)
    notes = [app.objects[id]["notes"] for id in (ids[0], ids[1], ids[-1])]
    assert notes == ["early", "behind the app", "before the app"]
    other = App(api, plan.patient)
    await other.sync()
    assert app.objects == other.objects


async def test_an_exercise_whose_way_to_the_app_changes_between_pages_is_not_lost(
    api: Api, owner: Pool, world: World
) -> None:
    """The place of an object in a snapshot does not depend on the transactions that changed it."""
    plan = await enrolled(owner, world)
    app = App(api, plan.patient)
    await app.page(1)
    later = await enrolled(owner, world, gym=plan.gym)
    await app.page(1)
    await owner.execute("DELETE FROM enrollment_versions WHERE enrollment_id = $1", later.id)
    await app.sync(1)
    other = App(api, plan.patient)
    await other.sync()
    assert app.shown() == other.shown()
    assert len(app.of("EffectiveExercise")) == 2


async def test_a_change_beside_the_end_of_the_membership_does_not_remain(
    api: Api, owner: Pool, world: World, database_url: str
) -> None:
    """Whoever comes second waits, and sees what the first one committed."""
    plan, (one,) = await with_logs(api, owner, world, 1)
    app = App(api, plan.patient)
    await app.sync()
    async with transaction(database_url) as ending:
        await ending.execute(SET_MEMBERSHIP.format("now()"), plan.patient.id, plan.gym.id)
        write = asyncio.create_task(owner.execute(NOTE, UUID(one), "beside"))
        await asyncio.sleep(0.2)
        assert not write.done()
    await write
    await app.sync()
    assert app.objects == {}

    plan, (one,) = await with_logs(api, owner, world, 1)
    app = App(api, plan.patient)
    await app.sync()
    async with transaction(database_url) as writing:
        await writing.execute(NOTE, UUID(one), "beside")
        end = asyncio.create_task(end_membership(owner, plan.gym, plan.patient))
        await asyncio.sleep(0.2)
        assert not end.done()
    await end
    await app.sync()
    assert app.objects == {}


async def test_writers_at_once_of_one_patient_do_not_wait_for_each_other(
    api: Api, owner: Pool, world: World, database_url: str
) -> None:
    plan, (one, two) = await with_logs(api, owner, world, 2)
    app = App(api, plan.patient)
    await app.sync()
    async with transaction(database_url) as first, transaction(database_url) as second:
        await first.execute("SET LOCAL lock_timeout = '5s'")
        await second.execute("SET LOCAL lock_timeout = '5s'")
        await first.execute("UPDATE exercise_logs SET notes = 'a' WHERE id = $1", UUID(one))
        await second.execute("UPDATE exercise_logs SET notes = 'b' WHERE id = $1", UUID(two))
    assert len(await app.sync()) == 2
