"""Running: a job's row has its progress, a job delivered twice is done once, and a failure concerns its job alone."""

import asyncio
import io
from pathlib import Path
from typing import Any  # Any: rows of asyncpg; arguments of jobs are JSON
from uuid import UUID, uuid4

import pytest
from arq import ArqRedis
from PIL import Image

from kinegraph.background import store, store_runs
from kinegraph.background.rules import LEASE_SECONDS, JobKind, JobStatus, StartedJob
from kinegraph.kit.database import Database
from kinegraph.kit.outbox import act_as_worker
from kinegraph.kit.sessions import WriteSession
from kinegraph.worker import dispatch
from kinegraph.worker_jobs import Work
from kinegraph.worker_runs import run_job
from tests.background.rows import NO_PICTURE, Pool, Scene, expire, file_of, job_of, png, thumbnail_of

EVERYTHING = """
SELECT (SELECT jsonb_agg(to_jsonb(j) || jsonb_build_object('by', j.xmin::text) ORDER BY id) FROM jobs j)::text,
       (SELECT jsonb_agg(to_jsonb(a) || jsonb_build_object('by', a.xmin::text) ORDER BY id) FROM attachments a)::text
"""
NOBODYS = {"attachment_id": str(uuid4()), "organization_id": str(uuid4())}


async def enqueue(database: Database, kind: JobKind = JobKind.THUMBNAIL, arguments: Any = NOBODYS) -> UUID:
    """The id of a new job."""
    async with database.write(act_as_worker) as session:
        (id,) = await store.insert(session, [(kind, arguments)])
    return id


async def begun(database: Database, id: UUID) -> StartedJob | None:
    async with database.write(act_as_worker) as session:
        return await store_runs.begin(session, id)


async def stored(owner: Pool, id: UUID) -> Any:
    """A job's row, and the seconds until it is due."""
    left = "extract(epoch FROM due_at - clock_timestamp())::float"
    return await owner.fetchrow(f"SELECT *, {left} AS due_in FROM jobs WHERE id = $1", id)


async def everything(owner: Pool) -> tuple[str, ...]:
    """Every job and attachment with the transaction that wrote it last."""
    return tuple(await owner.fetchrow(EVERYTHING))


async def run_all(owner: Pool, work: Work) -> None:
    """Every job at once, as if each had just been delivered."""
    ids = await owner.fetch("SELECT id::text FROM jobs")
    await asyncio.gather(*(run_job({"work": work}, row.id) for row in ids))


# ---------------------------------------------------------------------------------- the states of a job's row


async def test_a_job_goes_from_queued_to_running_to_succeeded(database: Database, owner: Pool) -> None:
    id = await enqueue(database)
    new = await stored(owner, id)
    assert (new.status, new.tries, new.started_at, new.finished_at) == ("queued", 0, None, None)
    assert new.due_at == new.enqueued_at
    job: Any = await begun(database, id)
    assert (job.id, job.kind, job.arguments, job.tries) == (id, "thumbnail", NOBODYS, 1)
    running = await stored(owner, id)
    assert (running.status, running.tries, running.finished_at) == ("running", 1, None)
    assert running.started_at > new.enqueued_at and LEASE_SECONDS - 5 < running.due_in <= LEASE_SECONDS
    async with database.write(act_as_worker) as session:
        await store_runs.end(session, id, 1, JobStatus.SUCCEEDED, message="Did it.", error=None)
    ended = await stored(owner, id)
    assert (ended.status, ended.message, ended.error, ended.due_at) == ("succeeded", "Did it.", None, None)
    assert ended.started_at == running.started_at < ended.finished_at


@pytest.mark.parametrize("status", ["queued", "running", "succeeded", "failed"])
async def test_only_a_queued_job_begins(database: Database, owner: Pool, status: str) -> None:
    id = await enqueue(database)
    ended = status in ("succeeded", "failed")
    ends = ", finished_at = now(), due_at = NULL" if ended else ""
    await owner.execute(f"UPDATE jobs SET status = $1::text::job_status{ends}", status)
    assert (await begun(database, id) is not None) == (status == "queued")


async def test_renewing_extends_the_lease_and_revives_nothing(database: Database, owner: Pool) -> None:
    running, ended = await enqueue(database), await enqueue(database)
    for id in (running, ended):
        await begun(database, id)
    await expire(owner)
    async with database.write(act_as_worker) as session:
        await store_runs.end(session, ended, 1, JobStatus.FAILED, message=None, error="No.")
        for id in (running, ended):
            await store_runs.renew(session, id, 1)
    assert LEASE_SECONDS - 5 < (await stored(owner, running)).due_in <= LEASE_SECONDS
    row = await stored(owner, ended)
    assert (row.status, row.due_at, row.error) == ("failed", None, "No.")


async def test_a_postponed_job_is_queued_again_and_its_first_start_stays(database: Database, owner: Pool) -> None:
    id = await enqueue(database)
    await begun(database, id)
    first = await stored(owner, id)
    async with database.write(act_as_worker) as session:
        await store_runs.postpone(session, id, 1, 100, "Not now.")
    row = await stored(owner, id)
    assert (row.status, row.error, row.tries, row.finished_at) == ("queued", "Not now.", 1, None)
    assert 95 < row.due_in <= 100
    again: Any = await begun(database, id)
    assert again.tries == 2
    assert (await stored(owner, id)).started_at == first.started_at


@pytest.mark.parametrize("late", ["end", "postpone"])
async def test_a_late_worker_changes_nothing_of_a_job_that_has_ended(
    database: Database, owner: Pool, late: str
) -> None:
    id = await enqueue(database)
    await begun(database, id)

    async def say(session: WriteSession) -> None:
        if late == "end":
            await store_runs.end(session, id, 1, JobStatus.FAILED, message=None, error="Late.")
        else:
            await store_runs.postpone(session, id, 1, 1, "Late.")

    async with database.write(act_as_worker) as session:
        await store_runs.end(session, id, 1, JobStatus.SUCCEEDED, message="First.", error=None)
    before = await everything(owner)
    async with database.write(act_as_worker) as session:
        await say(session)
    assert await everything(owner) == before


# ---------------------------------------------------------------------------------- delivered more than once


async def test_a_picture_gets_its_thumbnail_and_its_job_succeeds(
    scene: Scene, work: Work, queue: ArqRedis, owner: Pool, home: Path
) -> None:
    attachment = await scene.attach(png(900, 600))
    await dispatch(work.database, queue)
    await run_all(owner, work)
    job = await job_of(owner, attachment)
    key = await owner.fetchval("SELECT thumb_url FROM attachments WHERE id = $1", attachment)
    assert (job.status, job.tries, job.message, job.error) == ("succeeded", 1, f"Made {key}.", None)
    with Image.open(io.BytesIO(await thumbnail_of(owner, home, attachment) or b"")) as image:
        assert (image.format, image.size) == ("JPEG", (400, 400))


async def test_a_job_that_is_delivered_many_times_at_once_runs_once(
    scene: Scene, work: Work, queue: ArqRedis, owner: Pool, home: Path
) -> None:
    attachment = await scene.attach()
    await dispatch(work.database, queue)
    id = str((await job_of(owner, attachment)).id)
    await asyncio.gather(*(run_job({"work": work}, id) for _ in range(12)))
    after, picture = await everything(owner), await thumbnail_of(owner, home, attachment)
    job = await job_of(owner, attachment)
    assert picture and (job.status, job.tries) == ("succeeded", 1)
    await asyncio.gather(*(run_job({"work": work}, id) for _ in range(3)))
    assert await everything(owner) == after


async def test_a_job_that_is_enqueued_again_leaves_the_same_rows(
    scene: Scene, work: Work, queue: ArqRedis, owner: Pool, home: Path
) -> None:
    attachment = await scene.attach()
    await dispatch(work.database, queue)
    await run_all(owner, work)
    (_, rows), picture = await everything(owner), await thumbnail_of(owner, home, attachment)
    await owner.execute("UPDATE jobs SET status = 'running', finished_at = NULL, due_at = now()")
    assert await dispatch(work.database, queue) == 1
    await run_all(owner, work)
    job = await job_of(owner, attachment)
    assert (job.status, job.tries, job.message) == ("succeeded", 2, "There is nothing to do.")
    assert (await everything(owner))[1] == rows and await thumbnail_of(owner, home, attachment) == picture


async def test_seeding_again_by_a_job_changes_no_row(work: Work, owner: Pool) -> None:
    digest = "SELECT md5(string_agg(e::text || e.xmin::text, '' ORDER BY id)) FROM exercises e"
    before = await owner.fetchval(digest)
    ids = [await enqueue(work.database, JobKind.SEED_CANONICAL, {}) for _ in range(2)]
    await run_all(owner, work)
    assert await owner.fetchval(digest) == before
    for id in ids:
        row = await stored(owner, id)
        assert row.status == "succeeded"
        assert row.message and all(line.endswith(" 0 new, 0 changed") for line in row.message.splitlines())


async def test_running_a_missing_job_is_no_error(work: Work, owner: Pool) -> None:
    before = await everything(owner)
    await run_job({"work": work}, str(uuid4()))
    assert await everything(owner) == before


# ---------------------------------------------------------------------------------- failing for good


async def test_a_file_that_is_no_image_fails_its_job_alone_with_the_reason(
    scene: Scene, work: Work, queue: ArqRedis, owner: Pool, home: Path
) -> None:
    bad = await scene.attach(NO_PICTURE)
    good = [await scene.attach() for _ in range(4)]
    await dispatch(work.database, queue)
    await run_all(owner, work)
    failed = await job_of(owner, bad)
    assert (failed.status, failed.tries, failed.message, failed.due_at) == ("failed", 1, None, None)
    assert failed.error == "The file is no JPEG, PNG, WebP or GIF image." and failed.finished_at is not None
    assert await thumbnail_of(owner, home, bad) is None
    for attachment in good:
        assert (await job_of(owner, attachment)).status == "succeeded"
    before = await everything(owner)
    await expire(owner)
    assert await dispatch(work.database, queue) == 0
    await run_all(owner, work)
    assert await everything(owner) == before


async def test_a_missing_file_fails_its_job_with_the_reason(
    scene: Scene, work: Work, queue: ArqRedis, owner: Pool, home: Path
) -> None:
    attachment = await scene.attach()
    (await file_of(owner, home, attachment)).unlink()
    await dispatch(work.database, queue)
    await run_all(owner, work)
    job = await job_of(owner, attachment)
    assert (job.status, job.error) == ("failed", "The file is not in the object storage.")


async def test_an_attachment_that_was_deleted_meanwhile_is_no_failure(
    scene: Scene, work: Work, queue: ArqRedis, owner: Pool
) -> None:
    attachment = await scene.attach()
    await owner.execute("UPDATE attachments SET deleted_at = now() WHERE id = $1", attachment)
    await dispatch(work.database, queue)
    await run_all(owner, work)
    job = await job_of(owner, attachment)
    assert (job.status, job.message) == ("succeeded", "The attachment is gone.")
