"""The worker: many facts make one job, and none without a key; with one, the job of the last night takes what waits."""

from datetime import UTC, datetime
from typing import Any  # rows of asyncpg

import pytest
from arq import ArqRedis

from kinegraph.background import store_runs
from kinegraph.background.rules import HURRIED_SECONDS, MAX_FAILURES
from kinegraph.kit.outbox import act_as_worker
from kinegraph.worker import dispatch, enqueue_nightly
from kinegraph.worker_jobs import Work, possible_kinds
from tests.background.rows import open_queue
from tests.conftest import Organization
from tests.embedding.jobs import Jobs, Pool, marked, write_exercise, write_workout


@pytest.fixture
async def queue(redis_url: str) -> ArqRedis:
    return await open_queue(redis_url)


async def waiting(owner: Pool) -> list[tuple[str, bool]]:
    """The jobs that wait, and whether they are due."""
    return [
        tuple(row)
        for row in await owner.fetch(
            "SELECT kind::text, due_at <= now() FROM jobs WHERE kind <> 'rotate_telemetry' ORDER BY kind"
        )
    ]


async def test_many_facts_make_one_job_of_a_kind_that_waits_for_more(
    jobs: Jobs, owner: Pool, gym: Organization, queue: ArqRedis
) -> None:
    for _ in range(3):
        for number in range(3):
            await write_exercise(owner, f"E{number}", gym)
        await write_workout(owner, gym, "Legs")
        await dispatch(jobs.work.database, queue, kinds=possible_kinds(jobs.work))
    assert await waiting(owner) == [("embed_exercises", False), ("embed_workouts", False)]
    assert await owner.fetchval("SELECT count(*) FROM outbox WHERE handled_at IS NULL") == 0
    await owner.execute("UPDATE jobs SET status = 'running'")
    await write_exercise(owner, "One more", gym)
    await dispatch(jobs.work.database, queue, kinds=possible_kinds(jobs.work))
    assert len(await waiting(owner)) == 3


async def test_a_new_fact_hurries_the_job_that_waits_after_a_failure_at_most_every_half_minute(
    jobs: Jobs, owner: Pool, queue: ArqRedis
) -> None:
    waits = "SELECT id, tries, failures, extract(epoch FROM due_at - clock_timestamp())::float AS left FROM jobs"

    async def after_a_fact() -> Any:
        await write_exercise(owner, "Burpee")
        await dispatch(jobs.work.database, queue, kinds=possible_kinds(jobs.work))
        (row,) = await owner.fetch(waits)
        return row

    async def fail(job: Any, seconds: float) -> None:
        async with jobs.work.database.write(act_as_worker) as session:
            begun = await store_runs.begin(session, job.id)
            assert begun is not None
            await store_runs.postpone(session, job.id, begun.tries, seconds, "It is away.")

    job = await after_a_fact()
    for _ in range(MAX_FAILURES + 1):
        await fail(job, 300)
        hurried = await after_a_fact()
        assert hurried.failures == 0 and 20 < hurried.left <= HURRIED_SECONDS
        again = await after_a_fact()
        assert again.failures == 0 and again.left <= hurried.left
    await fail(job, 20)
    shorter = await after_a_fact()
    assert (shorter.failures, shorter.tries) == (1, MAX_FAILURES + 2) and shorter.left <= 20


async def test_without_a_key_facts_make_no_job_and_the_marks_stay(
    jobs: Jobs, owner: Pool, gym: Organization, queue: ArqRedis
) -> None:
    keyless = Work(jobs.work.database, jobs.work.storage)
    id = await write_exercise(owner, "Burpee", gym)
    await dispatch(keyless.database, queue, kinds=possible_kinds(keyless))
    assert await waiting(owner) == []
    assert await owner.fetchval("SELECT count(*) FROM outbox WHERE handled_at IS NULL") == 0
    assert await marked(owner) == {("exercise", id)}
    await enqueue_nightly(keyless.database, datetime.now(UTC), possible_kinds(keyless))
    assert await waiting(owner) == []
    await enqueue_nightly(keyless.database, datetime.now(UTC), possible_kinds(jobs.work))
    assert await waiting(owner) == [("embed_exercises", True), ("embed_workouts", True)]
    assert (await jobs.run()).done == 1
