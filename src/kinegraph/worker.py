"""The job process: facts become jobs (`worker_jobs`), and arq on Redis hands them over to be run (`worker_runs`).

Twice a second the worker queries the database (`dispatch`): facts that were recorded become jobs, and jobs that
are due go to Redis by their ids. A job's row says when it is due again, so nothing is lost when Redis forgets
it or a worker dies at it; while Redis is away, rows wait.
"""

import asyncio
import logging
import signal
from collections.abc import Collection
from contextlib import AsyncExitStack, suppress
from typing import Any  # results of tasks

from arq import ArqRedis, Worker, func

from kinegraph.background import store, store_runs
from kinegraph.background.rules import LEASE_SECONDS
from kinegraph.events import store as events
from kinegraph.events.rules import CHANNEL
from kinegraph.idempotency import store as idempotency
from kinegraph.kit import logs, outbox
from kinegraph.kit.database import CANNOT_CONNECT, Database
from kinegraph.kit.outbox import authenticate_worker
from kinegraph.media.jobs import clear_uploads
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.redis_channel import Channel
from kinegraph.outside.redis_client import AWAY, open_pool, open_redis
from kinegraph.persisted import store as persisted
from kinegraph.services import Services, open_storage
from kinegraph.vectors import store as vectors
from kinegraph.worker_jobs import WHEN, Work
from kinegraph.worker_runs import run_job

log = logging.getLogger("kinegraph.worker")

QUEUE = "kinegraph"
DISPATCH_SECONDS = 0.5
MAX_QUEUED = 50
"""Maximum number of jobs in Redis at once: those that can start before they are due again."""
PROGRESS_SECONDS = 0.25
"""Minimum time between two messages that have subscribers be sent the progress of jobs."""
TIDY_SECONDS = 60
CLOSE_SECONDS = 10
AWAY_SECONDS = 2
"""How long the worker waits for Redis to come back before it tries again."""


async def dispatch(database: Database, redis: ArqRedis, lease_seconds: int = LEASE_SECONDS) -> int:
    """Make jobs of the facts that were recorded, and hand the jobs that are due to Redis. Returns how many."""
    listened = {fact.__name__: kinds for fact, kinds in WHEN.items()}
    async with database.write(authenticate_worker) as session:
        facts = await outbox.take(session, list(listened))
        orders = [(kind, fact.payload) for fact in facts for kind in listened[fact.fact]]
        if orders:
            await store.insert(session, orders)
    await redis.ping()
    async with database.write(authenticate_worker) as session:
        due = await store_runs.take_due(session, MAX_QUEUED, lease_seconds)
    for job in due:
        # A job that is handed over again gets another name: arq would take the old one for done, or for running.
        name = f"{job.id}:{job.due_at.timestamp()}"
        await redis.enqueue_job("run_job", str(job.id), _job_id=name, _queue_name=QUEUE)
    return len(due)


async def _dispatch_on(work: Work, redis: ArqRedis) -> None:
    while True:
        try:
            await dispatch(work.database, redis, work.lease_seconds)
            await asyncio.sleep(DISPATCH_SECONDS)
        except (*CANNOT_CONNECT, *AWAY) as error:
            log.warning("cannot hand jobs over, will try again", extra={"reason": repr(error)})
            await asyncio.sleep(AWAY_SECONDS)


async def _tidy_on(work: Work) -> None:
    """Clear away, every minute, what nobody needs any longer."""
    while True:
        try:
            while await clear_uploads(work.database, work.storage):
                pass
            async with work.database.write(authenticate_worker) as session:
                await events.purge(session)
            async with work.database.write(authenticate_worker) as session:
                await outbox.purge(session)
                await idempotency.purge(session)
                await persisted.purge(session)
                await vectors.purge(session)
        except (*CANNOT_CONNECT, ServiceError) as error:
            log.warning("cannot tidy up, will try again", extra={"reason": str(error)})
        except Exception:
            log.exception("tidying up failed, will try again")
        await asyncio.sleep(TIDY_SECONDS)


async def work_on(services: Services) -> None:
    """Run jobs until SIGINT or SIGTERM; jobs that still run then are begun again by the next worker."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    settings = services.settings
    async with AsyncExitStack() as stack:
        url = services.database_url
        database = await Database.open(url, settings.pool_size, settings.statement_timeout_seconds)
        stack.push_async_callback(database.close)
        channel = Channel(open_redis(services.redis_url), CHANNEL, PROGRESS_SECONDS)
        stack.push_async_callback(channel.close)
        storage = await stack.enter_async_context(open_storage(settings))
        work = Work(database, storage, channel.wake, settings.job_lease_seconds)
        tidying = asyncio.create_task(_tidy_on(work))
        stack.callback(tidying.cancel)
        log.info("worker started")
        while not stop.is_set():
            await _work_while_redis_is_there(services, work, stop)
        log.info("worker stopped")


async def _work_while_redis_is_there(services: Services, work: Work, stop: asyncio.Event) -> None:
    """Work until a signal to stop comes, or until Redis goes away."""
    redis = ArqRedis(open_pool(services.redis_url), default_queue_name=QUEUE)
    worker = make_worker(redis, work)
    tasks = [asyncio.create_task(each) for each in (worker.main(), _dispatch_on(work, redis), stop.wait())]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    await _end(tasks)
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    with suppress(*AWAY, asyncio.CancelledError):
        await asyncio.wait_for(worker.close(), CLOSE_SECONDS)
    if work.running:
        await asyncio.wait(work.running, timeout=CLOSE_SECONDS)
    gone = next((each for each in ended if isinstance(each, Exception)), None)
    if isinstance(gone, AWAY):
        log.warning("Redis is away, will try again", extra={"reason": repr(gone)})
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), AWAY_SECONDS)
    elif gone is not None:
        raise gone


async def _end(tasks: Collection["asyncio.Task[Any]"]) -> None:
    """Cancel tasks until they have ended: a broken connection can swallow a cancellation."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=1)


def make_worker(redis: ArqRedis, work: Work) -> Worker:
    """The arq worker that runs jobs; retries are ours (`worker_runs`), so arq gives up at once."""
    return Worker(
        functions=[func(run_job)],
        queue_name=QUEUE,
        redis_pool=redis,
        ctx={"work": work},
        handle_signals=False,
        max_tries=1,
        retry_jobs=False,
        keep_result=60,
        job_timeout=600,
        health_check_interval=10,
    )


def run(services: Services) -> None:
    """Be the worker process."""
    logs.set_up(services.settings.log_format, shows_messages=services.settings.is_development)
    asyncio.run(work_on(services))
