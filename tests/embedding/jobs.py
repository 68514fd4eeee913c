"""Helpers of the tests of embeddings: running jobs, and what is stored."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias  # rows of asyncpg: columns are read by name
from uuid import UUID

import asyncpg

from kinegraph.background import store
from kinegraph.background.rules import JobKind
from kinegraph.kit.outbox import act_as_worker
from kinegraph.kit.rows import Row
from kinegraph.outside.vendor_calls import VendorCalls
from kinegraph.outside.voyage import Voyage
from kinegraph.worker_jobs import Work
from kinegraph.worker_runs import run_job
from tests.conftest import Organization

Pool: TypeAlias = "asyncpg.Pool[Row]"
"""The module's database past row-level security: the fixture `owner`."""

EXERCISES, WORKOUTS = JobKind.EMBED_EXERCISES, JobKind.EMBED_WORKOUTS


async def _go_on(seconds: float) -> None:
    """Sleep for no time."""


def patient(url: str) -> Voyage:
    """The service of embeddings at this address, which does not sleep between its tries."""
    return Voyage("key", url, VendorCalls("Voyage", requests_per_minute=9_999, tokens_per_minute=10**8, sleep=_go_on))


@dataclass
class Jobs:
    """Runs jobs as the worker does."""

    owner: Pool
    work: Work

    async def enqueue(self, kind: JobKind = EXERCISES, **arguments: Any) -> UUID:
        """The id of a new job."""
        async with self.work.database.write(act_as_worker) as session:
            (id,) = await store.insert(session, [(kind, arguments)])
        return id

    async def run(self, id: UUID | None = None, kind: JobKind = EXERCISES, **arguments: Any) -> Any:
        """The row of a job that was delivered once; of a new one without an id."""
        key = id or await self.enqueue(kind, **arguments)
        await run_job({"work": self.work}, str(key))
        return await self.owner.fetchrow("SELECT * FROM jobs WHERE id = $1", key)


async def write_exercise(owner: Pool, name: str, organization: Organization | None = None, **columns: Any) -> UUID:
    """The id of a new exercise, canonical without an organization."""
    values = {"name": name, "organization_id": organization and organization.id, **columns}
    numbers = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    id: UUID = await owner.fetchval(
        f"INSERT INTO exercises ({', '.join(values)}) VALUES ({numbers}) RETURNING id", *values.values()
    )
    return id


async def write_override(owner: Pool, organization: Organization, exercise_id: UUID | str, **overrides: Any) -> UUID:
    """The id of a new override."""
    id: UUID = await owner.fetchval(
        "INSERT INTO exercise_org_overrides (organization_id, exercise_id, overrides) "
        "VALUES ($1, $2::text::uuid, $3::text::jsonb) RETURNING id",
        organization.id,
        str(exercise_id),
        json.dumps(overrides),
    )
    return id


async def write_workout(owner: Pool, gym: Organization, title: str, exercise_ids: Sequence[UUID | str] = ()) -> UUID:
    """The id of a new workout of one section."""
    workout: UUID = await owner.fetchval(
        "INSERT INTO workouts (organization_id, author_id, title) VALUES ($1, $2, $3) RETURNING id",
        gym.id,
        gym.coach.id,
        title,
    )
    section = await owner.fetchval(
        "INSERT INTO workout_sections (organization_id, workout_id, type) VALUES ($1, $2, 'strength') RETURNING id",
        gym.id,
        workout,
    )
    for number, exercise in enumerate(exercise_ids):
        await owner.execute(
            "INSERT INTO workout_movements (organization_id, section_id, exercise_id, sort_order) "
            "VALUES ($1, $2, $3::text::uuid, $4)",
            gym.id,
            section,
            str(exercise),
            number,
        )
    return workout


async def marked(owner: Pool) -> set[tuple[str, UUID]]:
    """The marked rows, by kind and id."""
    return {(row.kind, row.row_id) for row in await owner.fetch("SELECT kind, row_id FROM stale_embeddings")}


async def stored(owner: Pool, table: str, id: UUID) -> tuple[str | None, bool]:
    """The hash of a row's vector, and whether it has a vector."""
    row = await owner.fetchrow(f"SELECT embedding_hash, embedding IS NOT NULL AS has FROM {table} WHERE id = $1", id)
    assert row is not None
    return row.embedding_hash, row.has
