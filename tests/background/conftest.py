"""Fixtures of the tests of `background`: files in a folder of their own, and a real queue."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from arq import ArqRedis

from kinegraph.kit.database import Database
from kinegraph.services import Services, folder_storage
from kinegraph.settings import Settings
from kinegraph.worker_jobs import Work
from tests.background.rows import Pool, Scene, open_queue, scene_of
from tests.conftest import SECRET, Api, World
from tests.fixtures import admin, home

__all__ = ["admin", "home"]


@pytest.fixture(scope="module")
def services(database_url: str, redis_url: str, home: Path) -> Services:
    """The services of this module's application."""
    return Services(Settings(home=home), database_url, redis_url, SECRET)


@pytest.fixture(scope="module")
def work(database: Database, services: Services) -> Work:
    """The context of the worker's jobs."""
    return Work(database, folder_storage(services.settings))


@pytest.fixture
async def queue(redis_url: str) -> AsyncIterator[ArqRedis]:
    """The real Redis, empty."""
    pool = await open_queue(redis_url)
    await pool.flushall()
    yield pool
    await pool.aclose()


@pytest.fixture(autouse=True)
async def nothing_waits(owner: Pool) -> None:
    """Each test finds no facts and no jobs of the one before it."""
    await owner.execute("DELETE FROM outbox")
    await owner.execute("DELETE FROM jobs")


@pytest.fixture
async def scene(api: Api, world: World) -> Scene:
    """A workout to comment on."""
    return await scene_of(api, world)
