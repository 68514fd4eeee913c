"""The jobs of the worker: which facts make which jobs, what runs each kind, and which failures are final.

A new kind of job: see CONTRIBUTING, A job.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any  # results of tasks; a job's arguments: JSON
from uuid import UUID

from kinegraph.background.jobs import JobRun, wake_nobody
from kinegraph.background.rules import LEASE_SECONDS, JobKind
from kinegraph.canonical.jobs import seed_library
from kinegraph.canonical.jobs_objects import seed_object
from kinegraph.canonical.rules import LibraryError
from kinegraph.embedding.jobs import embed_exercises, embed_workouts
from kinegraph.embedding.rules import NO_KEY, ExerciseTextsChanged, WorkoutTextsChanged
from kinegraph.enrichment.jobs import Enricher, EnrichmentImpossible, enrich_canonical
from kinegraph.kit.database import Database
from kinegraph.media.jobs import make_thumbnail
from kinegraph.media.rules import AttachmentAdded
from kinegraph.media.rules_thumbnails import NotAnImage
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.storage import ObjectStorage
from kinegraph.outside.voyage import Voyage
from kinegraph.telemetry.jobs import rotate_telemetry
from kinegraph.telemetry.rules import RETENTION_MONTHS


@dataclass(frozen=True, slots=True)
class Work:
    """The services that jobs use. `wake` has subscribers be sent the progress of jobs."""

    database: Database
    storage: ObjectStorage
    wake: Callable[[], None] = wake_nobody
    lease_seconds: int = LEASE_SECONDS
    voyage: Voyage | None = None
    """The service of embeddings; None without a key."""
    enricher: Enricher | None = None
    """The language model, with its price and budget; None without a key."""
    telemetry_months: int = RETENTION_MONTHS
    """The whole months for which telemetry is retained."""
    removal_days: int = 180
    """How long removals are stored, for apps that synchronize."""
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


async def _embed_exercises(work: Work, run: JobRun, ids: Sequence[str] | None = None, sweep: bool = False) -> str:
    return await embed_exercises(work.database, _voyage(work), run, ids, sweep=sweep)


async def _embed_workouts(work: Work, run: JobRun, sweep: bool = False) -> str:
    return await embed_workouts(work.database, _voyage(work), run, sweep=sweep)


async def _rotate_telemetry(work: Work, run: JobRun) -> str:
    return await rotate_telemetry(work.database, work.telemetry_months)


def _voyage(work: Work) -> Voyage:
    if work.voyage is None:
        raise ServiceError(NO_KEY)
    return work.voyage


WHEN: Mapping[type, Sequence[JobKind]] = {
    AttachmentAdded: (JobKind.THUMBNAIL,),
    ExerciseTextsChanged: (JobKind.EMBED_EXERCISES,),
    WorkoutTextsChanged: (JobKind.EMBED_WORKOUTS,),
}
"""WHEN such a fact was recorded THEN these jobs run, with the fact's values as their arguments."""

EMBEDDING = frozenset((JobKind.EMBED_EXERCISES, JobKind.EMBED_WORKOUTS))
NOT_EMBEDDING = frozenset(JobKind) - EMBEDDING
"""The kinds of jobs that embed nothing; one of the language model fails at once without its key."""

COLLECTED_SECONDS: Mapping[JobKind, float] = {JobKind.EMBED_EXERCISES: 2, JobKind.EMBED_WORKOUTS: 20}
"""Kinds of which one job does the work of many facts, and the delay in seconds in which these are collected: an edited
workout is usually edited again."""


def possible_kinds(work: Work) -> frozenset[JobKind]:
    """The kinds of jobs that facts and schedules make: those that embed only where the service is configured."""
    return NOT_EMBEDDING if work.voyage is None else NOT_EMBEDDING | EMBEDDING


RUN: Mapping[JobKind, Callable[..., Awaitable[str]]] = {
    JobKind.EMBED_EXERCISES: _embed_exercises,
    JobKind.EMBED_WORKOUTS: _embed_workouts,
    JobKind.THUMBNAIL: _thumbnail,
    JobKind.SEED_CANONICAL: _seed_canonical,
    JobKind.ENRICH_CANONICAL: _enrich_canonical,
    JobKind.ROTATE_TELEMETRY: _rotate_telemetry,
}
"""The function that runs a job of each kind. It returns the message of the job that succeeded."""

NIGHTLY: Mapping[str, tuple[JobKind, Mapping[str, Any]]] = {
    "embed exercises": (JobKind.EMBED_EXERCISES, {"sweep": True}),
    "embed workouts": (JobKind.EMBED_WORKOUTS, {"sweep": True}),
    "rotate telemetry": (JobKind.ROTATE_TELEMETRY, {}),
}
"""The jobs of every night, at NIGHT_HOUR: by the name of a schedule, which never changes, the kind and arguments."""

FINAL = (NotAnImage, LibraryError, EnrichmentImpossible)
"""Failures that would only come again. All others may pass, and are tried again."""
