"""Migrations on a database with rows: what was stored before is as if it had been stored since."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from kinegraph.commands import migrate
from kinegraph.kit.rows import Row
from kinegraph.revisions import head, scripts
from tests.conftest import with_database
from tests.servers import copied

WORKOUTS = """
WITH organization AS (INSERT INTO organizations (name, slug) VALUES ('Gym', 'gym') RETURNING id),
athlete AS (INSERT INTO users (name) VALUES ('Athlete') RETURNING id),
exercise AS (INSERT INTO exercises (name) VALUES ('Squat') RETURNING id),
workout AS (
    INSERT INTO workouts (organization_id, author_id, title, updated_at)
    SELECT organization.id, athlete.id, 'Monday', '2026-01-01 00:00:00.123456Z' FROM organization, athlete
    RETURNING id, organization_id, author_id
),
section AS (
    INSERT INTO workout_sections (organization_id, workout_id) SELECT organization_id, id FROM workout RETURNING *
),
movement AS (
    INSERT INTO workout_movements (organization_id, section_id, exercise_id, label)
    SELECT section.organization_id, section.id, exercise.id, 'A' FROM section, exercise
    RETURNING *
),
said AS (
    INSERT INTO exercise_comments (organization_id, workout_movement_id, author_id, body)
    SELECT movement.organization_id, movement.id, athlete.id, 'Hard' FROM movement, athlete
    RETURNING *
),
file AS (
    INSERT INTO attachments (organization_id, owner_type, owner_id, url, mime, kind, uploaded_by)
    SELECT organization_id, 'exercise_comment', id, 'a.png', 'image/png', 'image', author_id FROM said
)
INSERT INTO workout_assignments (organization_id, workout_id, athlete_id, assigned_by_id, scheduled_for, status)
SELECT organization_id, id, author_id, author_id, '2026-01-01', status
FROM workout, unnest(ARRAY['scheduled', 'completed', 'skipped', 'completed']) AS status
"""
SHOWN = """
SELECT a.status, w.is_snapshot, w.title, w.updated_at::text, m.label, c.body, f.url,
       (SELECT count(*) FROM outbox WHERE payload ->> 'attachment_id' = f.id::text) AS facts
FROM workout_assignments a
JOIN workouts w ON w.id = coalesce(a.snapshot_workout_id, a.workout_id)
JOIN workout_sections s ON s.workout_id = w.id
JOIN workout_movements m ON m.section_id = s.id
JOIN exercise_comments c ON c.workout_movement_id = m.id
JOIN attachments f ON f.owner_id = c.id
ORDER BY a.status, a.id
"""


@pytest.fixture(scope="module")
async def before_versions(server_url: str, template: str) -> AsyncIterator[tuple[str, "asyncpg.Connection[Row]"]]:
    """A database as it was before revision 0016, and a connection to it."""
    connection = await asyncpg.connect(server_url)
    await connection.execute("DROP DATABASE IF EXISTS kinegraph_rows")
    await connection.execute("CREATE DATABASE kinegraph_rows TEMPLATE template0")
    await connection.close()
    url = with_database(server_url, "kinegraph_rows")
    await asyncio.to_thread(migrate.upgrade, url, "0016")
    await asyncio.to_thread(migrate.downgrade, url, "-1")
    connection = await asyncpg.connect(url, record_class=Row)
    yield url, connection
    await connection.close()


async def test_what_was_done_before_the_migration_stays_done(
    before_versions: tuple[str, "asyncpg.Connection[Row]"],
) -> None:
    url, connection = before_versions
    await connection.execute(WORKOUTS)
    await asyncio.to_thread(migrate.upgrade, url)
    shown = [tuple(row) for row in await connection.fetch(SHOWN)]
    tree = ("Monday", "2026-01-01 00:00:00.123456+00", "A", "Hard", "a.png")
    assert shown == [
        ("completed", True, *tree, 1),
        ("completed", True, *tree, 1),
        ("scheduled", False, *tree, 0),
        ("skipped", False, *tree, 0),
    ]
    assert await connection.fetchval("SELECT count(*) FROM workouts") == 3


REVISION = """
from alembic import op

revision = "{number}"
down_revision = "{before}"


def upgrade() -> None:
    op.execute("{statement}")
"""


async def test_a_revision_may_alter_a_table_whose_rows_the_one_before_it_changed(
    server_url: str, template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both run in one transaction: deferred triggers of the rows run in between."""
    shutil.copytree(scripts(), folder := tmp_path / "migrations")
    statements = ("UPDATE exercises SET name = name || ' II'", "ALTER TABLE exercises ADD COLUMN music text")
    for number, statement in enumerate(statements, int(head()) + 1):
        text = REVISION.format(number=f"{number:04d}", before=f"{number - 1:04d}", statement=statement)
        (folder / "versions" / f"{number:04d}_added.py").write_text(text)
    monkeypatch.setattr(migrate, "scripts", lambda: folder)
    async with copied(server_url, template) as url:
        await asyncio.to_thread(migrate.upgrade, url)
        connection = await asyncpg.connect(url)
        assert await connection.fetchval("SELECT bool_and(name LIKE '% II') FROM exercises")
        assert await connection.fetchval("SELECT count(music) FROM exercises") == 0
        await connection.close()
