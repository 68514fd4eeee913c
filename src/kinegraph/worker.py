"""The job process: which facts make which jobs, and running them, handed over by arq on Redis.

Twice a second the worker queries the database (`dispatch`): facts that were recorded become jobs, and jobs that
are due go to Redis by their ids. A job's row says when it is due again, so nothing is lost when Redis forgets
it or a worker dies at it; while Redis is away, rows wait.
"""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any  # results of tasks, and arq's context
from uuid import UUID

from arq import ArqRedis, Worker, func

from kinegraph.background import store
from kinegraph.background.rules import LEASE_SECONDS, MAX_TRIES, JobKind, JobStatus, StartedJob, retry_delay_seconds
from kinegraph.canonical.jobs import seed_library
from kinegraph.events import store as events
from kinegraph.events.rules import CHANNEL
from kinegraph.idempotency import store as idempotency
from kinegraph.kit import logs, outbox
from kinegraph.kit.database import CANNOT_CONNECT, Database
from kinegraph.kit.outbox import authenticate_worker
from kinegraph.media.jobs import clear_uploads, make_thumbnail
from kinegraph.media.rules import AttachmentAdded
from kinegraph.media.rules_thumbnails import NotAnImage
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.redis_channel import Channel
from kinegraph.outside.redis_client import AWAY, open_pool, open_redis
from kinegraph.outside.storage import ObjectStorage
from kinegraph.persisted import store as persisted
from kinegraph.services import Services, open_storage
from kinegraph.vectors import store as vectors

log = logging.getLogger("kinegraph.worker")

QUEUE = "kinegraph"
DISPATCH_SECONDS = 0.5
MAX_QUEUED = 50
"""Maximum number of jobs in Redis at once: those that can start before they are due again."""
TIDY_SECONDS = 60
CLOSE_SECONDS = 10
AWAY_SECONDS = 2
"""How long the worker waits for Redis to come back before it tries again."""

WHEN: Mapping[type, Sequence[JobKind]] = {
    AttachmentAdded: (JobKind.THUMBNAIL,),
}
"""WHEN such a fact was recorded THEN these jobs run, with the fact's values as their arguments."""


@dataclass(frozen=True, slots=True)
class Work:
    """What jobs work with."""

    database: Database
    storage: ObjectStorage
    channel: Channel | None = None
    """Wakes up those whom a job's progress is told."""
    running: set["asyncio.Task[Any]"] = field(default_factory=set)
    """The jobs that run: the process ends after them."""


async def _thumbnail(work: Work, attachment_id: str, organization_id: str) -> str:
    return await make_thumbnail(work.database, work.storage, UUID(attachment_id), UUID(organization_id))


async def _seed_canonical(work: Work) -> str:
    """Upsert the shipped library. Running it again changes nothing."""
    lines = [
        f"{done.file}: {done.total} exercises, {done.new} new, {done.changed} changed"
        async for done in seed_library(work.database)
    ]
    return "\n".join(lines)


RUN: Mapping[JobKind, Callable[..., Awaitable[str]]] = {
    JobKind.THUMBNAIL: _thumbnail,
    JobKind.SEED_CANONICAL: _seed_canonical,
}
"""What runs a job of each kind. It answers what it did."""

FINAL = (NotAnImage,)
"""Failures that would only come again. All others may pass, and are tried again."""


async def run_job(ctx: Mapping[Any, Any], id: str) -> None:
    """Run one job, as often as it is delivered; its row says how it went."""
    work: Work = ctx["work"]
    key = UUID(id)
    async with work.database.write(authenticate_worker) as session:
        job = await store.begin(session, key)
        if job is not None and job.is_hopeless:
            await store.end(session, key, JobStatus.FAILED, message=None, error="Its workers died at it, every time.")
            job = None
    if job is None:
        return
    _tell(work)
    task = asyncio.current_task()
    assert task is not None
    work.running.add(task)
    task.add_done_callback(work.running.discard)
    renewal = asyncio.create_task(_renew_lease(work.database, key))
    try:
        message = await RUN[JobKind(job.kind)](work, **job.arguments)
    except asyncio.CancelledError:
        async with work.database.write(authenticate_worker) as session:
            await store.postpone(session, key, 0, "The worker stopped; another will begin it again.")
        raise
    except Exception as error:
        await _failed(work.database, job, error)
    else:
        log.info("job done", extra={"job": id, "kind": job.kind, "did": message})
        async with work.database.write(authenticate_worker) as session:
            await store.end(session, key, JobStatus.SUCCEEDED, message=message, error=None)
    finally:
        renewal.cancel()
        _tell(work)


def _tell(work: Work) -> None:
    """Let subscribers be told how far a job is."""
    if work.channel is not None:
        work.channel.wake()


async def _renew_lease(database: Database, id: UUID) -> None:
    """Say again and again that a job still runs, so that nobody else begins it."""
    while True:
        await asyncio.sleep(LEASE_SECONDS / 3)
        with suppress(*CANNOT_CONNECT):
            async with database.write(authenticate_worker) as session:
                await store.renew(session, id)


async def _failed(database: Database, job: StartedJob, error: Exception) -> None:
    """Say why a job failed; it is tried again unless that would be in vain."""
    ends = isinstance(error, FINAL) or job.tries >= MAX_TRIES
    expected = isinstance(error, (*FINAL, ServiceError))
    message = str(error) if expected else f"Unexpected: {type(error).__name__}; the worker's log says more."
    extra = {"job": str(job.id), "kind": job.kind, "tries": job.tries, "reason": str(error)}
    log.log(
        logging.ERROR if ends else logging.WARNING,
        "job failed" if ends else "job failed, will be tried again",
        extra=extra,
        exc_info=None if expected else error,
    )
    async with database.write(authenticate_worker) as session:
        if ends:
            await store.end(session, job.id, JobStatus.FAILED, message=None, error=message)
        else:
            await store.postpone(session, job.id, retry_delay_seconds(job.tries), message)


async def dispatch(database: Database, redis: ArqRedis) -> int:
    """Make jobs of the facts that were recorded, and hand the jobs that are due to Redis. Returns how many."""
    listened = {fact.__name__: kinds for fact, kinds in WHEN.items()}
    async with database.write(authenticate_worker) as session:
        facts = await outbox.take(session, list(listened))
        orders = [(kind, fact.payload) for fact in facts for kind in listened[fact.fact]]
        if orders:
            await store.insert(session, orders)
    await redis.ping()
    async with database.write(authenticate_worker) as session:
        due = await store.take_due(session, MAX_QUEUED)
    for job in due:
        # A job that is handed over again gets another name: arq would take the old one for done, or for running.
        name = f"{job.id}:{job.due_at.timestamp()}"
        await redis.enqueue_job("run_job", str(job.id), _job_id=name, _queue_name=QUEUE)
    return len(due)


async def _dispatch_on(database: Database, redis: ArqRedis) -> None:
    while True:
        try:
            await dispatch(database, redis)
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
        channel = Channel(open_redis(services.redis_url), CHANNEL)
        stack.push_async_callback(channel.close)
        work = Work(database, await stack.enter_async_context(open_storage(settings)), channel)
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
    tasks = [asyncio.create_task(each) for each in (worker.main(), _dispatch_on(work.database, redis), stop.wait())]
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
    """The arq worker that runs jobs; retries are ours (`_failed`), so arq gives up at once."""
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
