"""Fixtures that several rooms' tests use. A room's conftest imports the ones that it needs.

They last for a module, as its database does: tests that must not see each other's rows make an organization themselves.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kinegraph.services import Services
from tests.cached import serving
from tests.conftest import Api, Organization, Person, World
from tests.servers import fast_folder


@pytest.fixture(scope="module")
async def gym(world: World) -> Organization:
    """An organization with somebody in each role."""
    return await world.organization()


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """An empty folder for the data of this module's application."""
    with TemporaryDirectory(prefix="home", dir=fast_folder()) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
async def plain(services: Services) -> AsyncIterator[Api]:
    """The API without a cache of answers, the oracle of tests of cached answers."""
    async with serving(services, 0) as api:
        yield api


@pytest.fixture(scope="module")
async def admin(world: World) -> Person:
    """A platform admin."""
    return await world.person(is_platform_admin=True)


@pytest.fixture(scope="module")
async def squat(world: World) -> str:
    """The id of a canonical exercise."""
    return await world.exercise_id("back-squat")
