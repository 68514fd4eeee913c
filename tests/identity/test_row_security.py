"""Row-level security alone, every check of the application taken out, shows each organization its own rows only."""

from contextlib import nullcontext
from uuid import UUID

import asyncpg
import pytest

from tests.cases import about
from tests.conftest import World
from tests.identity.references import REFERENCES as CENTRAL
from tests.identity.rows import Pool, stored
from tests.identity.strangers import TwoOrganizations, copied, touched, two_organizations
from tests.identity.tables import ROW, SCOPED, UNCHANGED, WRITABLE, is_forbidden
from tests.rooms import WHERE, listed, merged

REFERENCES = {**CENTRAL, **merged("references")}
STRANGERS = ("owner", "coach", "member", "somebody in no organization", "platform admin", "nobody", "the seed job")


@pytest.fixture(scope="module")
async def two(world: World, owner: Pool) -> TwoOrganizations:
    return await two_organizations(world, owner)


async def test_the_list_of_organization_scoped_tables_is_complete(owner: Pool, two: TwoOrganizations) -> None:
    rows = await owner.fetch(
        "SELECT relname AS table_name FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid "
        "WHERE attname = 'organization_id' AND relkind IN ('r', 'p') AND NOT relispartition"
    )
    unseen = ("events", "stale_embeddings", "audit_pending", "audit_entries", "erased_totals")  # test_role, tests/audit
    searched = ("organization_search", "organization_words")
    derived = (*searched, "versions", "sync_changes", "sync_contents")  # written by triggers alone
    canonical = "exercise_progressions"  # its rows are of no organization, by a constraint
    expected = {*SCOPED, canonical, *listed("own_tables"), *unseen, *derived}
    assert {row.table_name for row in rows} == expected, f"`tables` or `own_tables` have those of a room: {WHERE}"
    for table in SCOPED:
        for organization in (two.mine, two.theirs):
            count = await owner.fetchval(f"SELECT count(*) FROM {table} WHERE organization_id = $1", organization.id)
            assert count >= 1, table


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_no_stranger_reads_a_row(two: TwoOrganizations, stranger: str) -> None:
    """Of every table with rows of organizations."""
    for table in SCOPED:
        with about(table):
            await _read_none(two, table, stranger)


async def _read_none(two: TwoOrganizations, table: str, stranger: str) -> None:
    async with two.acting(stranger) as session:
        theirs = f"FROM {table} WHERE organization_id = $1"
        assert await session.fetch(f"SELECT 1 {theirs}", two.theirs.id) == []
        if table not in UNCHANGED:
            assert await session.fetch(f"SELECT 1 {theirs} FOR SHARE", two.theirs.id) == []
        seen = await session.fetch(f"SELECT DISTINCT organization_id AS id FROM {table}")
        assert {row.id for row in seen} <= {None, two.mine.id}


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_no_stranger_changes_or_deletes_a_row(owner: Pool, two: TwoOrganizations, stranger: str) -> None:
    """Of every table with rows of organizations."""
    for table in SCOPED:
        with about(table):
            await _change_none(owner, two, table, stranger)


async def _change_none(owner: Pool, two: TwoOrganizations, table: str, stranger: str) -> None:
    before = await stored(owner, two.theirs)
    column = touched(table)
    for verb in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError) if is_forbidden(verb, table) else nullcontext():
            async with two.acting(stranger) as session:
                assert await session.run(f"{verb} WHERE organization_id = $1", two.theirs.id) == 0
    if table not in UNCHANGED:
        async with two.acting(stranger) as session:
            # Without a condition, too: what a policy lets through is the stranger's own.
            await session.run(f"UPDATE {table} SET {column} = {column} WHERE organization_id IS NOT NULL")
    assert await stored(owner, two.theirs) == before


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_no_stranger_adds_a_row(owner: Pool, two: TwoOrganizations, stranger: str) -> None:
    """To any table with rows of organizations."""
    for table in SCOPED:
        with about(table):
            await _add_none(owner, two, table, stranger)


async def _add_none(owner: Pool, two: TwoOrganizations, table: str, stranger: str) -> None:
    before = await stored(owner, two.theirs)
    person = two.people.get(stranger, two.mine.coach)
    values = {"user_id": person.id, "role": "owner"} if table == "memberships" else {}
    statement, arguments = await copied(owner, table, two.theirs, **values)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with two.acting(stranger) as session:
            await session.run(statement, *arguments)
    assert await stored(owner, two.theirs) == before


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize(("table", "column"), [("organization_search", "search_name"), ("organization_words", "word")])
async def test_no_stranger_reads_or_writes_the_searched_texts_of_an_organization(
    owner: Pool, two: TwoOrganizations, stranger: str, table: str, column: str
) -> None:
    """Texts and words of another organization are neither read nor changed, deleted or added."""
    texts = f"SELECT exercise_id, {column} FROM {table} WHERE organization_id = $1 ORDER BY 1, 2"
    before = await owner.fetch(texts, two.theirs.id)
    assert len({row.exercise_id for row in before}) == 3  # their own exercises, and the one that they override
    async with two.acting(stranger) as session:
        assert await session.fetch(texts, two.theirs.id) == []
        for statement in (f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"):
            assert await session.run(f"{statement} WHERE organization_id = $1", two.theirs.id) == 0
    statement, arguments = await copied(owner, table, two.theirs)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with two.acting(stranger) as session:
            await session.run(statement, *arguments)
    assert await owner.fetch(texts, two.theirs.id) == before


@pytest.mark.parametrize("table", WRITABLE)
async def test_no_coach_moves_their_own_row_into_another_organization(
    owner: Pool, two: TwoOrganizations, table: str
) -> None:
    before = await stored(owner, two.theirs)
    statement = f"UPDATE {table} SET organization_id = $2 WHERE id = $1"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with two.acting("coach") as session:
            await session.run(statement, UUID(two.my_ids[str(ROW[table])]), two.theirs.id)
    assert await stored(owner, two.theirs) == before


@pytest.mark.parametrize("table", WRITABLE)
async def test_no_coach_takes_another_organizations_row_over_by_its_id(
    owner: Pool, two: TwoOrganizations, table: str
) -> None:
    before = await stored(owner, two.theirs)
    theirs = UUID(two.their_ids[str(ROW[table])])
    other = await two.world.exercise_id("bench-press")
    values = {"exercise_id": UUID(other)} if table == "exercise_org_overrides" else {}
    statement, arguments = await copied(owner, table, two.mine, id=theirs, **values)
    upsert = f"{statement} ON CONFLICT (id) DO UPDATE SET organization_id = excluded.organization_id"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with two.acting("coach") as session:
            await session.run(upsert, *arguments)
    assert await stored(owner, two.theirs) == before


@pytest.mark.parametrize("role", ["owner", "coach", "member"])
async def test_nobody_raises_their_own_role_or_leaves_a_trace_in_identity(
    owner: Pool, two: TwoOrganizations, role: str
) -> None:
    before = await stored(owner)
    async with two.acting(role) as session:
        assert await session.run("UPDATE memberships SET role = 'owner'") == 0
        assert await session.run("UPDATE users SET is_platform_admin = true") == 0
        of_others = "AND id <> ALL (SELECT organization_id FROM memberships)" if role == "owner" else ""
        assert await session.run(f"UPDATE organizations SET name = 'Taken' WHERE true {of_others}") == 0
        for table in ("memberships", "users", "organizations"):
            assert await session.run(f"DELETE FROM {table}") == 0
    for statement in ("users (name) VALUES ('New')", "organizations (name, slug) VALUES ('New', 'new')"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with two.acting(role) as session:
                await session.run(f"INSERT INTO {statement}")
    assert await stored(owner) == before


@pytest.mark.parametrize("what", REFERENCES)
async def test_no_row_refers_to_another_organizations(owner: Pool, two: TwoOrganizations, what: str) -> None:
    before = await stored(owner)
    statement, mine, theirs = REFERENCES[what]
    with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.ForeignKeyViolationError)):
        async with two.acting("coach") as session:
            await session.run(statement, UUID(two.my_ids[mine]), UUID(two.their_ids[theirs]))
    assert await stored(owner) == before


async def test_no_own_exercise_is_overridden(two: TwoOrganizations) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with two.acting("coach") as session:
            await session.run(
                "INSERT INTO exercise_org_overrides (organization_id, exercise_id) VALUES ($1, $2)",
                two.mine.id,
                UUID(two.my_ids["exercise"]),
            )
