"""What the library's tests share: a database whose readings keep, two organizations."""

from collections.abc import AsyncIterator

import pytest

from kinegraph.kit.database import Database
from tests.conftest import Organization, World


@pytest.fixture(scope="module")
async def keeping(database_url: str) -> AsyncIterator[Database]:
    """The module's database, whose readings keep exercises."""
    opened = await Database.open(database_url, 5, keeps=2**20)
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
async def gyms(world: World) -> tuple[Organization, Organization]:
    """Two organizations whose libraries are changed."""
    return await world.organization(), await world.organization()
