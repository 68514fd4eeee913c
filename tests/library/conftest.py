"""Fixtures of the library's tests: the API without a cache, a database with one, two organizations."""

from collections.abc import AsyncIterator

import pytest

from kinegraph.kit.database import Database
from tests.conftest import Organization, World
from tests.fixtures import admin, gym, plain, squat

__all__ = ["admin", "gym", "plain", "squat"]


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
