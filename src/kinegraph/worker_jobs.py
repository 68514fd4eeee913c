"""The jobs of the worker: which facts make which jobs, what runs each kind, and which failures are final.

A new kind of job is a line in RUN, with a function of the work, the run and the job's arguments.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any  # results of tasks
from uuid import UUID

from kinegraph.background.jobs import JobRun
from kinegraph.background.rules import LEASE_SECONDS, JobKind
from kinegraph.canonical.jobs import seed_library
from kinegraph.canonical.jobs_objects import seed_object
from kinegraph.canonical.rules import LibraryError
from kinegraph.enrichment.jobs import Enricher, EnrichmentImpossible, enrich_canonical
from kinegraph.kit.database import Database
from kinegraph.media.jobs import make_thumbnail
from kinegraph.media.rules import AttachmentAdded
from kinegraph.media.rules_thumbnails import NotAnImage
from kinegraph.outside.storage import ObjectStorage


def _wake_nobody() -> None:
    """Wake nobody: for a worker without subscribers."""


@dataclass(frozen=True, slots=True)
class Work:
    """What jobs work with. `wake` has subscribers be sent the progress of jobs."""

    database: Database
    storage: ObjectStorage
    wake: Callable[[], None] = _wake_nobody
    lease_seconds: int = LEASE_SECONDS
    enricher: Enricher | None = None
    """The language model, with its price and budget; None without a key."""
    running: set["asyncio.Task[Any]"] = field(default_factory=set)
    """The jobs that run: the process ends after them."""


async def _thumbnail(work: Work, run: JobRun, attachment_id: str, organization_id: str) -> str:
    return await make_thumbnail(work.database, work.storage, UUID(attachment_id), UUID(organization_id))


async def _seed_canonical(work: Work, run: JobRun, object_key: str | None = None) -> str:
    """Upsert a file of the object storage, or else the shipped library. Running it again changes nothing."""
    if object_key is not None:
        return await seed_object(work.database, work.storage, run, object_key)
    lines = [
        f"{done.file}: {done.total} exercises, {done.new} new, {done.changed} changed"
        async for done in seed_library(work.database, run)
    ]
    return "\n".join(lines)


async def _enrich_canonical(work: Work, run: JobRun, **arguments: Any) -> str:
    return await enrich_canonical(work.database, work.enricher, run, arguments)


WHEN: Mapping[type, Sequence[JobKind]] = {
    AttachmentAdded: (JobKind.THUMBNAIL,),
}
"""WHEN such a fact was recorded THEN these jobs run, with the fact's values as their arguments."""

RUN: Mapping[JobKind, Callable[..., Awaitable[str]]] = {
    JobKind.THUMBNAIL: _thumbnail,
    JobKind.SEED_CANONICAL: _seed_canonical,
    JobKind.ENRICH_CANONICAL: _enrich_canonical,
}
"""The function that runs a job of each kind. It returns the message of the job that succeeded."""

FINAL = (NotAnImage, LibraryError, EnrichmentImpossible)
"""Failures that would only come again. All others may pass, and are tried again."""
