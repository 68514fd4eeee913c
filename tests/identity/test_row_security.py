"""Row-level security alone, every check of the application taken out, shows each organization its own rows only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any  # Any: values of columns
from uuid import UUID, uuid4

import asyncpg
import pytest

from kinegraph.canonical.store import act_as_curator
from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import Database
from kinegraph.kit.errors import Unauthenticated
from kinegraph.kit.sessions import ReadSession, WriteSession
from tests.conftest import Organization, Person, World
from tests.identity.references import REFERENCES
from tests.identity.rows import RESULTS, ROW, SCOPED, Pool, fill, stored
from tests.identity.rows_treatment import UNCHANGED

WRITABLE = tuple(table for table in SCOPED if table not in ("memberships", "enrollment_versions"))
"""The tables whose rows have an id."""
STRANGERS = ("owner", "coach", "member", "somebody in no organization", "platform admin", "nobody", "the seed job")


class TwoOrganizations:
    """Two organizations with a row in every table, and everybody who is a stranger to the second."""

    def __init__(self, world: World, mine: Organization, theirs: Organization) -> None:
        self.world, self.mine, self.theirs = world, mine, theirs
        self.my_ids: dict[str, str] = {}
        self.their_ids: dict[str, str] = {}
        self.people: dict[str, Person] = {"owner": mine.owner, "coach": mine.coach, "member": mine.member}

    @asynccontextmanager
    async def acting(self, stranger: str) -> AsyncIterator[WriteSession]:
        """A write session of the stranger."""
        authenticate: Any = act_as_curator if stranger == "the seed job" else None
        if person := self.people.get(stranger):
            authenticate = authenticate_as(person.id)
        async with self.world.database.write(authenticate) as session:
            yield session


@pytest.fixture(scope="module")
async def two(world: World, owner: Pool) -> TwoOrganizations:
    two = TwoOrganizations(world, await world.organization(), await world.organization())
    two.people["somebody in no organization"] = await world.person()
    two.people["platform admin"] = await world.person(is_platform_admin=True)
    two.my_ids, two.their_ids = await fill(owner, two.mine), await fill(owner, two.theirs)
    return two


async def copied(owner: Pool, table: str, organization: Organization, **values: Any) -> tuple[str, list[Any]]:
    """The statement, and its arguments, that stores a copy of a row of an organization with other values."""
    row = await owner.fetchrow(f"SELECT * FROM {table} WHERE organization_id = $1 LIMIT 1", organization.id)
    assert row is not None
    made = await owner.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attgenerated <> ''", table
    )
    left_out = {"overrides", "changes", *(column.attname for column in made)}
    columns = {name: value for name, value in dict(row).items() if name not in left_out}
    columns |= {"id": uuid4()} if "id" in columns else {}
    columns |= values
    parameters = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({parameters})", list(columns.values())


async def test_the_list_of_organization_scoped_tables_is_complete(owner: Pool, two: TwoOrganizations) -> None:
    rows = await owner.fetch(
        "SELECT table_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND column_name = 'organization_id'"
    )
    unseen = ("events", "stale_embeddings", "audit_pending", "audit_entries", "erased_totals")  # test_role, tests/audit
    derived = ("versions", "organization_search", "sync_changes", "sync_contents")  # written by triggers alone
    canonical = "exercise_progressions"  # its rows are of no organization, by a constraint
    assert {row.table_name for row in rows} == {*SCOPED, canonical, *unseen, *derived}
    for table in SCOPED:
        for organization in (two.mine, two.theirs):
            count = await owner.fetchval(f"SELECT count(*) FROM {table} WHERE organization_id = $1", organization.id)
            assert count >= 1, table


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize("table", SCOPED)
async def test_no_stranger_reads_a_row(two: TwoOrganizations, table: str, stranger: str) -> None:
    async with two.acting(stranger) as session:
        theirs = f"FROM {table} WHERE organization_id = $1"
        assert await session.fetch(f"SELECT 1 {theirs}", two.theirs.id) == []
        if table not in UNCHANGED:
            assert await session.fetch(f"SELECT 1 {theirs} FOR SHARE", two.theirs.id) == []
        seen = await session.fetch(f"SELECT DISTINCT organization_id AS id FROM {table}")
        assert {row.id for row in seen} <= {None, two.mine.id}


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize("table", SCOPED)
async def test_no_stranger_changes_or_deletes_a_row(
    owner: Pool, two: TwoOrganizations, table: str, stranger: str
) -> None:
    before = await stored(owner, two.theirs)
    column = "organization_id" if table in UNCHANGED else "created_at"
    for verb in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError) if table in UNCHANGED else nullcontext():
            async with two.acting(stranger) as session:
                assert await session.run(f"{verb} WHERE organization_id = $1", two.theirs.id) == 0
    if table not in UNCHANGED:
        async with two.acting(stranger) as session:
            # Without a condition, too: what a policy lets through is the stranger's own.
            await session.run(f"UPDATE {table} SET created_at = created_at WHERE organization_id IS NOT NULL")
    assert await stored(owner, two.theirs) == before


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize("table", SCOPED)
async def test_no_stranger_adds_a_row(owner: Pool, two: TwoOrganizations, table: str, stranger: str) -> None:
    before = await stored(owner, two.theirs)
    person = two.people.get(stranger, two.mine.coach)
    values = {"user_id": person.id, "role": "owner"} if table == "memberships" else {}
    statement, arguments = await copied(owner, table, two.theirs, **values)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with two.acting(stranger) as session:
            await session.run(statement, *arguments)
    assert await stored(owner, two.theirs) == before


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_no_stranger_reads_or_writes_the_searched_texts_of_an_organization(
    owner: Pool, two: TwoOrganizations, stranger: str
) -> None:
    texts = "SELECT exercise_id, search_name FROM organization_search WHERE organization_id = $1 ORDER BY 1"
    before = await owner.fetch(texts, two.theirs.id)
    assert len(before) == 3  # their own exercises, and the one that they override
    async with two.acting(stranger) as session:
        assert await session.fetch(texts, two.theirs.id) == []
        for statement in ("UPDATE organization_search SET search_name = 'x'", "DELETE FROM organization_search"):
            assert await session.run(f"{statement} WHERE organization_id = $1", two.theirs.id) == 0
    statement, arguments = await copied(owner, "organization_search", two.theirs)
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


COUNTS = ("users", "organizations", "memberships", "workouts", "exercise_org_overrides")


async def counts(session: ReadSession) -> list[int]:
    return [await session.fetch_value(f"SELECT count(*) FROM {table}") for table in COUNTS]


async def test_a_platform_admin_sees_themselves_and_no_organization(two: TwoOrganizations) -> None:
    async with two.acting("platform admin") as session:
        assert await counts(session) == [1, 0, 0, 0, 0]


async def test_a_session_without_viewer_sees_the_canonical_library_and_nothing_else(
    database: Database, owner: Pool, two: TwoOrganizations
) -> None:
    canonical = await owner.fetchval("SELECT count(*) FROM exercises WHERE organization_id IS NULL")
    assert canonical >= 250
    async with database.read() as session:
        assert await counts(session) == [0, 0, 0, 0, 0]
        assert await session.fetch_value("SELECT count(*) FROM exercises") == canonical


async def test_a_viewers_rights_end_with_their_transaction(database_url: str, two: TwoOrganizations) -> None:
    """On one connection, which the next request takes over."""
    alone = await Database.open(database_url, 1)
    try:
        async with alone.read(authenticate_as(two.mine.coach.id)) as session:
            assert (await counts(session))[1] == 1
        async with alone.read() as session:
            assert await counts(session) == [0, 0, 0, 0, 0]
        with pytest.raises(ZeroDivisionError):
            async with alone.write(authenticate_as(two.mine.coach.id)):
                raise ZeroDivisionError
        async with alone.read() as session:
            assert await counts(session) == [0, 0, 0, 0, 0]
    finally:
        await alone.close()


async def test_authenticating_a_missing_user_after_an_existing_one_shows_nothing(two: TwoOrganizations) -> None:
    async with two.acting("coach") as session:
        with pytest.raises(Unauthenticated):
            await authenticate_as(uuid4())(session)
        assert await counts(session) == [0, 0, 0, 0, 0]


async def test_a_former_member_sees_nothing_of_the_organization(owner: Pool, two: TwoOrganizations) -> None:
    leaver = await two.world.join(two.mine.id, "owner")
    await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", leaver.id)
    async with two.world.writing_as(leaver) as session:
        # They may see their own former membership.
        assert await counts(session) == [1, 0, 1, 0, 0]
        assert await session.run("UPDATE workouts SET title = 'Taken'") == 0


OF_PATIENT = ("patients", "patient_consents", "exercise_logs", "exercise_log_revisions")
"""The tables of one patient's rows, which the patient and coaches write."""
MEMBERS_WRITE = ("exercise_comments", "attachments", "uploads", "workout_assignments", *RESULTS, *OF_PATIENT)


async def test_a_member_changes_their_own_assignments_only(owner: Pool, two: TwoOrganizations) -> None:
    other = await two.world.join(two.mine.id, "member")
    async with two.world.writing_as(other) as session:
        assert await session.run("UPDATE workout_assignments SET status = 'completed'") == 0
        assert await session.run("DELETE FROM workout_assignments") == 0
    async with two.acting("member") as session:
        assert await session.run("UPDATE workout_assignments SET status = 'completed'") == 1
        assert await session.run("DELETE FROM workout_assignments") == 0
    statement, arguments = await copied(owner, "workout_assignments", two.mine)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with two.acting("member") as session:
            await session.run(statement, *arguments)


@pytest.mark.parametrize("table", [t for t in WRITABLE if t not in MEMBERS_WRITE])
async def test_a_member_writes_no_row_of_their_own_organization_but_comments(
    owner: Pool, two: TwoOrganizations, table: str
) -> None:
    before = await stored(owner, two.mine)
    column = "organization_id" if table in UNCHANGED else "created_at"
    for verb in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError) if table in UNCHANGED else nullcontext():
            async with two.acting("member") as session:
                assert await session.run(f"{verb} WHERE organization_id = $1", two.mine.id) == 0
    statement, arguments = await copied(owner, table, two.mine)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with two.acting("member") as session:
            await session.run(statement, *arguments)
    assert await stored(owner, two.mine) == before
