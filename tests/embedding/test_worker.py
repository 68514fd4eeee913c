"""The worker: many facts make one job, and none without a key; the nightly comparison makes up for what was missed."""

import pytest
from arq import ArqRedis

from kinegraph.background.rules import JobKind
from kinegraph.worker import dispatch
from kinegraph.worker_jobs import Work, is_possible
from tests.background.rows import open_queue
from tests.conftest import Organization
from tests.embedding.jobs import EXERCISES, WORKOUTS, Jobs, Pool, marked, write_exercise, write_workout


@pytest.fixture
async def queue(redis_url: str) -> ArqRedis:
    return await open_queue(redis_url)


async def waiting(owner: Pool) -> list[tuple[str, bool]]:
    """The jobs that wait, and whether they are due."""
    return [tuple(row) for row in await owner.fetch("SELECT kind::text, due_at <= now() FROM jobs ORDER BY kind")]


async def test_many_facts_make_one_job_of_a_kind_that_waits_for_more(
    jobs: Jobs, owner: Pool, gym: Organization, queue: ArqRedis
) -> None:
    for _ in range(3):
        for number in range(3):
            await write_exercise(owner, f"E{number}", gym)
        await write_workout(owner, gym, "Legs")
        await dispatch(jobs.work.database, queue)
    assert await waiting(owner) == [("embed_exercises", False), ("embed_workouts", False)]
    assert await owner.fetchval("SELECT count(*) FROM outbox WHERE handled_at IS NULL") == 0
    await owner.execute("UPDATE jobs SET status = 'running'")
    await write_exercise(owner, "One more", gym)
    await dispatch(jobs.work.database, queue)
    assert len(await waiting(owner)) == 3


async def test_without_a_key_facts_make_no_job_and_the_marks_stay(
    jobs: Jobs, owner: Pool, gym: Organization, queue: ArqRedis
) -> None:
    keyless = Work(jobs.work.database, jobs.work.storage)
    id = await write_exercise(owner, "Burpee", gym)
    await dispatch(keyless.database, queue, is_possible=lambda kind: is_possible(keyless, kind))
    assert await waiting(owner) == []
    assert await owner.fetchval("SELECT count(*) FROM outbox WHERE handled_at IS NULL") == 0
    assert await marked(owner) == {("exercise", id)}
    assert [is_possible(keyless, kind) for kind in JobKind if kind in (EXERCISES, WORKOUTS)] == [False, False]
    assert (await jobs.run()).done == 1
