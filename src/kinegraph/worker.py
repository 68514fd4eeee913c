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
from datetime import UTC, datetime
from typing import Any  # results of tasks

from arq import ArqRedis, Worker, func

from kinegraph.background import store, store_runs, store_upkeep
from kinegraph.background.rules import JOB_SECONDS, LEASE_SECONDS, QUEUE, JobKind, last_night
from kinegraph.events import store as events
from kinegraph.events.rules import CHANNEL
from kinegraph.idempotency import store as idempotency
from kinegraph.kit import logs, outbox
from kinegraph.kit.database import CANNOT_CONNECT, Database
from kinegraph.kit.outbox import act_as_worker
from kinegraph.kit.sessions import WriteSession
from kinegraph.media.jobs import clear_uploads
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.redis_channel import Channel
from kinegraph.outside.redis_client import AWAY, open_pool, open_redis
from kinegraph.persisted import store as persisted
from kinegraph.services import Services, open_storage
from kinegraph.sync import store as sync
from kinegraph.vectors import store as vectors
from kinegraph.vendors import open_embeddings, open_enricher
from kinegraph.worker_jobs import COLLECTED_SECONDS, NIGHTLY, NOT_EMBEDDING, WHEN, Work, possible_kinds
from kinegraph.worker_runs import run_job

log = logging.getLogger("kinegraph.worker")

DISPATCH_SECONDS = 0.5
MAX_QUEUED = 50
"""Maximum number of jobs, of all workers together, that are queued in Redis or run at a time."""
MAX_MESSAGES = 1_000
"""Number of messages in Redis above which no job is handed over. Jobs that wait for long have several, and messages of
workers that died stay for JOB_SECONDS, and a little longer."""
MIN_CONNECTIONS = 2
"""A job that works in a transaction stores its progress, and has its lease renewed, by another connection."""
PROGRESS_SECONDS = 0.25
"""Minimum time between two messages that have subscribers be sent the progress of jobs."""
UPKEEP_SECONDS = 60
CLOSE_SECONDS = 10
AWAY_SECONDS = 2
"""How long the worker waits for Redis to come back before it tries again."""


async def dispatch(
    database: Database,
    redis: ArqRedis,
    lease_seconds: int = LEASE_SECONDS,
    kinds: Collection[JobKind] = NOT_EMBEDDING,
) -> int:
    """Make jobs of these kinds of facts that were recorded, and hand jobs that are due to Redis. Returns how many."""
    async with database.write(act_as_worker) as session:
        await _make_jobs(session, kinds)
    if await redis.zcard(QUEUE) >= MAX_MESSAGES:
        return 0
    async with database.write(act_as_worker) as session:
        due = await store_runs.take_due(session, MAX_QUEUED, lease_seconds)
    for job in due:
        # A job that is handed over again gets another name: arq would take the old one for done, or for running.
        name = f"{job.id}:{job.due_at.timestamp()}"
        await redis.enqueue_job("run_job", str(job.id), _job_id=name, _queue_name=QUEUE)
    return len(due)


async def _make_jobs(session: WriteSession, kinds: Collection[JobKind]) -> None:
    """Make jobs of facts: one of each, or of all together for the kinds of COLLECTED_SECONDS."""
    listened = {fact.__name__: kinds for fact, kinds in WHEN.items()}
    facts = await outbox.take(session, list(listened))
    orders = [(kind, fact.payload) for fact in facts for kind in listened[fact.fact] if kind in kinds]
    if single := [order for order in orders if order[0] not in COLLECTED_SECONDS]:
        await store.insert(session, single)
    for kind in sorted({kind for kind, _ in orders if kind in COLLECTED_SECONDS}):  # the order in which rows are locked
        await store.insert_collecting(session, kind, {}, COLLECTED_SECONDS[kind])


async def _dispatch_on(work: Work, redis: ArqRedis) -> None:
    while True:
        try:
            await dispatch(work.database, redis, work.lease_seconds, possible_kinds(work))
            await asyncio.sleep(DISPATCH_SECONDS)
        except (*CANNOT_CONNECT, *AWAY) as error:
            log.warning("cannot hand jobs over, will try again", extra={"reason": logs.reason_of(error, *AWAY)})
            await asyncio.sleep(AWAY_SECONDS)


async def enqueue_nightly(database: Database, now: datetime, kinds: Collection[JobKind] = frozenset(JobKind)) -> None:
    """Enqueue the jobs of the last night that are of these kinds, each once, whichever worker does it."""
    async with database.write(act_as_worker) as session:
        for schedule, (kind, arguments) in NIGHTLY.items():
            if kind in kinds:
                await store_upkeep.enqueue_scheduled(session, schedule, last_night(now), kind, arguments)


async def _upkeep_on(work: Work) -> None:
    """Every minute, enqueue the jobs of a night that has begun, and delete what nobody needs any longer."""
    while True:
        try:
            await enqueue_nightly(work.database, datetime.now(UTC), possible_kinds(work))
            while await clear_uploads(work.database, work.storage):
                pass
            async with work.database.write(act_as_worker) as session:
                await events.purge(session)
            async with work.database.write(act_as_worker) as session:
                await outbox.purge(session)
                await idempotency.purge(session)
                await store_upkeep.purge(session)
                await persisted.purge(session)
                await vectors.purge(session)
                await sync.purge(session, work.removal_days)
        except (*CANNOT_CONNECT, ServiceError) as error:
            log.warning(
                "upkeep is not possible, will try again", extra={"reason": logs.reason_of(error, OSError, ServiceError)}
            )
        except Exception:
            log.exception("upkeep failed, will try again")
        await asyncio.sleep(UPKEEP_SECONDS)


async def work_on(services: Services) -> None:
    """Run jobs until SIGINT or SIGTERM; jobs that still run then are begun again by the next worker."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    settings = services.settings
    async with AsyncExitStack() as stack:
        url = services.database_url
        database = await Database.open(
            url, max(settings.pool_size, MIN_CONNECTIONS), settings.statement_timeout_seconds
        )
        stack.push_async_callback(database.close)
        channel = Channel(open_redis(services.redis_url), CHANNEL, PROGRESS_SECONDS)
        stack.push_async_callback(channel.close)
        storage = await stack.enter_async_context(open_storage(settings))
        voyage = await stack.enter_async_context(open_embeddings(settings))
        enricher = await stack.enter_async_context(open_enricher(settings))
        lease, months, days = (
            settings.job_lease_seconds,
            settings.telemetry_retention_months,
            settings.removal_days,
        )
        work = Work(database, storage, channel.wake, lease, voyage, enricher, months, days)
        upkeep = asyncio.create_task(_upkeep_on(work))
        stack.callback(upkeep.cancel)
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
        job_timeout=JOB_SECONDS + CLOSE_SECONDS,  # `run_job` ends a run before
        health_check_interval=10,
    )


def run(services: Services) -> None:
    """Be the worker process."""
    logs.set_up(services.settings.log_format, shows_messages=services.settings.is_development)
    asyncio.run(work_on(services))
