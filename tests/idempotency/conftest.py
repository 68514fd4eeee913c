"""Fixtures of the tests of idempotency keys: the API with files of the module's own, and a new key for each test."""

from uuid import uuid4

import pytest

from tests.conftest import Organization, World
from tests.fixtures import home
from tests.media.conftest import services, studio

__all__ = ["home", "services", "studio"]


@pytest.fixture
async def organization(world: World) -> Organization:
    return await world.organization()


@pytest.fixture
def key() -> str:
    return str(uuid4())
