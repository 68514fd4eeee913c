"""Fixtures of the tests of subscriptions: the API on a port, and an organization with a workout."""

from collections.abc import AsyncIterator

import pytest

from kinegraph.services import Services
from tests.conftest import World
from tests.fixtures import admin
from tests.realtime.clients import Gym, Live, gym_of, live

__all__ = ["admin"]


@pytest.fixture(scope="module")
async def served(services: Services) -> AsyncIterator[Live]:
    """The API on a port."""
    async with live(services) as served:
        yield served


@pytest.fixture
async def gym(served: Live, world: World) -> Gym:
    """An organization of this test with a workout of one movement."""
    return await gym_of(served.api, world)
