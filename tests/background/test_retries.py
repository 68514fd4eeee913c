"""Retries: a temporary failure is retried after growing delays, not for ever; an unexpected error is not shown."""

import asyncio
from pathlib import Path
from typing import Any, cast  # Any: rows of asyncpg; arguments of jobs are JSON
from uuid import UUID

import asyncpg
import pytest
from arq import ArqRedis

from kinegraph.background import store, store_runs
from kinegraph.background.jobs import JobRun
from kinegraph.background.rules import JITTER, MAX_FAILURES, MAX_FAULTS, JobKind, retry_delay_seconds
from kinegraph.kit.logs import JsonLines
from kinegraph.kit.outbox import act_as_worker
from kinegraph.media.rules_thumbnails import NotAnImage
from kinegraph.outside.errors import ServiceError
from kinegraph.worker import dispatch
from kinegraph.worker_jobs import RUN, Work
from kinegraph.worker_runs import run_job
from tests.background.rows import BLOCKED, Pool, Scene, expire, file_of, job_of, thumbnail_of
from tests.waiting import until

PAUSES = [2, 4, 8, 16, 32, 64, 128]


async def unreadable(scene: Scene, owner: Pool, home: Path) -> UUID:
    """An attachment whose file the storage fails to read."""
    attachment = await scene.attach()
    file = await file_of(owner, home, attachment)
    file.rename(file.with_suffix(".moved"))
    file.mkdir()
    return attachment


async def mend(owner: Pool, home: Path, attachment: UUID) -> None:
    file = await file_of(owner, home, attachment)
    file.rmdir()
    file.with_suffix(".moved").rename(file)


async def deliver(owner: Pool, work: Work, queue: ArqRedis, attachment: UUID) -> Any:
    """The attachment's job after it was handed over and run once more."""
    await expire(owner)
    await dispatch(work.database, queue)
    await run_job({"work": work}, str((await job_of(owner, attachment)).id))
    return await job_of(owner, attachment)


def test_delays_grow_and_stay_within_five_minutes() -> None:
    assert [retry_delay_seconds(tries) for tries in range(1, 8)] == PAUSES
    assert [retry_delay_seconds(tries) for tries in (9, 50, 1000)] == [300, 300, 300]


async def test_a_failing_storage_is_retried_after_growing_delays_and_given_up_in_the_end(
    scene: Scene, work: Work, queue: ArqRedis, owner: Pool, home: Path
) -> None:
    attachment = await unreadable(scene, owner, home)
    delays = [*PAUSES, *[256, *[300] * MAX_FAILURES]][: MAX_FAILURES - 1]
    assert sum(delays) * (1 - JITTER) > 3600
    for tries, seconds in enumerate(delays, 1):
        before = await owner.fetchval("SELECT clock_timestamp()")
        job = await deliver(owner, work, queue, attachment)
        after = await owner.fetchval("SELECT clock_timestamp()")
        assert (job.status, job.tries, job.finished_at, job.message) == ("queued", tries, None, None)
        assert job.error.startswith("Files cannot be stored or read (")
        delayed = job.due_at.timestamp() - seconds
        assert before.timestamp() - seconds * JITTER <= delayed <= after.timestamp() + seconds * JITTER
        assert await dispatch(work.database, queue) == 0
    job = await deliver(owner, work, queue, attachment)
    assert (job.status, job.tries, job.due_at) == ("failed", MAX_FAILURES, None)
    assert job.error.startswith("Files cannot be stored or read (")
    await mend(owner, home, attachment)
    assert await deliver(owner, work, queue, attachment) == job


async def test_a_temporary_failure_leaves_no_error_in_the_row(
    scene: Scene, work: Work, queue: ArqRedis, owner: Pool, home: Path
) -> None:
    attachment = await unreadable(scene, owner, home)
    first = await deliver(owner, work, queue, attachment)
    assert first.error is not None
    await mend(owner, home, attachment)
    job = await deliver(owner, work, queue, attachment)
    assert (job.status, job.tries, job.error, job.started_at) == ("succeeded", 2, None, first.started_at)
    assert await thumbnail_of(owner, home, attachment) is not None


async def test_a_job_that_fails_does_not_delay_others(
    scene: Scene, work: Work, queue: ArqRedis, owner: Pool, home: Path
) -> None:
    bad, good = await unreadable(scene, owner, home), await scene.attach()
    await dispatch(work.database, queue)
    jobs = [str((await job_of(owner, attachment)).id) for attachment in (bad, good)]
    await asyncio.gather(*(run_job({"work": work}, id) for id in jobs))
    assert (await job_of(owner, bad)).status == "queued"
    assert (await job_of(owner, good)).status == "succeeded"


@pytest.mark.parametrize(
    ("kind", "arguments", "named"),
    [
        (JobKind.EMBED_WORKOUTS, {"nonsense": 1}, ""),
        (JobKind.THUMBNAIL, {}, "TypeError"),
        (JobKind.THUMBNAIL, {"attachment_id": "secret", "organization_id": "secret"}, "ValueError"),
    ],
)
async def test_an_unexpected_error_is_retried_and_its_message_is_neither_stored_nor_logged(
    work: Work,
    owner: Pool,
    caplog: pytest.LogCaptureFixture,
    kind: JobKind,
    arguments: dict[str, Any],
    named: str,
) -> None:
    async with work.database.write(act_as_worker) as session:
        (id,) = await store.insert(session, [(kind, arguments)])
    for tries in range(1, MAX_FAULTS + 1):
        await run_job({"work": work}, str(id))
        (row,) = await owner.fetch("SELECT status, tries, error FROM jobs")
        assert (row.status, row.tries) == ("failed" if tries == MAX_FAULTS else "queued", tries)
        assert row.error.startswith(f"Unexpected: {named}") and "secret" not in row.error
    reasons = [record.__dict__["reason"] for record in caplog.records if record.name == "kinegraph.worker"]
    assert len(reasons) == MAX_FAULTS + 1 and set(reasons) == {named or "TypeError"}
    assert "secret" not in "".join(map(JsonLines().format, caplog.records))


@pytest.mark.parametrize(
    ("failures", "error", "status", "after"),
    [
        (MAX_FAULTS - 1, ValueError(), "queued", 0),
        (MAX_FAILURES - 1, ServiceError("It is away."), "queued", 0),
        (0, NotAnImage("No."), "failed", 0),
    ],
)
async def test_a_run_that_made_progress_ends_the_count_of_failures_before_it(
    work: Work,
    owner: Pool,
    monkeypatch: pytest.MonkeyPatch,
    failures: int,
    error: Exception,
    status: str,
    after: int,
) -> None:
    async def half_done(work: Work, run: JobRun) -> str:
        async with work.database.write() as session:
            await run.report(session, total=100, done=50)
        raise error

    monkeypatch.setitem(cast("dict[JobKind, Any]", RUN), JobKind.EMBED_EXERCISES, half_done)
    async with work.database.write(act_as_worker) as session:
        (id,) = await store.insert(session, [(JobKind.EMBED_EXERCISES, {})])
    await owner.execute("UPDATE jobs SET failures = $1", failures)
    await run_job({"work": work}, str(id))
    job = await owner.fetchrow("SELECT * FROM jobs")
    assert job is not None
    assert (job.status, job.failures, job.done) == (status, after, 50)


async def test_an_unexpected_error_after_seven_runs_without_a_service_fails_the_job(work: Work, owner: Pool) -> None:
    async with work.database.write(act_as_worker) as session:
        (id,) = await store.insert(session, [(JobKind.THUMBNAIL, {})])
    await owner.execute("UPDATE jobs SET failures = $1, error = 'It is away.'", MAX_FAULTS - 1)
    await run_job({"work": work}, str(id))
    job = await owner.fetchrow("SELECT * FROM jobs")
    assert job is not None and (job.status, job.failures) == ("failed", MAX_FAULTS)


async def test_a_run_that_takes_too_long_is_ended_and_counts_as_a_failure(
    scene: Scene, work: Work, queue: ArqRedis, owner: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    attachment = await scene.attach()
    monkeypatch.setattr("kinegraph.worker_runs.JOB_SECONDS", 0)
    job = await deliver(owner, work, queue, attachment)
    assert (job.status, job.failures, job.error) == ("queued", 1, "The job ran for more than 0 seconds.")


async def test_a_storage_that_cannot_be_written_to_is_reported_as_such(
    scene: Scene, work: Work, queue: ArqRedis, owner: Pool, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    attachment = await scene.attach()
    ((await file_of(owner, home, attachment)).parent / "thumbnail").write_text("an obstacle")
    job = await deliver(owner, work, queue, attachment)
    assert (job.status, job.tries) == ("queued", 1)
    assert not job.error.startswith("Unexpected")
    assert [record.__dict__["reason"] for record in caplog.records if record.levelname == "WARNING"] == [job.error]


async def test_a_job_that_several_workers_died_at_is_given_up(
    scene: Scene, work: Work, queue: ArqRedis, owner: Pool
) -> None:
    attachment = await scene.attach()
    await dispatch(work.database, queue)
    id = (await job_of(owner, attachment)).id
    for _ in range(MAX_FAILURES):
        async with work.database.write(act_as_worker) as session:
            assert await store_runs.begin(session, id)
        await expire(owner)
        await dispatch(work.database, queue)
    await run_job({"work": work}, str(id))
    job = await job_of(owner, attachment)
    assert (job.status, job.tries) == ("failed", MAX_FAILURES + 1)


@pytest.mark.parametrize("deliveries", [0, 5])
async def test_a_job_that_must_stop_is_due_again_at_once_and_done_by_the_next(
    scene: Scene, work: Work, queue: ArqRedis, owner: Pool, home: Path, database_url: str, deliveries: int
) -> None:
    attachment = await scene.attach()
    await dispatch(work.database, queue)
    id = (await job_of(owner, attachment)).id
    blocker = await asyncpg.connect(database_url)
    await blocker.execute(f"BEGIN; SELECT FROM attachments WHERE id = '{attachment}' FOR UPDATE")
    running = asyncio.create_task(run_job({"work": work}, str(id)))
    await until(lambda: owner.fetchval(BLOCKED))
    for _ in range(deliveries):
        await run_job({"work": work}, str(id))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    job = await job_of(owner, attachment)
    assert (job.status, job.tries, job.finished_at) == ("queued", 1, None)
    assert (job.failures, job.error) == (0, "The worker stopped; the job is begun again.")
    await blocker.close()
    assert await dispatch(work.database, queue) == 1
    await run_job({"work": work}, str(id))
    job = await job_of(owner, attachment)
    assert (job.status, job.tries, job.error) == ("succeeded", 2, None)
    assert await thumbnail_of(owner, home, attachment) is not None
