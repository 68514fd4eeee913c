"""Fixtures of the tests of tools for agents: the API on a port, with tools, and an organization with a workout."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kinegraph.services import Services
from tests.agents.clients import Gym, gym_of
from tests.api.serving import Served, serving
from tests.conftest import World
from tests.persisted.importing import Commands


@pytest.fixture(scope="module")
async def served(services: Services) -> AsyncIterator[Served]:
    """The API on a port, with tools."""
    async with serving(services, mcp=True) as served:
        yield served


@pytest.fixture(scope="module")
async def gym(served: Served, world: World) -> Gym:
    """An organization with a workout, for a module that changes nothing in it."""
    return await gym_of(served, world)


@pytest.fixture
def commands(database_url: str, tmp_path: Path) -> Commands:
    """`kinegraph documents` on the module's database."""
    return Commands(database_url, tmp_path)
