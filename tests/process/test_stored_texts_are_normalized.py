"""Texts stored in another form than NFC are normalized, lists that differ by case become one, equal overrides go."""

import asyncio
import json
from typing import Any  # rows and stored documents are JSON

import asyncpg

from kinegraph.commands import migrate
from tests.process.test_migrations import empty_database

DECOMPOSED, COMPOSED = "e\u0301", "\u00e9"


async def rows(connection: Any, statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    return [tuple(row) for row in await connection.fetch(statement, *arguments)]


async def filled(connection: Any) -> None:
    """Rows as a version before 0015 stored them."""
    gym = await connection.fetchval(
        "INSERT INTO organizations (name, slug) VALUES ($1, 'gym') RETURNING id", f"Caf{DECOMPOSED}"
    )
    author = await connection.fetchval("INSERT INTO users (name) VALUES ($1) RETURNING id", f"Ren{DECOMPOSED}")
    await connection.execute("INSERT INTO programs (organization_id, name) VALUES ($1, $2)", gym, DECOMPOSED)
    id = await connection.fetchval(
        """
        INSERT INTO exercises (name, primary_muscles, aliases, cues, difficulty, updated_at)
        VALUES ($1, $2, $2, $2, 3, '2026-01-01') RETURNING id
        """,
        DECOMPOSED,
        ["Chest", DECOMPOSED, "chest", COMPOSED, "CHEST"],
    )
    await connection.execute(
        """
        INSERT INTO exercise_org_overrides (organization_id, exercise_id, overrides, changes, updated_at)
        VALUES ($1, $2, $3, $4, '2026-01-01')
        """,
        gym,
        id,
        json.dumps({"description": DECOMPOSED, "equipment": ["Rack", "rack", DECOMPOSED], "difficulty": 3,
                    "kind": "test", "category": "other", "discipline": []}, ensure_ascii=False),
        json.dumps({"difficulty": {"canonical": 2}, "category": {"canonical": "other"}}),
    )  # fmt: skip
    workout = await connection.fetchval(
        "INSERT INTO workouts (organization_id, author_id, title) VALUES ($1, $2, $3) RETURNING id",
        gym,
        author,
        DECOMPOSED,
    )
    section = await connection.fetchval(
        "INSERT INTO workout_sections (organization_id, workout_id) VALUES ($1, $2) RETURNING id", gym, workout
    )
    await connection.execute(
        """
        INSERT INTO workout_movements (organization_id, section_id, exercise_id, notes, prescription)
        VALUES ($1, $2, $3, $4, $5)
        """,
        gym, section, id, DECOMPOSED, json.dumps({"notes": DECOMPOSED, "sets": 3}, ensure_ascii=False),
    )  # fmt: skip


async def test_stored_texts_are_normalized_and_overrides_that_never_differed_are_removed(
    server_url: str, template: str
) -> None:
    url = await empty_database(server_url, "kinegraph_normalized")
    await asyncio.to_thread(migrate.upgrade, url, "0013")
    connection = await asyncpg.connect(url)
    await filled(connection)
    versions = await rows(connection, "SELECT version FROM versions")
    await connection.close()
    for _ in range(2):
        await asyncio.to_thread(migrate.upgrade, url, "0015")
        connection = await asyncpg.connect(url)
        exercises = "SELECT name, primary_muscles, aliases, cues, updated_at::date::text FROM exercises"
        lists = ["Chest", COMPOSED]
        cues = ["Chest", COMPOSED, "chest", "CHEST"]
        assert await rows(connection, exercises) == [(COMPOSED, lists, lists, cues, "2026-01-01")]
        ((stored,),) = await rows(connection, "SELECT overrides FROM exercise_org_overrides")
        assert json.loads(stored) == {
            "description": COMPOSED, "equipment": ["Rack", COMPOSED], "difficulty": 3, "kind": "test",
        }  # fmt: skip
        assert await rows(connection, "SELECT changes::text FROM exercise_org_overrides") == [
            ('{"difficulty": {"canonical": 2}}',)
        ]
        assert await rows(connection, "SELECT name, name_key FROM organizations") == [(f"Caf{COMPOSED}", "cafe")]
        assert await rows(connection, "SELECT name, name_key FROM users") == [(f"Ren{COMPOSED}", "rene")]
        assert await rows(connection, "SELECT name, name_key FROM programs") == [(COMPOSED, "e")]
        assert await rows(connection, "SELECT title FROM workouts") == [(COMPOSED,)]
        ((notes, prescription),) = await rows(connection, "SELECT notes, prescription FROM workout_movements")
        assert (notes, json.loads(prescription)) == (COMPOSED, {"notes": COMPOSED, "sets": 3})
        changed = await rows(connection, "SELECT version FROM versions")
        assert len(changed) >= len(versions) and not {*changed} & {*versions}
        await connection.close()
        await asyncio.to_thread(migrate.downgrade, url, "0013")
