"""Fixtures of the tests of `adherence`."""

import pytest

from tests.adherence.clinic import Clinic, stored_clinic
from tests.conftest import Api, World
from tests.fixtures import gym
from tests.workout.documents import Pool

__all__ = ["gym"]


@pytest.fixture(scope="module")
async def clinic(api: Api, world: World, owner: Pool) -> Clinic:
    """A clinic with a plan in three versions."""
    return await stored_clinic(api, world, owner)
