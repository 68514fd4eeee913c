"""Fixtures of the tests of tools for agents: the API on a port, with tools, and an organization with a workout."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from kinegraph.kit.rows import Row
from kinegraph.services import Services
from tests.agents.clients import Gym, gym_of
from tests.api.serving import Served, serving
from tests.conftest import World
from tests.persisted.importing import Commands
from tests.treatment import store_enrollment, store_version


@pytest.fixture(scope="module")
async def served(services: Services) -> AsyncIterator[Served]:
    """The API on a port, with tools."""
    async with serving(services, mcp=True) as served:
        yield served


@pytest.fixture(scope="module")
async def gym(served: Served, world: World, owner: "asyncpg.Pool[Row]") -> Gym:
    """An organization with a workout, and its member in a plan, for a module that changes nothing in it."""
    gym = await gym_of(served, world)
    days = {day: [gym.exercise] for day in ((1, 1), (1, 4), (2, 1))}
    version = await store_version(owner, gym.organization, days)
    last_week = await owner.fetchval("SELECT (now() AT TIME ZONE 'UTC')::date - 7")
    await store_enrollment(owner, gym.organization, version, gym.organization.member, last_week)
    return gym


@pytest.fixture
def commands(database_url: str, tmp_path: Path) -> Commands:
    """`kinegraph documents` on the module's database."""
    return Commands(database_url, tmp_path)
