"""Policies that cast a setting once show and let write the same rows as the ones that cast it for each row."""

import random
from collections.abc import AsyncIterator, Mapping
from typing import Any  # Any: connections of asyncpg, which has no types

import asyncpg
import pytest
from alembic.script import ScriptDirectory

from kinegraph import revisions
from kinegraph.kit.database import Database
from tests.conftest import World
from tests.identity.rows import Pool, fill
from tests.identity.tables import SCOPED, UNCHANGED

WRITTEN = tuple(table for table in SCOPED if table not in UNCHANGED)
"""The tables with an organization whose rows the API's role may change."""
TABLES = ("organizations", "users", "viewer_versions", *WRITTEN, "exercise_video_votes", "versions", "outbox", "jobs")
OTHERS: Mapping[str, Mapping[str, str]] = {
    "nobody": {},
    "the command line": {"operator": "on"},
    "the worker": {"worker": "on"},
    "the seed job": {"platform_admin": "on"},
    "somebody who signs in by e-mail": {"sign_in_email": "random-3@kinegraph.example"},
    "empty settings": dict.fromkeys(("user_id", "organizations", "coached", "sign_in_email", "platform_admin"), ""),
}
"""The settings of those who read and write without a viewer."""


@pytest.fixture
async def connection(owner: Pool) -> AsyncIterator[Any]:
    """A transaction that is rolled back."""
    async with owner.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        yield connection
        await transaction.rollback()


async def people_at_random(owner: Pool, world: World, dice: random.Random) -> list[Any]:
    """Organizations with a row in each table, and the ids of users with any memberships in them, former ones too."""
    gyms = [await world.organization() for _ in range(4)]
    for gym in gyms[:2]:
        await fill(owner, gym)
    await owner.execute(
        """
        DELETE FROM exercises
        WHERE organization_id IS NULL
          AND id NOT IN (SELECT exercise_id FROM workout_movements UNION SELECT exercise_id FROM exercise_org_overrides)
          AND md5(slug) > '1'
        """
    )
    ids = await owner.fetch(
        """
        INSERT INTO users (name, email, is_platform_admin)
        SELECT 'Random', 'random-' || n || '@kinegraph.example', n % 7 = 0 FROM generate_series(1, 12) n
        RETURNING id
        """
    )
    for row in ids:
        for gym in dice.sample(gyms, dice.randint(0, 4)):
            await owner.execute(
                """
                INSERT INTO memberships (organization_id, user_id, role, deleted_at)
                VALUES ($1, $2, $3, CASE WHEN $4 THEN now() END)
                """,
                gym.id,
                row.id,
                dice.choice(["owner", "admin", "coach", "member"]),
                dice.random() < 0.3,
            )
    staff = [person.id for gym in gyms[:2] for person in (gym.coach, gym.member)]
    return [row.id for row in ids] + staff


async def rights(connection: Any, table: str) -> list[Any]:
    """The rows of a table that are read, that can be locked to be written, and how many can be written as they are."""
    key = "(SELECT string_agg(md5(t::text), ' ' ORDER BY md5(t::text)) FROM (SELECT * FROM {} {}) t)"
    found = [await connection.fetchval("SELECT " + key.format(table, lock)) for lock in ("", "FOR UPDATE")]
    column = await connection.fetchval(
        """
        SELECT attname FROM pg_attribute
        WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' LIMIT 1
        """,
        table,
    )
    try:
        async with connection.transaction():
            found.append(await connection.execute(f"UPDATE {table} SET {column} = {column}"))
    except asyncpg.PostgresError as error:
        found.append(error.sqlstate)
    return found


async def everything(connection: Any, people: list[Any]) -> dict[Any, list[Any]]:
    """The rights of each person, and of others, in each table."""
    found: dict[Any, list[Any]] = {}
    for who in (*people, *OTHERS):
        await connection.execute("SAVEPOINT one; SET LOCAL ROLE kinegraph_api")
        if who in OTHERS:
            for name, value in OTHERS[who].items():
                await connection.execute("SELECT set_config($1, $2, true)", f"kinegraph.{name}", value)
        else:
            await connection.fetch("SELECT * FROM kinegraph_authenticate($1, NULL)", who)
        for table in TABLES:
            found[who, table] = await rights(connection, table)
        await connection.execute("ROLLBACK TO SAVEPOINT one")
    return found


async def test_everybody_sees_and_writes_what_they_did_before_the_cast_was_moved(
    database: Database, owner: Pool, world: World, connection: Any
) -> None:
    people = await people_at_random(owner, world, random.Random(7))
    revision: Any = ScriptDirectory(str(revisions.scripts())).get_revision("0011")
    move = revision.module.CAST_SETTINGS
    now = await everything(connection, people)
    policies = "SELECT count(*) FROM pg_policies WHERE concat(qual, with_check) ~ '\"nullif\"\\)\\)::uuid'"
    assert await connection.fetchval(policies) == 0
    await connection.execute(move.format(found=revision.module.CAST_AGAIN, replacement=revision.module.CAST_BEFORE))
    assert await connection.fetchval(policies) > 40
    before = await everything(connection, people)
    assert {key for key in now if now[key] != before[key]} == set()
    seen = {who: [rows[0] for (each, _), rows in now.items() if each == who] for who in people}
    assert len({str(rows) for rows in seen.values()}) == len(people)
