"""Fixtures of the tests of `kit`."""

from collections.abc import AsyncIterator

import pytest

from kinegraph.kit.database import Database


@pytest.fixture
async def alone(database_url: str) -> AsyncIterator[Database]:
    """The module's database on one connection."""
    opened = await Database.open(database_url, 1)
    yield opened
    await opened.close()
