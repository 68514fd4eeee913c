"""Row-level security of the feed's tables, and the number of statements of a page."""

import asyncpg
import pytest

from tests.conftest import Api, Counter, World
from tests.logbook.documents import SEND, enrolled
from tests.sync.documents import CHANGES
from tests.sync.test_changes import end_membership
from tests.workout.documents import Pool

COLUMNS = "user_id, type, organization_id, object_id, is_removed"
INSERT = f"INSERT INTO sync_changes ({COLUMNS}) VALUES ($1, 'x', $1, $1, true)"


async def test_by_row_level_security_alone_people_read_their_own_rows_and_write_none(owner: Pool, world: World) -> None:
    """Coaches read none of their patients' rows; a person reads their own also after they have left."""
    plan = await enrolled(owner, world)
    for person, rows in ((plan.patient, 2), (plan.gym.coach, 0), (plan.gym.owner, 0), (await world.person(), 0)):
        async with world.writing_as(person) as session:
            assert await session.fetch_value("SELECT count(*) FROM sync_changes") == rows
            assert await session.run("UPDATE sync_changes SET is_removed = true") == 0
            assert await session.run("DELETE FROM sync_changes") == 0
            assert await session.run("DELETE FROM sync_contents") == 0
            assert await session.run("UPDATE sync_retention SET stored_since = now()") == 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with world.writing_as(person) as session:
                await session.run(INSERT, person.id)
    await end_membership(owner, plan.gym, plan.patient)
    async with world.writing_as(plan.patient) as session:
        assert await session.fetch_value("SELECT count(*) FROM sync_changes WHERE is_removed") == 4


async def test_contents_of_other_organizations_are_not_read(owner: Pool, world: World) -> None:
    one, other = await world.organization(), await world.organization()
    await owner.execute(
        "INSERT INTO sync_contents (object_id, organization_id) VALUES ($1, $1), ($2, $2)", one.id, other.id
    )
    async with world.writing_as(one.member) as session:
        found = await session.fetch(
            "SELECT organization_id FROM sync_contents WHERE organization_id = ANY ($1)", [one.id, other.id]
        )
        assert [row.organization_id for row in found] == [one.id]


async def test_the_statements_of_a_page_do_not_depend_on_its_size(
    api: Api, owner: Pool, world: World, counter: Counter
) -> None:
    plan = await enrolled(owner, world)
    await api.run(SEND, plan.patient, logs=[plan.log() for _ in range(3)])
    counts = []
    for _ in range(2):
        with counter.counting() as statements:
            found = await counter.api.run(CHANGES, plan.patient, first=500)
        counts.append((len(statements), len(found["viewer"]["changes"]["changes"])))
        await api.run(SEND, plan.patient, logs=[plan.log() for _ in range(200)])
        await enrolled(owner, world, gym=plan.gym)
    assert [size for _, size in counts] == [7, 211 - 2]
    assert counts[0][0] == counts[1][0]
