"""Row-level security alone hides jobs from everybody but platform admins and the worker, and uploads to their owner."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any  # Any: rows of asyncpg, which has no types
from uuid import UUID, uuid4

import asyncpg
import pytest

from kinegraph.background import store, store_runs
from kinegraph.background.rules import JobKind, JobStatus
from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import Database
from kinegraph.kit.outbox import act_as_worker
from kinegraph.kit.sessions import WriteSession
from kinegraph.media import store_clearing
from tests.background.rows import Pool, Scene
from tests.conftest import World

DENIED = asyncpg.InsufficientPrivilegeError
WHO = ["owner", "coach", "member", "stranger", "nobody"]


@pytest.fixture
async def job(owner: Pool) -> UUID:
    """A job that waits."""
    id: UUID = await owner.fetchval("INSERT INTO jobs (kind) VALUES ('thumbnail') RETURNING id")
    return id


@asynccontextmanager
async def acting(world: World, scene: Scene, who: str) -> AsyncIterator[WriteSession]:
    """A write session of somebody, without any check of the application."""
    people = {name: getattr(scene.organization, name).id for name in ("owner", "coach", "member")}
    people["stranger"] = (await world.organization()).owner.id
    people["platform admin"] = (await world.person(is_platform_admin=True)).id
    async with world.database.write(authenticate_as(people[who]) if who in people else None) as session:
        yield session


async def rows(owner: Pool, table: str) -> list[Any]:
    return [tuple(row) for row in await owner.fetch(f"SELECT t.xmin::text, t::text FROM {table} t ORDER BY 2")]


@pytest.mark.parametrize("who", WHO)
async def test_an_ordinary_transaction_neither_reads_nor_writes_jobs(
    world: World, scene: Scene, owner: Pool, job: UUID, who: str
) -> None:
    before = await rows(owner, "jobs")
    async with acting(world, scene, who) as session:
        assert await session.fetch("SELECT * FROM jobs") == []
        assert await store.newest(session, None, None, 10) == [] and await store.jobs(session, [job]) == [None]
        assert await store_runs.begin(session, job) is None and await store_runs.take_due(session, 10) == []
        await store_runs.renew(session, job, 0)
        await store_runs.postpone(session, job, 0, 1, "No.")
        await store_runs.end(session, job, 0, JobStatus.FAILED, message=None, error="No.")
        assert await session.run("DELETE FROM jobs") == 0
    for insert in ("INSERT INTO jobs (kind) VALUES ('seed_canonical')", "INSERT INTO jobs DEFAULT VALUES"):
        with pytest.raises((DENIED, asyncpg.NotNullViolationError)):
            async with acting(world, scene, who) as session:
                await session.run(insert)
    assert await rows(owner, "jobs") == before


async def test_a_platform_admin_reads_and_adds_jobs_and_neither_runs_nor_ends_one(
    world: World, scene: Scene, owner: Pool, job: UUID
) -> None:
    before = await rows(owner, "jobs")
    async with acting(world, scene, "platform admin") as session:
        assert [row.id for row in await store.newest(session, None, None, 10)] == [job]
        await store_runs.end(session, job, 0, JobStatus.SUCCEEDED, message="Done.", error=None)
        assert await session.run("DELETE FROM jobs") == 0
    with pytest.raises(DENIED):
        async with acting(world, scene, "platform admin") as session:
            await store_runs.begin(session, job)
    for ended in ("succeeded", "failed"):
        with pytest.raises(DENIED):
            async with acting(world, scene, "platform admin") as session:
                await session.run(f"UPDATE jobs SET status = '{ended}', finished_at = now(), due_at = NULL")
    assert await rows(owner, "jobs") == before
    async with acting(world, scene, "platform admin") as session:
        (job_id,) = await store.insert(session, [(JobKind.SEED_CANONICAL, {})])
    assert await owner.fetchval("SELECT status FROM jobs WHERE id = $1", job_id) == "queued"


@pytest.mark.parametrize("who", ["owner", "member", "stranger", "platform admin", "nobody"])
async def test_nobody_else_reads_changes_or_uses_an_upload(world: World, scene: Scene, owner: Pool, who: str) -> None:
    upload = UUID(await scene.upload())
    before = await rows(owner, "uploads")
    async with acting(world, scene, who) as session:
        assert await session.fetch("SELECT * FROM uploads") == []
        for verb in ("UPDATE uploads SET used_at = now()", "UPDATE uploads SET user_id = user_id"):
            assert await session.run(verb) == 0
        assert await session.run("DELETE FROM uploads WHERE id = $1", upload) == 0
        assert await store_clearing.take_stale_uploads(session, timedelta(0)) == []
    assert await rows(owner, "uploads") == before


@pytest.mark.parametrize("who", ["owner", "stranger", "nobody", "platform admin"])
async def test_nobody_announces_an_upload_as_somebody_else(world: World, scene: Scene, owner: Pool, who: str) -> None:
    before = await rows(owner, "uploads")
    with pytest.raises(DENIED):
        async with acting(world, scene, who) as session:
            await announce(session, scene.organization.id, scene.coach.id)
    assert await rows(owner, "uploads") == before


@pytest.mark.parametrize("where", ["another organization", "the canonical library"])
async def test_nobody_announces_an_upload_in_an_organization_of_others(world: World, scene: Scene, where: str) -> None:
    organization_id = (await world.organization()).id if where == "another organization" else None
    with pytest.raises(DENIED):
        async with acting(world, scene, "coach") as session:
            await announce(session, organization_id, scene.coach.id)


async def announce(session: WriteSession, organization_id: UUID | None, user_id: UUID) -> None:
    await session.run(
        """
        INSERT INTO uploads (id, organization_id, user_id, purpose, key, mime, size_bytes, expires_at)
        VALUES ($1, $2, $3, 'comment_attachment', 'key', 'image/png', 1, now())
        """,
        uuid4(),
        organization_id,
        user_id,
    )


async def test_a_former_member_does_not_see_their_uploads(world: World, scene: Scene, owner: Pool) -> None:
    upload = UUID(await scene.upload())
    async with acting(world, scene, "coach") as session:
        assert [row.id for row in await session.fetch("SELECT id FROM uploads")] == [upload]
    await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", scene.coach.id)
    async with acting(world, scene, "coach") as session:
        assert await session.fetch("SELECT id FROM uploads") == []


async def test_the_worker_sees_jobs_and_uploads_and_no_organizations_rows(
    scene: Scene, database: Database, job: UUID
) -> None:
    upload = UUID(await scene.upload())
    async with database.read(act_as_worker) as session:
        assert [row.id for row in await store.newest(session, None, None, 10)] == [job]
        assert await session.fetch_value("SELECT count(*) FROM uploads WHERE id = $1", upload) == 1
        for table in ("workouts", "attachments", "exercise_comments", "users", "memberships"):
            assert await session.fetch_value(f"SELECT count(*) FROM {table}") == 0
