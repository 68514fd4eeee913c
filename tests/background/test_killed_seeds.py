"""A seed that is killed at random moments, or delivered twice, leaves what an undisturbed one leaves."""

from pathlib import Path
from typing import Any  # JSON of library files; rows of asyncpg

import asyncpg
import orjson
import pytest
from arq import ArqRedis

from kinegraph.background.rules import JobKind
from kinegraph.canonical.rules_files import shipped_files
from kinegraph.kit.database import Database
from kinegraph.kit.rows import Row
from kinegraph.services import Services
from kinegraph.worker_jobs import Work
from kinegraph.worker_runs import run_job
from tests.background.killing import KILLS, Killing, copied_database, new_job
from tests.background.rows import Pool

KEY = "seeds/library.json"
JOB = (JobKind.SEED_CANONICAL, {"object_key": KEY})
SECONDS = "extract(epoch FROM finished_at - started_at)::float"
SEEDED = """
SELECT slug, to_jsonb(e) - '{id,created_at,updated_at}'::text[] AS columns,
       (SELECT jsonb_agg(to_jsonb(i) - '{id,exercise_id,created_at,updated_at}'::text[] ORDER BY i.sort_order)
        FROM exercise_instructions i WHERE i.exercise_id = e.id) AS instructions,
       (SELECT jsonb_agg(to_jsonb(c) - '{id,exercise_id,created_at,updated_at}'::text[] ORDER BY c.sort_order)
        FROM exercise_contraindications c WHERE c.exercise_id = e.id) AS contraindications,
       (SELECT count(*) FROM exercise_tags t WHERE t.exercise_id = e.id) AS tags,
       (SELECT array_agg(fatigue_score) FROM exercise_programming_profiles p WHERE p.exercise_id = e.id) AS scores
FROM exercises e
WHERE organization_id IS NULL
ORDER BY slug
"""


def library() -> list[dict[str, Any]]:
    """Some of the shipped exercises, changed, and new ones."""
    shipped = [entry for _, content in shipped_files() for entry in orjson.loads(content)]
    changed = [{**entry, "description": f"Changed: {entry['name']}."} for entry in shipped[::8]]
    return [*changed, *({**entry, "slug": f"new-{entry['slug']}"} for entry in shipped[::3])]


async def seeded(pool: Pool) -> list[tuple[Any, ...]]:
    """Every canonical exercise with its child rows, without ids and times."""
    return [tuple(row) for row in await pool.fetch(SEEDED)]


@pytest.fixture
def file(services: Services) -> Path:
    """The file in the workers' object storage."""
    path = services.settings.home / "media" / KEY
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(library()))
    return path


async def test_a_seed_killed_at_ten_random_moments_and_delivered_twice_leaves_what_one_run_leaves(
    file: Path,
    services: Services,
    work: Work,
    database: Database,
    database_url: str,
    redis_url: str,
    queue: ArqRedis,
    owner: Pool,
    server_url: str,
    template: str,
) -> None:
    async with copied_database(server_url, template) as url:
        undisturbed = await Database.open(url)
        pool = await asyncpg.create_pool(url, min_size=1, max_size=1, record_class=Row)
        id = await new_job(undisturbed, *JOB)
        await run_job({"work": Work(undisturbed, work.storage)}, str(id))
        expected = await pool.fetchrow(f"SELECT *, {SECONDS} AS seconds FROM jobs")
        rows = await seeded(pool)
        await pool.close()
        await undisturbed.close()

    killed = await new_job(database, *JOB)
    job = await Killing(database, database_url, redis_url, queue, owner, services.settings.home).run(
        killed, expected.seconds
    )
    shown = ("status", "message", "error", "total", "done")
    assert [job[name] for name in shown] == [expected[name] for name in shown]
    assert job.status == "succeeded" and 1 < job.tries <= KILLS + 1
    assert await seeded(owner) == rows
    await run_job({"work": work}, str(killed))
    again = await new_job(database, *JOB)
    await run_job({"work": work}, str(again))
    assert await seeded(owner) == rows
    message = await owner.fetchval("SELECT message FROM jobs WHERE id = $1", again)
    assert message == f"{KEY}: {len(library())} rows, 0 added, 0 changed, {len(library())} unchanged, 0 rejected."
