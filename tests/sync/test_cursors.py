"""Cursors belong to one person, one server and a time; what a cursor cannot promise any more is refused."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any  # variables and values of cursors are JSON
from uuid import UUID

import asyncpg
import orjson
import pytest

from kinegraph.identity.store import authenticate_nobody
from kinegraph.kit.database import Database
from kinegraph.kit.errors import Refused
from kinegraph.kit.outbox import act_as_worker
from kinegraph.sync import rules, store
from tests.conftest import Api, Person, World
from tests.logbook.documents import enrolled
from tests.servers import copied
from tests.sync.documents import BRIEF, App
from tests.sync.test_changes import end_membership
from tests.workout.documents import Pool


async def refusal(api: Api, person: Person, **variables: Any) -> tuple[str, list[str], str]:
    """Code, path and message of the refusal of a page. Nothing else is answered."""
    body = (await api.post(BRIEF, person, **variables)).json()
    assert body.get("data") in (None, {"viewer": None}), body
    (error,) = body["errors"]
    return error["extensions"]["code"], error["extensions"]["field"], error["message"]


def changed(cursor: str, index: int, value: Any) -> str:
    """A cursor with another value at one place."""
    values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    values[index] = value
    return base64.urlsafe_b64encode(orjson.dumps(values)).rstrip(b"=").decode()


async def test_a_cursor_of_another_user_is_refused_and_gives_nothing(api: Api, owner: Pool, world: World) -> None:
    one, other = await enrolled(owner, world), await enrolled(owner, world)
    app = App(api, one.patient)
    for _ in range(2):
        await app.page(2)
        for person in (other.patient, one.gym.coach, one.gym.owner):
            found = await refusal(api, person, since=app.cursor)
            assert found == ("INVALID_INPUT", ["since"], rules.OTHER_CURSOR)


@pytest.mark.parametrize("size", [0, -1, 501, 10_000])
async def test_a_page_has_one_to_five_hundred_changes(api: Api, world: World, size: int) -> None:
    found = await refusal(api, await world.person(), first=size)
    assert found == ("INVALID_INPUT", ["first"], "Must be from 1 to 500; go on with the page's `cursor`.")


async def test_what_is_no_cursor_is_refused_with_its_path(api: Api, owner: Pool, world: World) -> None:
    """Other texts, cursors of other lists, snapshots that PostgreSQL would refuse, and values of other types."""
    plan = await enrolled(owner, world)
    app = App(api, plan.patient)
    await app.page(2)
    assert app.cursor
    bad = ["", "x", "é", app.cursor[:-3], "W10", app.cursor * 2000]
    bad += [changed(app.cursor, 0, "logs"), changed(app.cursor, 2, 3), changed(app.cursor, 3, "yesterday")]
    bad += [changed(app.cursor, 3, "2026-01-01T00:00:00"), changed(app.cursor, 7, None)]
    for snapshot in ("", "1", "0:1:", "2:1:", "1:9:10", "1:9:3,3", "1:9:4,2", "1:x:", f"1:{2**63}:", 5, None, "1:1:\n"):
        bad.append(changed(app.cursor, 4, snapshot))
        bad += [] if snapshot is None else [changed(app.cursor, 5, snapshot)]
    bad += [changed(app.cursor, 7, each) for each in ("\0", "User", 5)]
    bad += [changed(app.cursor, 8, "x"), changed(app.cursor, 9, None), changed(app.cursor, 6, None)]
    for cursor in bad:
        found = await refusal(api, plan.patient, since=cursor)
        assert found == ("INVALID_INPUT", ["since"], rules.OTHER_CURSOR), cursor


async def test_every_fault_of_the_arguments_is_told_at_once(api: Api, world: World) -> None:
    body = (await api.post(BRIEF, await world.person(), since="x", first=0)).json()
    assert sorted(error["extensions"]["field"] for error in body["errors"]) == [["first"], ["since"]]


async def test_a_cursor_of_a_restored_database_is_refused(api: Api, owner: Pool, world: World) -> None:
    plan = await enrolled(owner, world)
    app = App(api, plan.patient)
    await app.sync()
    assert app.cursor
    found = await refusal(api, plan.patient, since=changed(app.cursor, 1, "other"))
    assert found == ("INVALID_INPUT", ["since"], rules.OTHER_SERVER)


async def test_a_cursor_is_of_one_database_of_a_server(
    api: Api, owner: Pool, world: World, server_url: str, template: str
) -> None:
    """In another copy of the database on the same server, and where its tables were made anew, it is refused."""
    app = App(api, (await enrolled(owner, world)).patient)
    await app.sync()
    assert app.cursor
    cursor = rules.decoded(app.cursor)
    async with copied(server_url, template) as url:
        found = [await state_of(url)]
        async with asyncpg.create_pool(url, min_size=1, max_size=1) as restored:
            await restored.execute("""
                CREATE TABLE anew (LIKE sync_retention INCLUDING ALL);
                INSERT INTO anew SELECT * FROM sync_retention;
                DROP TABLE sync_retention;
                ALTER TABLE anew RENAME TO sync_retention;
                GRANT SELECT ON sync_retention TO kinegraph_api;
            """)
        found.append(await state_of(url))
    assert len({each.server for each in found}) == 2
    for state in found:
        with pytest.raises(Refused) as refused:
            rules.check_state(cursor, state)
        assert [each.message for each in refused.value.refusals] == [rules.OTHER_SERVER]


async def state_of(url: str) -> rules.Now:
    """The state of a database, as the feed reads it."""
    database = await Database.open(url, 1)
    try:
        async with database.read(authenticate_nobody) as session:
            return await store.state(session)
    finally:
        await database.close()


async def test_rows_of_a_restored_dump_are_in_a_snapshot_and_not_reported_again(
    api: Api, owner: Pool, world: World
) -> None:
    """Their transactions have numbers that this server has not reached."""
    plan = await enrolled(owner, world)
    to_come = "UPDATE sync_changes SET changed_in = '4611686018427387904' WHERE user_id = $1"
    await owner.execute(to_come, plan.patient.id)
    app = App(api, plan.patient)
    assert len(await app.sync(2)) == 4
    assert await app.sync() == []


async def test_a_cursor_from_before_the_oldest_stored_removal_is_refused_and_a_younger_one_is_not(
    api: Api, owner: Pool, world: World, database: Database
) -> None:
    """Removals are stored for the days of the setting and one more; what is not removed stays."""
    plan = await enrolled(owner, world)
    gone, recent = await enrolled(owner, world), await enrolled(owner, world)
    app = App(api, plan.patient)
    await app.sync()
    for removed, days in ((gone, 182), (recent, 180)):
        await end_membership(owner, removed.gym, removed.patient)
        await owner.execute(
            "UPDATE sync_changes SET changed_at = now() - make_interval(days => $2) WHERE user_id = $1",
            removed.patient.id,
            days,
        )
    async with database.write(act_as_worker) as session:
        assert await store.purge(session, 180) == 4
    rows = "SELECT count(*) FROM sync_changes WHERE user_id = $1"
    assert [await owner.fetchval(rows, each.patient.id) for each in (plan, gone, recent)] == [2, 0, 4]
    assert app.cursor
    assert await app.sync() == []
    now = datetime.now(UTC)
    young, old = (changed(app.cursor, 3, (now - timedelta(days=days)).isoformat()) for days in (179, 181))
    assert (await api.run(BRIEF, plan.patient, since=young))["viewer"]["changes"]["changes"] == []
    assert await refusal(api, plan.patient, since=old) == ("INVALID_INPUT", ["since"], rules.OLD_CURSOR)
    assert len(await App(api, plan.patient).sync()) == 4


async def test_a_person_who_is_deleted_leaves_no_row(owner: Pool, world: World) -> None:
    gym = await world.organization()
    await owner.execute(
        "INSERT INTO sync_changes (user_id, type, organization_id, object_id, is_removed) "
        "VALUES ($1, 'ExerciseLog', $2, $3, true)",
        gym.member.id,
        gym.id,
        UUID(int=1),
    )
    await owner.execute("DELETE FROM memberships WHERE user_id = $1", gym.member.id)
    await owner.execute("DELETE FROM users WHERE id = $1", gym.member.id)
    assert await owner.fetchval("SELECT count(*) FROM sync_changes WHERE user_id = $1", gym.member.id) == 0
