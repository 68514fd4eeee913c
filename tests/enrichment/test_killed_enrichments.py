"""An enrichment whose workers are killed leaves what an undisturbed one leaves, and stores no answer twice."""

from pathlib import Path
from typing import Any  # rows of asyncpg

import asyncpg
import pytest
from arq import ArqRedis

from kinegraph.background.rules import JobKind
from kinegraph.kit.database import Database
from kinegraph.kit.rows import Row
from kinegraph.worker_jobs import Work
from kinegraph.worker_runs import run_job
from tests.background.killing import KILLS, Killing, copied_database, new_job
from tests.background.rows import Pool, open_queue
from tests.enrichment.enriching import KEY
from tests.process.running import preload
from tests.vendors.claude import ClaudeServer

JOB = (JobKind.ENRICH_CANONICAL, {"applies": True})
STORED = """
SELECT e.slug, e.aliases,
       (SELECT jsonb_agg(jsonb_build_object('text', p.text, 'language', p.language, 'state', p.state,
                                            'is_applied', p.applied_at IS NOT NULL, 'shared', p.shared_with_id)
                         ORDER BY p.identity)
        FROM alias_proposals p WHERE p.exercise_id = e.id) AS proposals,
       (SELECT jsonb_object_agg(n.language, n.content_hash) FROM exercise_enrichments n
        WHERE n.exercise_id = e.id AND NOT n.is_claimed) AS hashes
FROM exercises e
WHERE organization_id IS NULL
ORDER BY slug
"""
COUNTS = "SELECT enriched, proposed, applied, refused, requests FROM enrichment_runs WHERE job_id = $1"


async def stored(pool: Pool) -> list[tuple[Any, ...]]:
    """Every canonical exercise with its aliases and proposals, without times."""
    return [tuple(row) for row in await pool.fetch(STORED)]


@pytest.fixture
async def queue(redis_url: str) -> ArqRedis:
    """The real Redis, empty."""
    pool = await open_queue(redis_url)
    await pool.flushall()
    return pool


async def test_an_enrichment_killed_at_ten_random_moments_leaves_what_one_run_leaves(
    claude: ClaudeServer,
    work: Work,
    home: Path,
    database: Database,
    database_url: str,
    redis_url: str,
    queue: ArqRedis,
    owner: Pool,
    server_url: str,
    template: str,
) -> None:
    claude.reset()
    preload("anthropic")
    async with copied_database(server_url, template) as url:
        undisturbed = await Database.open(url)
        pool = await asyncpg.create_pool(url, min_size=1, max_size=1, record_class=Row)
        id = await new_job(undisturbed, *JOB)
        await run_job({"work": Work(undisturbed, work.storage, enricher=work.enricher)}, str(id))
        expected, counts = await stored(pool), await pool.fetchrow(COUNTS, id)
        seconds = await pool.fetchval("SELECT extract(epoch FROM finished_at - started_at)::float FROM jobs")
        await pool.close()
        await undisturbed.close()
    settings = {"KINEGRAPH_ANTHROPIC_API_KEY": KEY, "KINEGRAPH_ANTHROPIC_URL": claude.url}
    killing = Killing(database, database_url, redis_url, queue, owner, home, settings)
    id = await new_job(database, *JOB)
    job = await killing.run(id, seconds / KILLS * 1.5)
    await queue.aclose()
    assert (job.status, job.error, job.done, job.total) == ("succeeded", None, len(expected), len(expected))
    assert 1 < job.tries <= KILLS + 1
    assert await stored(owner) == expected
    killed = await owner.fetchrow(COUNTS, id)
    assert tuple(killed)[:4] == tuple(counts)[:4]
    assert counts.requests <= killed.requests <= counts.requests + KILLS
