"""The migrations equal the models, can be downgraded, and make the constraints and indexes of the domain documents."""

import asyncio
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any  # asyncpg and alembic have no types

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import create_async_engine

from kinegraph import revisions
from kinegraph.api.rooms import room_files
from kinegraph.commands import migrate
from kinegraph.commands.databases import require_usable
from kinegraph.kit.database import API_ROLE, metadata
from tests.conftest import with_database
from tests.process.running import environment, forked

CATALOG = """
SELECT 'column', table_name, column_name, format('%s %s %s', udt_name, is_nullable, column_default)
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL
SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'policy', tablename, policyname, format('%s %s %s', cmd, qual, with_check) FROM pg_policies
UNION ALL
SELECT 'function', proname, '', pg_get_functiondef(oid) FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND proname LIKE ANY ('{kinegraph%,fk%}')
UNION ALL
SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'security', relname, '', format('%s %s', relrowsecurity, relforcerowsecurity) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
UNION ALL
SELECT 'type', typname, '', '' FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
UNION ALL
SELECT 'grant', table_name, grantee, privilege_type
FROM information_schema.role_table_grants WHERE grantee = 'kinegraph_api'
ORDER BY 1, 2, 3, 4
"""


async def catalog(url: str) -> list[tuple[str, ...]]:
    """All objects of the product in a database's catalog."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(CATALOG)
    await connection.close()
    return shown(rows)


def shown(rows: Iterable[Any]) -> list[tuple[str, ...]]:
    """The rows of CATALOG without Alembic's own table."""
    return [tuple(row) for row in rows if row[1] != "alembic_version"]


async def empty_database(server_url: str, name: str) -> str:
    """The URL of a new database with nothing in it."""
    connection = await asyncpg.connect(server_url)
    await connection.execute(f"DROP DATABASE IF EXISTS {name}")
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    await connection.close()
    return with_database(server_url, name)


async def test_the_models_and_the_migrated_database_do_not_differ(database_url: str) -> None:
    assert [*room_files("tables")]  # importing them registers their tables
    engine = create_async_engine("postgresql+asyncpg://" + database_url.partition("://")[2])
    options = {
        "compare_type": True,
        "compare_server_default": True,
        # Partitions are like the tables that they are of.
        "include_object": lambda thing, name, *rest: name != "alembic_version" and not re.search(r"_\d{4}_\d\d", name),
    }
    async with engine.connect() as connection:
        differences: list[Any] = await connection.run_sync(
            lambda plain: compare_metadata(MigrationContext.configure(plain, opts=options), metadata)
        )
    await engine.dispose()
    assert differences == []


@contextmanager
def catalogs_after_each_revision() -> Iterator[list[list[tuple[str, ...]]]]:
    """The catalogs that the migrations of the block leave, one after each revision, in their order."""
    found: list[list[tuple[str, ...]]] = []

    def see(connection: Any, cursor: Any, statement: str, *_: object) -> None:
        if re.match(r"(INSERT INTO|UPDATE|DELETE FROM) alembic_version", statement):
            found.append(shown(connection.exec_driver_sql(CATALOG)))

    event.listen(Engine, "after_cursor_execute", see)
    try:
        yield found
    finally:
        event.remove(Engine, "after_cursor_execute", see)


async def test_each_downgrade_restores_the_catalog_of_the_revision_before_and_an_upgrade_the_last(
    server_url: str, template: str
) -> None:
    url = await empty_database(server_url, "kinegraph_each_revision")
    with catalogs_after_each_revision() as upwards:
        await asyncio.to_thread(migrate.upgrade, url)
    with catalogs_after_each_revision() as downwards:
        await asyncio.to_thread(migrate.downgrade, url, "base")
    order = sorted(revisions.existing_revisions())
    assert (len(upwards), len(downwards)) == (len(order), len(order))
    before = zip(reversed(order), [*reversed(upwards[:-1]), []], downwards, strict=True)
    assert [revision for revision, there, again in before if again != there] == []
    assert await catalog(url) == []
    await asyncio.to_thread(migrate.upgrade, url)
    assert await catalog(url) == upwards[-1] != []
    assert await require_usable(url) == revisions.head()


async def test_concurrent_migrations_run_one_after_the_other(server_url: str, template: str, tmp_path: Path) -> None:
    url = await empty_database(server_url, "kinegraph_at_once")
    logs, env = [tmp_path / "one", tmp_path / "other"], environment(url)
    with forked("migrate", env=env, log=logs[0]) as one, forked("migrate", env=env, log=logs[1]) as other:
        assert [one.wait(60), other.wait(60)] == [0, 0], [log.read_text() for log in logs]
    assert await require_usable(url) == revisions.head()


SEEDED = {
    "exercises_slug_unique_idx": "UNIQUE .*(slug) WHERE ((slug IS NOT NULL) AND (organization_id IS NULL))",
    "exercises_search_tsv_idx": "USING gin (search_tsv)",
    "exercises_name_trgm_idx": "USING gin (name gin_trgm_ops)",
    # Canonical rows alone: no organization's search scans vectors of another.
    "exercises_embedding_idx": "USING hnsw (embedding vector_cosine_ops) WHERE (organization_id IS NULL)",
    "exercises_movement_pattern_idx": "(movement_pattern) WHERE (movement_pattern IS NOT NULL)",
    "exercises_org_id_idx": "(organization_id)",
    "exercises_forked_from_id_idx": "(forked_from_id)",
    "exercise_org_overrides_org_exercise_unique": "UNIQUE .*(organization_id, exercise_id)",
    "exercise_org_overrides_org_idx": "(organization_id)",
    "workouts_library_idx": "(organization_id, program_id) WHERE ((is_snapshot = false) AND (deleted_at IS NULL))",
    "workouts_embedding_idx": "USING hnsw (embedding vector_cosine_ops)",
    "workouts_forked_from_id_idx": "(forked_from_id) WHERE (forked_from_id IS NOT NULL)",
    "workout_sections_workout_id_idx": "(workout_id, sort_order) WHERE (deleted_at IS NULL)",
    "workout_movements_section_id_idx": "(section_id, sort_order) WHERE (deleted_at IS NULL)",
    "workout_movements_exercise_id_idx": "(exercise_id) WHERE (deleted_at IS NULL)",
    "exercise_comments_movement_id_idx": "(workout_movement_id)",
    "exercise_comments_author_id_idx": "(author_id)",
}


@pytest.mark.parametrize("name", SEEDED)
async def test_every_index_of_the_domain_documents_exists_as_defined(owner: Any, name: str) -> None:
    definition = await owner.fetchval("SELECT indexdef FROM pg_indexes WHERE indexname = $1", name)
    pattern = ".*".join(re.escape(literal) for literal in SEEDED[name].split(".*"))
    assert re.search(pattern + "$", definition), definition
    assert ("UNIQUE" in definition) == ("UNIQUE" in SEEDED[name])


EXERCISE = "INSERT INTO exercises (name, {0}) VALUES ('x', {1})"
WORKOUT = """
INSERT INTO workouts (organization_id, author_id, {0})
SELECT o.id, u.id, {1} FROM organizations o, users u LIMIT 1
"""


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (EXERCISE.format("difficulty", "0"), "exercises_difficulty_range_chk"),
        (EXERCISE.format("difficulty", "6"), "exercises_difficulty_range_chk"),
        (EXERCISE.format("movement_pattern", "'jump'"), "exercises_movement_pattern_chk"),
        (EXERCISE.format("video_status", "'new'"), "exercises_video_status_chk"),
        (EXERCISE.format("status", "'gone'"), "exercises_status_chk"),
        (WORKOUT.format("is_snapshot", "true"), "workouts_snapshot_provenance_chk"),
    ],
)
async def test_check_constraints_of_the_domain_documents_are_enforced_by_the_database(
    world: Any, owner: Any, statement: str, constraint: str
) -> None:
    await world.organization()
    with pytest.raises(asyncpg.CheckViolationError) as raised:
        await owner.execute(statement)
    assert raised.value.constraint_name == constraint


async def test_a_snapshot_can_never_be_deleted(world: Any, owner: Any) -> None:
    await world.organization()
    source = await owner.fetchval(WORKOUT.format("title", "'Source'") + " RETURNING id")
    snapshot = await owner.fetchval(
        WORKOUT.format("is_snapshot, forked_from_id", "true, $1::uuid") + " RETURNING id", source
    )
    with pytest.raises(asyncpg.CheckViolationError) as raised:
        await owner.execute("UPDATE workouts SET deleted_at = now() WHERE id = $1", snapshot)
    assert raised.value.constraint_name == "workouts_snapshot_immutable_chk"


async def test_new_ids_are_uuids_of_version_7(owner: Any) -> None:
    ids = await owner.fetch("SELECT id FROM exercises LIMIT 20")
    assert {row["id"].version for row in ids} == {7}


async def test_the_full_text_is_weighted_over_name_aliases_and_lists(owner: Any) -> None:
    text = await owner.fetchval("""
        INSERT INTO exercises (name, aliases, primary_muscles, cues)
        VALUES ('alpha', '{beta}', '{gamma}', '{delta}') RETURNING search_tsv::text
    """)
    assert text == "'alpha':1A 'beta':2B 'delta':4 'gamma':3C"


async def test_the_api_connects_as_a_role_that_owns_nothing(owner: Any) -> None:
    owned = await owner.fetchval(
        "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = $1", API_ROLE
    )
    assert owned == 0
