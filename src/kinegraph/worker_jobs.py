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
    running: set["asyncio.Task[Any]"] = field(default_factory=set)
    """The jobs that run: the process ends after them."""


async def _thumbnail(work: Work, run: JobRun, attachment_id: str, organization_id: str) -> str:
    return await make_thumbnail(work.database, work.storage, UUID(attachment_id), UUID(organization_id))


async def _seed_canonical(work: Work, run: JobRun) -> str:
    """Upsert the shipped library. Running it again changes nothing."""
    lines = [
        f"{done.file}: {done.total} exercises, {done.new} new, {done.changed} changed"
        async for done in seed_library(work.database)
    ]
    return "\n".join(lines)


WHEN: Mapping[type, Sequence[JobKind]] = {
    AttachmentAdded: (JobKind.THUMBNAIL,),
}
"""WHEN such a fact was recorded THEN these jobs run, with the fact's values as their arguments."""

RUN: Mapping[JobKind, Callable[..., Awaitable[str]]] = {
    JobKind.THUMBNAIL: _thumbnail,
    JobKind.SEED_CANONICAL: _seed_canonical,
}
"""The function that runs a job of each kind. It returns the message of the job that succeeded."""

FINAL = (NotAnImage,)
"""Failures that would only come again. All others may pass, and are tried again."""
