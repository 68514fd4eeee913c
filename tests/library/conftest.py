"""Fixtures of the library's tests: the API without a cache, a database with one, two organizations."""

from collections.abc import AsyncIterator

import pytest

from kinegraph.kit.database import Database
from kinegraph.services import Services
from tests.cached import serving
from tests.conftest import Api, Organization, World
from tests.fixtures import admin, gym, squat

__all__ = ["admin", "gym", "squat"]


@pytest.fixture(scope="module")
async def plain(services: Services) -> AsyncIterator[Api]:
    """The API without a cache, the oracle of the tests."""
    async with serving(services, 0) as api:
        yield api


@pytest.fixture(scope="module")
async def caching(database_url: str) -> AsyncIterator[Database]:
    """The module's database, whose read sessions share a cache."""
    opened = await Database.open(database_url, 5, cache_bytes=2**24, request_cache_bytes=2**22)
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
async def gyms(world: World) -> tuple[Organization, Organization]:
    """Two organizations whose libraries are changed."""
    return await world.organization(), await world.organization()
