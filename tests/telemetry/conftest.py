"""Fixtures of the tests of `telemetry`."""

import pytest

from tests.conftest import Api, Organization, World
from tests.fixtures import squat
from tests.telemetry.documents import consent

__all__ = ["squat"]


@pytest.fixture
async def clinic(api: Api, world: World) -> Organization:
    """An organization whose member consents to everything."""
    made = await world.organization()
    await consent(api, made, made.member, level=3, biometric=1)
    return made
