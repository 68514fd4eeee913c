"""A worker that is killed at random moments of embedding leaves what one undisturbed run leaves."""

from datetime import UTC, datetime
from typing import Any  # rows of asyncpg

from kinegraph.background.rules import last_night
from kinegraph.embedding.jobs import BATCH
from kinegraph.services import Services
from kinegraph.worker_jobs import NIGHTLY
from local_voyage.server import LocalVoyage
from tests.background.killing import KILLS, Killing
from tests.background.rows import open_queue
from tests.conftest import Organization
from tests.embedding.jobs import Jobs, Pool, marked, write_override

EMBEDDED = """
SELECT id, embedding_hash, embedding::text FROM exercises
UNION ALL SELECT id, embedding_hash, embedding::text FROM exercise_org_overrides
ORDER BY 1
"""
FORGET = """
UPDATE exercises SET embedding = NULL, embedding_hash = NULL;
UPDATE exercise_org_overrides SET embedding = NULL, embedding_hash = NULL;
"""
NO_NIGHT = """
INSERT INTO jobs (kind, schedule, scheduled_for, status, finished_at, due_at)
VALUES ($1, $2, $3, 'succeeded', now(), NULL)
"""
"""The jobs of the last night have run, so that workers do not enqueue them."""


async def test_embedding_that_is_killed_at_ten_random_moments_leaves_what_one_run_leaves(
    jobs: Jobs, owner: Pool, gym: Organization, squat: str, server: LocalVoyage, services: Services
) -> None:
    await owner.execute("DROP INDEX exercises_embedding_idx")  # it takes most of the time
    override = await write_override(owner, gym, squat, name="Ours")
    more = "INSERT INTO exercises (name, organization_id) SELECT 'Row ' || n, $1 FROM generate_series(1, 650) AS n"
    await owner.execute(more, gym.id)
    expected = await jobs.run(sweep=True)
    rows = await owner.fetch(EMBEDDED)
    texts = sorted(server.answered)
    assert len(texts) == len(set(texts)) > 1_000 and override in {row.id for row in rows}

    await owner.execute(FORGET)
    for table in ("outbox", "jobs", "stale_embeddings"):
        await owner.execute(f"DELETE FROM {table}")
    for schedule, (kind, _) in NIGHTLY.items():
        await owner.execute(NO_NIGHT, kind.value, schedule, last_night(datetime.now(UTC)))
    server.answered.clear()
    server.fault = lambda request: 0.2
    queue = await open_queue(services.redis_url)
    vendor = {"KINEGRAPH_VOYAGE_API_KEY": "key", "KINEGRAPH_VOYAGE_URL": server.url}
    killing = Killing(
        jobs.work.database, services.database_url, services.redis_url, queue, owner, services.settings.home, vendor
    )
    job: Any = await killing.run(await jobs.enqueue(sweep=True), within_seconds=1.5)
    await queue.aclose()

    shown = ("status", "message", "error", "total", "done")
    assert [job[name] for name in shown] == [expected[name] for name in shown]
    assert 1 < job.tries <= KILLS + 1
    assert (await owner.fetch(EMBEDDED), await marked(owner)) == (rows, set())
    assert sorted(set(server.answered)) == texts
    assert len(server.answered) <= len(texts) + (job.tries - 1) * BATCH
