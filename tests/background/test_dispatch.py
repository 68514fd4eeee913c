"""Dispatching: facts become jobs once, with any number of workers; due jobs go to Redis, and survive its loss."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from arq import ArqRedis
from arq.jobs import deserialize_job

from kinegraph.background import store, store_runs
from kinegraph.background.rules import LEASE_SECONDS, QUEUE, JobKind, JobStatus
from kinegraph.kit import outbox
from kinegraph.kit.database import Database
from kinegraph.kit.outbox import act_as_worker
from kinegraph.media.rules import AttachmentAdded
from kinegraph.outside.redis import start_redis
from kinegraph.outside.redis_client import AWAY
from kinegraph.worker import MAX_MESSAGES, MAX_QUEUED, dispatch
from kinegraph.worker_jobs import Work
from kinegraph.worker_runs import run_job
from tests.background.rows import Pool, Scene, expire, job_of, open_queue, thumbnail_of

NAMES = ("attachment_id", "organization_id")


@dataclass(frozen=True)
class FactWithoutListener:
    """A fact that makes no jobs."""

    number: int


async def enqueue(database: Database, count: int) -> list[str]:
    """The ids of so many new jobs."""
    orders = [(JobKind.THUMBNAIL, {name: str(uuid4()) for name in NAMES}) for _ in range(count)]
    async with database.write(act_as_worker) as session:
        return [str(id) for id in await store.insert(session, orders)]


async def record(database: Database, count: int) -> None:
    async with database.write() as session:
        await outbox.record(session, [AttachmentAdded(uuid4(), uuid4()) for _ in range(count)])


async def enqueued_ids(queue: ArqRedis) -> list[str]:
    """The ids of the jobs in Redis, repeated as often as they are there."""
    ids = [name.decode().partition(":")[0] for name in await queue.zrange(QUEUE, 0, -1)]
    return sorted(ids)


async def states(owner: Pool) -> list[tuple[str, int]]:
    """Status and tries of every job."""
    return [tuple(row) for row in await owner.fetch("SELECT status, tries FROM jobs ORDER BY id")]


# ---------------------------------------------------------------------------------- facts become jobs


async def test_an_attached_picture_becomes_one_job_with_the_facts_values(
    scene: Scene, database: Database, queue: ArqRedis, owner: Pool
) -> None:
    attachment = await scene.attach()
    assert await job_of(owner, attachment) is None
    assert [await dispatch(database, queue) for _ in range(3)] == [1, 0, 0]
    job = await job_of(owner, attachment)
    assert (job.kind, job.status, job.tries, job.started_at, job.error) == ("thumbnail", "queued", 0, None, None)
    same = "arguments = jsonb_build_object('attachment_id', $1::uuid, 'organization_id', $2::uuid)"
    assert await owner.fetchval(f"SELECT {same} FROM jobs", attachment, scene.organization.id)
    assert await enqueued_ids(queue) == [str(job.id)]


async def test_a_film_makes_no_job(scene: Scene, database: Database, queue: ArqRedis, owner: Pool) -> None:
    await scene.attach(b"\0\0\0\x18ftypisom" + bytes(100), "video/mp4")
    assert await dispatch(database, queue) == 0
    assert await states(owner) == []


async def test_concurrent_dispatchers_make_one_job_of_each_fact_and_enqueue_it_once(
    database: Database, redis_url: str, queue: ArqRedis, owner: Pool
) -> None:
    pools = [await open_queue(redis_url) for _ in range(5)]
    await record(database, 40)
    counts = await asyncio.gather(*(dispatch(database, pool) for pool in pools for _ in range(2)))
    assert sum(counts) + await dispatch(database, queue) == 40
    assert await states(owner) == [("queued", 0)] * 40
    assert await owner.fetchval("SELECT count(DISTINCT arguments) FROM jobs") == 40
    ids = await owner.fetch("SELECT id::text FROM jobs ORDER BY 1")
    assert await enqueued_ids(queue) == [row.id for row in ids]
    assert await owner.fetchval("SELECT count(*) FROM outbox WHERE handled_at IS NULL") == 0
    for pool in pools:
        await pool.aclose()


async def test_facts_without_a_listener_wait_and_do_not_delay_others(
    database: Database, queue: ArqRedis, owner: Pool
) -> None:
    async with database.write() as session:
        await outbox.record(session, [FactWithoutListener(number) for number in range(300)])
    await record(database, 1)
    assert await dispatch(database, queue) == 1
    assert (
        await owner.fetchval("SELECT count(*) FROM outbox WHERE fact = 'FactWithoutListener' AND handled_at IS NULL")
        == 300
    )
    assert await states(owner) == [("queued", 0)]


async def test_facts_of_an_open_transaction_neither_delay_others_nor_are_lost(
    database: Database, queue: ArqRedis, owner: Pool
) -> None:
    async with database.write() as session:
        await outbox.record(session, [AttachmentAdded(uuid4(), uuid4())])
        await record(database, 1)
        assert await dispatch(database, queue) == 1
    assert await dispatch(database, queue) == 1
    assert await states(owner) == [("queued", 0)] * 2


# ---------------------------------------------------------------------------------- jobs are enqueued in Redis


async def test_a_job_is_enqueued_again_only_when_its_lease_is_over(
    database: Database, queue: ArqRedis, owner: Pool
) -> None:
    (id,) = await enqueue(database, 1)
    assert await dispatch(database, queue) == 1
    left = await owner.fetchval("SELECT extract(epoch FROM due_at - clock_timestamp()) FROM jobs")
    assert LEASE_SECONDS - 5 < left <= LEASE_SECONDS
    assert await dispatch(database, queue) == 0
    await expire(owner)
    assert await dispatch(database, queue) == 1
    assert await enqueued_ids(queue) == [id, id]
    (first, second) = await queue.zrange(QUEUE, 0, -1)
    for name in (first, second):
        message = deserialize_job(await queue.get(b"arq:job:" + name))
        assert (message.function, message.args, message.kwargs) == ("run_job", (id,), {})


@pytest.mark.parametrize("analyzed", [False, True])
async def test_redis_holds_at_most_the_maximum_of_queued_jobs(
    database: Database, queue: ArqRedis, owner: Pool, analyzed: bool
) -> None:
    await enqueue(database, MAX_QUEUED * 2)
    if analyzed:
        await owner.execute("ANALYZE jobs")
    assert await dispatch(database, queue) == MAX_QUEUED
    assert await dispatch(database, queue) == 0
    async with database.write(act_as_worker) as session:
        for id in (await enqueued_ids(queue))[:10]:
            await store_runs.begin(session, UUID(id))
            await store_runs.end(session, UUID(id), 1, JobStatus.SUCCEEDED, message=None, error=None)
    assert await dispatch(database, queue) == 10


async def test_jobs_wait_in_the_database_while_redis_has_its_maximum_of_messages(
    database: Database, queue: ArqRedis, owner: Pool
) -> None:
    await enqueue(database, 1)
    await queue.zadd(QUEUE, {f"{uuid4()}:1": number for number in range(MAX_MESSAGES)})
    assert await dispatch(database, queue) == 0
    assert await owner.fetchval("SELECT due_at <= now() FROM jobs")
    await queue.zpopmin(QUEUE)
    assert await dispatch(database, queue) == 1


async def test_no_job_is_lost_when_redis_loses_its_data(
    scene: Scene, work: Work, database: Database, queue: ArqRedis, owner: Pool, home: Path
) -> None:
    attachment = await scene.attach()
    await dispatch(database, queue)
    await queue.flushall()
    assert await dispatch(database, queue) == 0
    await expire(owner)
    assert await dispatch(database, queue) == 1
    (id,) = await enqueued_ids(queue)
    await run_job({"work": work}, id)
    job = await job_of(owner, attachment)
    assert (job.status, job.tries) == ("succeeded", 1)
    assert (await thumbnail_of(owner, home, attachment) or b"").startswith(b"\xff\xd8\xff")


async def test_while_redis_is_away_facts_become_jobs_that_wait_for_it(
    database: Database, owner: Pool, tmp_path: Path
) -> None:
    server = start_redis(tmp_path)
    pool = await open_queue(server.url)
    server.stop()
    await record(database, 3)
    for _ in range(2):
        with pytest.raises(AWAY):
            await dispatch(database, pool)
    assert await states(owner) == [("queued", 0)] * 3
    again = start_redis(tmp_path)
    try:
        assert await dispatch(database, pool) == 3
        assert len(await enqueued_ids(pool)) == 3
    finally:
        await pool.aclose()
        again.stop()


async def test_a_job_that_has_ended_is_never_due(database: Database, queue: ArqRedis, owner: Pool, work: Work) -> None:
    (id,) = await enqueue(database, 1)
    await dispatch(database, queue)
    await run_job({"work": work}, id)
    await expire(owner)
    assert await dispatch(database, queue) == 0
    (row,) = await owner.fetch("SELECT status, message, error, due_at FROM jobs")
    assert tuple(row) == ("succeeded", "The attachment is gone.", None, None)
