"""The jobs that embed marked rows: they claim them, batch by batch, until none is left."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from kinegraph.background import store as store_background
from kinegraph.background.jobs import JobRun, JobStopped
from kinegraph.embedding import store
from kinegraph.embedding.jobs_batch import Counts, Embedding, EmbeddingService, embed_batch
from kinegraph.embedding.jobs_sweep import mark_missed
from kinegraph.embedding.rules import EXERCISES, WORKOUTS, Mark
from kinegraph.kit.database import Database
from kinegraph.kit.outbox import act_as_worker
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.voyage import MODEL

BATCH = 100
"""Maximum number of rows that are claimed, sent and stored together: their vectors take about 3 MB."""
PASSES, PASS_SECONDS = 3, 1.0
"""How often one run tries rows that others had locked, and the time between, in seconds."""


async def embed_exercises(
    database: Database, service: EmbeddingService, run: JobRun, ids: Sequence[str] | None = None, *, sweep: bool = False
) -> str:
    """Embed marked exercises and overrides; with `ids` only these exercises. Returns the job's message.

    `sweep`: all rows are compared with their hashes first, so that none is missed. Raises ServiceError and JobStopped.
    """
    wanted = None if ids is None else [*map(UUID, ids)]
    return await _embed(Embedding(database, service, run, EXERCISES, wanted), sweep=sweep)


async def embed_workouts(database: Database, service: EmbeddingService, run: JobRun, *, sweep: bool = False) -> str:
    """Embed marked workouts. Returns the job's message; the rest is as above."""
    return await _embed(Embedding(database, service, run, WORKOUTS, None), sweep=sweep)


async def _embed(work: Embedding, *, sweep: bool) -> str:
    """Embed in several passes: rows that others had locked, or whose text changed meanwhile, go again."""
    if sweep:
        await mark_missed(work.database, MODEL, work.kinds, work.run)
    await _begin(work)
    try:
        for _ in range(PASSES):
            for kind in work.kinds:
                while marks := await _claim(work, kind):
                    await embed_batch(work, kind, marks)
            if not await _release(work):
                break
            await asyncio.sleep(PASS_SECONDS)
    except (ServiceError, JobStopped):
        await _release(work)
        raise
    return work.counts.message


async def _begin(work: Embedding) -> None:
    """Release the claims of earlier runs of the job, and continue their count."""
    async with work.database.write(act_as_worker) as session:
        await store.release(session, work.run.id, work.run.tries)
        waiting = await store.waiting(session, work.kinds, work.ids)
        (job,) = await store_background.jobs(session, [work.run.id])
        work.counts = Counts(before=0 if job is None else job.done)
        message = f"{waiting} rows wait for the vectors of their texts."
        await work.run.report(session, total=work.counts.done + waiting, message=message)


async def _claim(work: Embedding, kind: str) -> list[Mark]:
    async with work.database.write(act_as_worker) as session:
        return await store.claim(session, work.run.id, kind, work.ids, BATCH)


async def _release(work: Embedding) -> int:
    async with work.database.write(act_as_worker) as session:
        return await store.release(session, work.run.id, work.run.tries)
