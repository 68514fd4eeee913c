"""A cached viewer is set for a transaction only if the versions of everything cached of them hold in its snapshot."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any  # Any: viewers with settings, or None

import asyncpg
import pytest

from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import Database
from kinegraph.kit.sessions import WriteSession
from tests.conftest import Organization, Person, World
from tests.identity.rows import Pool
from tests.identity.viewer_changes import CHANGES, SETTINGS, authenticated, statements_of


@pytest.fixture
async def caching(database_url: str) -> AsyncIterator[Database]:
    """The module's database on one connection, whose viewers are cached."""
    opened = await Database.open(database_url, 1, request_cache_bytes=10_000_000)
    yield opened
    await opened.close()


@dataclass
class Scene:
    """Two organizations, and people whose viewers are cached."""

    gym: Organization
    other: Organization
    admin: Person
    former: Person

    @property
    def people(self) -> list[Person]:
        return [self.gym.coach, self.gym.member, self.other.owner, self.admin, self.former]

    def sql(self, change: str) -> str:
        """The statement of a change, with ids for its names."""
        ids = {"gym": self.gym.id, "other": self.other.id, "coach": self.gym.coach.id}
        ids |= {"admin": self.admin.id, "former": self.former.id}
        return CHANGES[change].format_map({name: f"'{id}'::uuid" for name, id in ids.items()})


@pytest.fixture
async def scene(world: World, owner: Pool) -> Scene:
    gym, other = await world.organization(), await world.organization()
    scene = Scene(gym, other, await world.person(is_platform_admin=True), await world.join(gym.id, "member"))
    await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", scene.former.id)
    await owner.execute("INSERT INTO exercises (organization_id, name) VALUES ($1, 'Own')", gym.id)
    await owner.execute(
        """
        INSERT INTO exercise_org_overrides (organization_id, exercise_id)
        SELECT $1, id FROM exercises WHERE slug = 'back-squat' AND organization_id IS NULL
        """,
        gym.id,
    )
    return scene


async def everybody(database: Database, scene: Scene) -> list[Any]:
    return [await authenticated(database, person) for person in scene.people]


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_shows_in_the_first_transaction_after_its_commit_and_not_before(
    database: Database, caching: Database, owner: Pool, scene: Scene, change: str
) -> None:
    before = await everybody(database, scene)
    assert await everybody(caching, scene) == before
    async with owner.acquire() as connection, connection.transaction():
        await connection.execute(scene.sql(change))
        assert await everybody(caching, scene) == before
    after = await everybody(database, scene)
    assert after != before
    assert await everybody(caching, scene) == after
    assert await everybody(caching, scene) == after


async def allow_everything(session: WriteSession, scene: Scene) -> None:
    """Let a transaction of the API's role write what the command line, the seed job and coaches may."""
    for name, value in {
        "operator": "on",
        "platform_admin": "on",
        "organizations": f"{{{scene.gym.id}}}",
        "coached": f"{{{scene.gym.id}}}",
    }.items():
        await session.fetch("SELECT set_config($1, $2, true)", f"kinegraph.{name}", value)


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_under_row_level_security_shows_too_and_its_own_transaction_has_the_same_settings(
    database: Database, caching: Database, scene: Scene, change: str
) -> None:
    before = await everybody(caching, scene)
    async with database.write() as session:
        await allow_everything(session, scene)
        settings = await session.fetch_value(SETTINGS)
        await session.run(scene.sql(change))
        await session.run("SET CONSTRAINTS ALL IMMEDIATE")
        assert await session.fetch_value(SETTINGS) == settings
    after = await everybody(database, scene)
    assert after != before
    assert await everybody(caching, scene) == after


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_that_is_rolled_back_leaves_every_cached_viewer_valid(
    caching: Database, owner: Pool, scene: Scene, change: str
) -> None:
    before = await everybody(caching, scene)
    connection = await owner.acquire()
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(scene.sql(change))
    await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    await transaction.rollback()
    await owner.release(connection)
    assert [len(await statements_of(caching, person)) for person in scene.people] == [1] * 5
    assert await everybody(caching, scene) == before


async def test_a_change_of_one_person_leaves_the_others_cached(caching: Database, owner: Pool, scene: Scene) -> None:
    people = [scene.gym.member, scene.gym.owner, scene.other.coach]
    for person in people:
        await authenticated(caching, person)
    for change in ("user renamed", "role raised", "membership soft-deleted", "user deleted"):
        await owner.execute(scene.sql(change))
    assert [len(await statements_of(caching, person)) for person in people] == [1, 1, 1]


@pytest.mark.parametrize("seed", range(4))
async def test_after_any_sequence_of_changes_a_cached_viewer_is_who_they_would_be_without_a_cache(
    database: Database, caching: Database, owner: Pool, scene: Scene, seed: int
) -> None:
    dice = random.Random(seed)
    repeatable = [change for change in CHANGES if change not in ("user deleted", "organization deleted")]
    for change in dice.choices(repeatable, k=25):
        try:
            await owner.execute(scene.sql(change))
        except asyncpg.IntegrityConstraintViolationError:  # what it needs was moved by an earlier one
            continue
        people = dice.sample(scene.people, 3)
        assert [await authenticated(caching, p) for p in people] == [await authenticated(database, p) for p in people]


async def test_two_transactions_that_change_one_viewer_at_once_both_show(
    database: Database, caching: Database, owner: Pool, scene: Scene
) -> None:
    seen = [await authenticated(caching, scene.gym.coach)]
    async with owner.acquire() as first, owner.acquire() as second:
        begun = [connection.transaction() for connection in (first, second)]
        for transaction, connection, change in zip(
            begun, (first, second), ("user renamed", "membership added"), strict=True
        ):
            await transaction.start()
            await connection.execute(scene.sql(change))
        for transaction in reversed(begun):
            await transaction.commit()
            seen.append(await authenticated(caching, scene.gym.coach))
            assert seen[-1] == await authenticated(database, scene.gym.coach)
    assert seen[0] != seen[1] != seen[2]


async def test_no_earlier_setting_of_a_connection_remains_for_a_cached_viewer(
    caching: Database, owner: Pool, scene: Scene
) -> None:
    before = await everybody(caching, scene)
    stranger = {
        "user_id": str(scene.other.owner.id),
        "organizations": f"{{{scene.other.id}}}",
        "coached": f"{{{scene.other.id}}}",
        "platform_admin": "on",
        "sign_in_email": scene.other.owner.email,
    }
    lease = await caching.pool.begin("BEGIN")
    for name, value in stranger.items():
        await lease.execute(f"SET kinegraph.{name} = '{value}'", ())
    await caching.pool.end(lease, "COMMIT")
    for person, settings in zip(scene.people, before, strict=True):
        assert len(await statements_of(caching, person)) == 1
        assert await authenticated(caching, person) == settings


async def test_a_snapshot_taken_before_a_change_has_the_earlier_viewer(
    database_url: str, owner: Pool, scene: Scene
) -> None:
    caching = await Database.open(database_url, 2, request_cache_bytes=1_000_000)
    try:
        before = await authenticated(caching, scene.gym.coach)
        async with caching.read(authenticate_as(scene.gym.coach.id)) as session:
            await owner.execute(scene.sql("membership soft-deleted"))
            after = await authenticated(caching, scene.gym.coach)
            assert before is not None and after is not None and before != after
            assert (session.viewer, await session.fetch_value(SETTINGS)) == before
            assert await session.fetch_value("SELECT count(*) FROM memberships WHERE deleted_at IS NULL") == 3
    finally:
        await caching.close()


async def test_a_transaction_of_many_changes_writes_the_version_of_a_viewer_once(
    owner: Pool, world: World, scene: Scene
) -> None:
    gyms = [await world.organization() for _ in range(10)]
    written = "SELECT n_tup_ins + n_tup_upd FROM pg_stat_xact_user_tables WHERE relname = 'viewer_versions'"
    async with owner.acquire() as connection, connection.transaction():
        earlier = await connection.fetchval(written)
        await connection.execute(
            "INSERT INTO memberships (organization_id, user_id, role) SELECT unnest($1::uuid[]), $2, 'coach'",
            [gym.id for gym in gyms],
            scene.gym.coach.id,
        )
        await connection.execute(scene.sql("user renamed"))
        await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert await connection.fetchval(written) - earlier == 1


async def test_a_cached_viewer_of_very_many_organizations_has_the_same_settings_as_one_just_read(
    database: Database, caching: Database, owner: Pool, world: World
) -> None:
    person = await world.person()
    await owner.execute(
        """
        WITH made AS (INSERT INTO organizations (name, slug)
                      SELECT 'Gym', 'many-' || n FROM generate_series(1, 1200) n RETURNING id, slug)
        INSERT INTO memberships (organization_id, user_id, role)
        SELECT id, $1, CASE WHEN slug LIKE '%7' THEN 'member' ELSE 'coach' END::membership_role FROM made
        """,
        person.id,
    )
    before = await authenticated(database, person)
    assert before is not None and len(before[0].by_organization) == 1200
    assert [await authenticated(caching, person) for _ in range(2)] == [before, before]
    (begin,) = await statements_of(caching, person)
    assert "kinegraph_set_viewer" in begin
    await owner.execute("UPDATE organizations SET name = 'Last' WHERE slug = 'many-1200'")
    assert await authenticated(caching, person) == await authenticated(database, person) != before


async def test_a_user_without_a_version_is_not_cached_until_they_change(
    database: Database, caching: Database, owner: Pool, scene: Scene
) -> None:
    await owner.execute("DELETE FROM viewer_versions WHERE user_id = $1", scene.gym.coach.id)
    assert await authenticated(caching, scene.gym.coach) == await authenticated(database, scene.gym.coach)
    assert len(await statements_of(caching, scene.gym.coach)) == 2
    await owner.execute(scene.sql("user renamed"))
    await authenticated(caching, scene.gym.coach)
    assert len(await statements_of(caching, scene.gym.coach)) == 1


async def test_a_viewer_reads_their_own_version_and_nobody_writes_one(world: World, scene: Scene) -> None:
    async with world.writing_as(scene.gym.owner) as session:
        seen = await session.fetch("SELECT user_id FROM viewer_versions")
        assert [row.user_id for row in seen] == [scene.gym.owner.id]
        assert await session.run("UPDATE viewer_versions SET version = gen_random_uuid()") == 0
        libraries = await session.fetch("SELECT DISTINCT organization_id::text FROM versions")
        assert {row[0] for row in libraries} == {str(scene.gym.id), "00000000-0000-0000-0000-000000000000"}
        assert await session.run("UPDATE versions SET version = gen_random_uuid()") == 0
    async with world.writing_as(scene.admin) as session:
        assert await session.fetch_value("SELECT count(*) FROM viewer_versions") == 1
    for table, columns in (("viewer_versions", "user_id, version"), ("versions", "organization_id, kind, version")):
        kind = ", 'library'" if table == "versions" else ""
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with world.writing_as(scene.gym.owner) as session:
                await session.run(f"INSERT INTO {table} ({columns}) SELECT uuidv7(){kind}, uuidv7()")


async def switch_refusals(connection: Any, how: str) -> None:
    """Switch off, or on again, the triggers that refuse to empty a table."""
    refusing = "tgname LIKE '%_not_emptied'"
    for row in await connection.fetch(f"SELECT tgrelid::regclass AS name, tgname FROM pg_trigger WHERE {refusing}"):
        await connection.execute(f"ALTER TABLE {row.name} {how} TRIGGER {row.tgname}")


@pytest.mark.parametrize("table", ["exercises", "memberships", "users", "organizations"])
@pytest.mark.parametrize("role", ["superuser", "kinegraph_api"])
async def test_truncating_a_table_shows_in_the_next_transaction_too(
    database: Database, caching: Database, owner: Pool, scene: Scene, table: str, role: str
) -> None:
    """As kinegraph_api, which policies restrict as they do an owner of the tables that is no superuser."""
    before = await everybody(caching, scene)
    async with owner.acquire() as connection, connection.transaction():
        await connection.execute("GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO kinegraph_api")
        await switch_refusals(connection, "DISABLE")
        await connection.execute(f"SET LOCAL ROLE {role if role != 'superuser' else 'none'}")
        await connection.execute(f"TRUNCATE {table} CASCADE")
        await connection.execute("RESET ROLE")
        await switch_refusals(connection, "ENABLE")
    after = await everybody(database, scene)
    assert await everybody(caching, scene) == after
    if table == "exercises":  # each of their libraries has changed, not the canonical one alone
        assert [then[0].versions.keys() for then in after] == [was[0].versions.keys() for was in before]
        assert not any(
            then[0].versions.items() & was[0].versions.items() for then, was in zip(after, before, strict=True)
        )
    else:
        assert not any(then == was for then, was in zip(after, before, strict=True) if was[0].by_organization)
