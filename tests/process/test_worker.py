"""The worker as a process: it does the jobs of the API, and nothing is lost when it or Redis is killed.

The workers are forked from a process that has imported the product (`running.py`); `test_up.py` has one that is
started as its users start it.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any  # rows of jobs: columns are read by name
from uuid import UUID

import asyncpg
import pytest
from arq import ArqRedis

from kinegraph.background.rules import QUEUE
from kinegraph.kit.database import Database
from kinegraph.outside.embedded import find_running
from kinegraph.outside.redis import EmbeddedRedis, start_redis
from kinegraph.services import Services
from kinegraph.settings import Settings
from kinegraph.worker import MAX_QUEUED, dispatch
from tests.background.rows import (
    BLOCKED,
    NO_PICTURE,
    Pool,
    Scene,
    expire,
    facts,
    job_of,
    open_queue,
    png,
    scene_of,
    thumbnail_of,
)
from tests.conftest import SECRET, Api, World
from tests.process.running import FREQUENT, Forked, environment, forked
from tests.waiting import until

RECORDING = """
SELECT count(*) FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO outbox%' AND datname = current_database()
"""
"""Number of mutations that wait to record a fact."""


@dataclass
class WorkerSetup:
    """The servers and folders of this module's workers: a home with a Redis of its own, and a database."""

    home: Path
    database_url: str
    owner: Pool
    redis: EmbeddedRedis

    def worker(self, **more: str) -> AbstractContextManager[Forked]:
        """A worker with these settings that runs until the block ends."""
        settings = {"KINEGRAPH_HOME": str(self.home), "KINEGRAPH_REDIS_URL": self.redis.url, **more}
        env, log = environment(self.database_url, **settings), self.home / "worker.log"
        return forked("worker", env=env, log=log, before=FREQUENT)

    @asynccontextmanager
    async def blocking(self, *attachments: UUID) -> AsyncIterator[None]:
        """Block the jobs of these attachments at their last statement until the block ends."""
        blocker = await asyncpg.connect(self.database_url)
        await blocker.execute("BEGIN")
        await blocker.execute("SELECT FROM attachments WHERE id = ANY ($1) FOR UPDATE", attachments)
        try:
            yield
        finally:
            await blocker.close()

    async def until_blocked(self, count: int = 1) -> None:
        """Wait until this number of jobs is until_blocked."""

        async def reached() -> bool:
            found: int = await self.owner.fetchval(BLOCKED)
            return found == count

        await until(reached)

    async def job(self, attachment: UUID, *statuses: str) -> Any:
        """Wait until the attachment's job has one of these statuses, and return it."""

        async def reached() -> Any:
            job = await job_of(self.owner, attachment)
            return job if job is not None and job.status in statuses else None

        return await until(reached)

    async def done(self, attachment: UUID) -> Any:
        """Wait until the attachment's job has succeeded and its thumbnail is stored, and return the job."""
        job = await self.job(attachment, "succeeded", "failed")
        assert (job.status, job.error) == ("succeeded", None)
        made = await thumbnail_of(self.owner, self.home, attachment)
        assert made is not None and made.startswith(b"\xff\xd8\xff")
        return job

    @contextmanager
    def without_redis(self) -> Iterator[None]:
        """Kill Redis, and start it on the same folder again after the block."""
        running = find_running(self.home / "redis", "redis")
        assert running is not None
        os.kill(running.pid, signal.SIGKILL)
        self.redis.stop()
        try:
            yield
        finally:
            before, self.redis = self.redis.url, start_redis(self.home / "redis")
            assert self.redis.url == before


@pytest.fixture(scope="module")
def setup(home: Path, database_url: str, owner: Pool) -> Iterator[WorkerSetup]:
    made = WorkerSetup(home, database_url, owner, start_redis(home / "redis"))
    yield made
    made.redis.stop()


@pytest.fixture(scope="module")
def services(database_url: str, setup: WorkerSetup) -> Services:
    return Services(Settings(home=setup.home), database_url, setup.redis.url, SECRET)


@pytest.fixture
async def scene(api: Api, world: World, owner: Pool) -> Scene:
    await owner.execute("DELETE FROM outbox")
    await owner.execute("DELETE FROM jobs")
    return await scene_of(api, world)


@pytest.fixture
async def queue(setup: WorkerSetup) -> AsyncIterator[ArqRedis]:
    """The module's Redis, empty before and after."""
    pool = await open_queue(setup.redis.url)
    await pool.flushall()
    yield pool
    await pool.flushall()
    await pool.aclose()


def kill(worker: Forked) -> None:
    """Kill a worker."""
    worker.send(signal.SIGKILL)
    worker.wait(10)


def stop(worker: Forked) -> None:
    """Send a worker SIGTERM. Assert that it ends with exit code 0."""
    worker.send(signal.SIGTERM)
    assert worker.wait(15) == 0


async def test_attached_pictures_get_thumbnails_and_an_invalid_one_fails_its_own_job_only(
    scene: Scene, setup: WorkerSetup
) -> None:
    early = [await scene.attach(), await scene.attach(NO_PICTURE)]
    with setup.worker():
        assert (await setup.done(early[0])).tries == 1
        failed = await setup.job(early[1], "failed")
        assert (failed.error, failed.tries) == ("The file is no JPEG, PNG, WebP or GIF image.", 1)
        late = await scene.attach(png(3000, 2000))
        assert (await setup.done(late)).tries == 1


async def test_two_workers_do_each_job_once(scene: Scene, setup: WorkerSetup) -> None:
    with setup.worker(), setup.worker():
        attachments = [await scene.attach() for _ in range(12)]
        assert [(await setup.done(attachment)).tries for attachment in attachments] == [1] * 12


async def test_no_job_is_lost_when_a_worker_is_killed_in_the_middle_of_it(scene: Scene, setup: WorkerSetup) -> None:
    attachment = await scene.attach(png(2000, 1500))
    async with setup.blocking(attachment):
        with setup.worker() as worker:
            await setup.until_blocked()
            kill(worker)
    job = await setup.job(attachment, "running")
    assert job.tries == 1 and await thumbnail_of(setup.owner, setup.home, attachment) is None
    await expire(setup.owner)
    with setup.worker():
        job = await setup.done(attachment)
    assert job.tries == 2


async def test_the_job_of_a_killed_worker_is_begun_again_when_its_lease_is_over(
    scene: Scene, setup: WorkerSetup
) -> None:
    attachment = await scene.attach(png(2000, 1500))
    async with setup.blocking(attachment):
        with setup.worker(KINEGRAPH_JOB_LEASE_SECONDS="1") as worker:
            await setup.until_blocked()
            kill(worker)
    with setup.worker(KINEGRAPH_JOB_LEASE_SECONDS="1"):
        assert (await setup.done(attachment)).tries == 2


async def test_jobs_of_a_killed_worker_do_not_count_as_queued(
    scene: Scene, setup: WorkerSetup, database: Database, queue: ArqRedis
) -> None:
    attachment = await scene.attach()
    async with setup.blocking(attachment):
        with setup.worker() as worker:
            await setup.until_blocked()
            kill(worker)
    await expire(setup.owner)
    with setup.worker() as worker:
        await setup.done(attachment)
        stop(worker)
    await setup.owner.execute("INSERT INTO jobs (kind) SELECT 'thumbnail' FROM generate_series(1, $1)", MAX_QUEUED)
    assert await dispatch(database, queue) == MAX_QUEUED


async def test_a_worker_that_gets_a_signal_to_stop_puts_its_jobs_back_in_the_queue(
    scene: Scene, setup: WorkerSetup
) -> None:
    attachments = [await scene.attach() for _ in range(4)]
    async with setup.blocking(*attachments):
        with setup.worker() as worker:
            await setup.until_blocked(4)
            stop(worker)
        for attachment in attachments:
            job = await job_of(setup.owner, attachment)
            assert (job.status, job.tries, job.finished_at) == ("queued", 1, None)
        assert await setup.owner.fetchval("SELECT bool_and(due_at <= now()) FROM jobs")
    with setup.worker():
        assert [(await setup.done(attachment)).tries for attachment in attachments] == [2] * 4


async def test_with_redis_killed_mutations_succeed_and_their_jobs_follow_when_it_is_back(
    scene: Scene, setup: WorkerSetup
) -> None:
    with setup.worker() as worker:
        await setup.done(await scene.attach())
        upload = await scene.upload()
        blocker = await asyncpg.connect(setup.database_url)
        await blocker.execute("BEGIN; LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE")
        middle = asyncio.create_task(scene.add(upload))
        await until(lambda: setup.owner.fetchval(RECORDING))
        with setup.without_redis():
            await blocker.close()
            attachments = [await middle, await scene.attach(), await scene.attach()]
            recorded = {fact["attachment_id"] for fact in await facts(setup.owner, "AttachmentAdded")}
            assert recorded >= {str(attachment) for attachment in attachments}
        await expire(setup.owner)
        for attachment in attachments:
            await setup.done(attachment)
        stop(worker)


async def test_with_redis_killed_in_the_middle_of_jobs_the_same_worker_does_them_when_it_is_back(
    scene: Scene, setup: WorkerSetup
) -> None:
    attachments = [await scene.attach() for _ in range(3)]
    with setup.worker() as worker:
        async with setup.blocking(*attachments):
            await setup.until_blocked(3)
            with setup.without_redis():
                for attachment in attachments:
                    assert (await setup.job(attachment, "queued")).tries == 1
        await expire(setup.owner)
        for attachment in attachments:
            await setup.done(attachment)
        stop(worker)


async def test_no_job_is_lost_when_redis_loses_its_data(
    scene: Scene, setup: WorkerSetup, database: Database, queue: ArqRedis
) -> None:
    waiting, running = await scene.attach(), await scene.attach()
    async with setup.blocking(running):
        assert await dispatch(database, queue) == 2
        await queue.zremrangebyscore(QUEUE, "-inf", "+inf")
        await expire(setup.owner)
        with setup.worker() as worker:
            await setup.done(waiting)
            await setup.until_blocked()
            await queue.flushall()
            await expire(setup.owner)
            kill(worker)
    with setup.worker():
        await expire(setup.owner)
        await setup.done(running)


async def test_a_worker_that_gets_a_signal_while_redis_is_down_stops(scene: Scene, setup: WorkerSetup) -> None:
    attachments = [await scene.attach() for _ in range(3)]
    with setup.worker() as worker:
        async with setup.blocking(*attachments):
            await setup.until_blocked(3)
            with setup.without_redis():
                stop(worker)
    for attachment in attachments:
        assert (await job_of(setup.owner, attachment)).status == "queued"
