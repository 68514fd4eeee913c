"""Running one job: its lease, its end, and its failures."""

import asyncio
import logging
import random
from collections.abc import Mapping
from contextlib import suppress
from typing import Any  # arq's context
from uuid import UUID

from kinegraph.background import store_runs
from kinegraph.background.jobs import JobRun, JobStopped
from kinegraph.background.rules import (
    JOB_SECONDS,
    MAX_FAILURES,
    MAX_FAULTS,
    JobKind,
    JobStatus,
    StartedJob,
    retry_delay_seconds,
)
from kinegraph.kit.database import CANNOT_CONNECT
from kinegraph.kit.logs import reason_of
from kinegraph.kit.outbox import act_as_worker
from kinegraph.kit.pool import PoolExhausted
from kinegraph.outside.errors import ServiceError
from kinegraph.worker_jobs import FINAL, RUN, Work

log = logging.getLogger("kinegraph.worker")

DIED = "Its workers died at it, every time."
STOPPED = "The worker stopped; the job is begun again."


class RunTooLong(Exception):
    """A run took longer than JOB_SECONDS."""

    def __init__(self) -> None:
        super().__init__(f"The job ran for more than {JOB_SECONDS} seconds.")


EXPECTED = (*FINAL, ServiceError, RunTooLong)
"""Failures whose message is stored as it is; of all others only the worker's log has it."""


async def run_job(ctx: Mapping[Any, Any], id: str) -> None:
    """Run one job, as often as it is delivered; its row says how it went."""
    work: Work = ctx["work"]
    job = await _begun(work, UUID(id))
    if job is None:
        return
    work.wake()
    task = asyncio.current_task()
    assert task is not None
    work.running.add(task)
    task.add_done_callback(work.running.discard)
    renewal = asyncio.create_task(_renew_lease(work, job))
    try:
        await _run(work, job)
    finally:
        renewal.cancel()
        work.wake()


async def _begun(work: Work, id: UUID) -> StartedJob | None:
    """The job, set running; None where it has ended, runs elsewhere, or is not to be run any more."""
    async with work.database.write(act_as_worker) as session:
        job = await store_runs.begin(session, id, work.lease_seconds)
        if job is None:
            return None
        if job.is_cancelled:
            await store_runs.end_cancelled(session, id, job.tries)
        elif job.has_failed_too_often:
            await store_runs.end(session, id, job.tries, JobStatus.FAILED, message=None, error=DIED)
        else:
            return job
    work.wake()
    return None


async def _run(work: Work, job: StartedJob) -> None:
    """Run the function of a job, and store how that ended."""
    run = JobRun(job.id, job.tries, work.lease_seconds, work.wake)
    limit = asyncio.timeout(JOB_SECONDS)
    try:
        async with limit:
            message = await RUN[JobKind(job.kind)](work, run, **job.arguments)
    except asyncio.CancelledError:
        async with work.database.write(act_as_worker) as session:
            await store_runs.give_back(session, job.id, job.tries, STOPPED)
        raise
    except JobStopped:
        async with work.database.write(act_as_worker) as session:
            is_cancelled = await store_runs.end_cancelled(session, job.id, job.tries)
        reason = "cancelled" if is_cancelled else "begun again by another worker"
        log.info("job stopped", extra={"job": str(job.id), "kind": job.kind, "reason": reason})
    except Exception as error:
        await _failed(work, job, RunTooLong() if limit.expired() else error)
    else:
        log.info("job done", extra={"job": str(job.id), "kind": job.kind, "did": message})
        async with work.database.write(act_as_worker) as session:
            await store_runs.end(session, job.id, job.tries, JobStatus.SUCCEEDED, message=message, error=None)


async def _renew_lease(work: Work, job: StartedJob) -> None:
    """Extend the lease of a run at intervals, so that nobody else begins the job, until the run is over."""
    is_running = True
    while is_running:
        await asyncio.sleep(work.lease_seconds / 3)
        with suppress(*CANNOT_CONNECT, PoolExhausted):
            async with work.database.write(act_as_worker) as session:
                is_running = await store_runs.renew(session, job.id, job.tries, work.lease_seconds)


async def _failed(work: Work, job: StartedJob, error: Exception) -> None:
    """Store why a run failed; the job is tried again unless that would be in vain."""
    is_expected = isinstance(error, EXPECTED)
    message = str(error) if is_expected else f"Unexpected: {type(error).__name__}; the worker's log says more."
    extra = {"job": str(job.id), "kind": job.kind, "tries": job.tries, "reason": reason_of(error, *EXPECTED)}
    log.warning("a run of a job failed", extra=extra, exc_info=None if is_expected else error)
    async with work.database.write(act_as_worker) as session:
        failures = await store_runs.failures(session, job.id, job.tries)
        ends = isinstance(error, FINAL) or failures >= (MAX_FAILURES if is_expected else MAX_FAULTS)
        if ends:
            await store_runs.end(session, job.id, job.tries, JobStatus.FAILED, message=None, error=message)
        elif not await store_runs.end_cancelled(session, job.id, job.tries):
            delay = retry_delay_seconds(max(1, failures), random.random())
            await store_runs.postpone(session, job.id, job.tries, delay, message)
    if ends:
        log.error("job failed", extra=extra)
