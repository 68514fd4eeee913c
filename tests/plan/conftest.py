"""Fixtures of the tests of `plan` and `planning`."""

import pytest

from tests.conftest import World
from tests.fixtures import gym

__all__ = ["gym"]


@pytest.fixture(scope="module")
async def squat(world: World) -> str:
    """The id of a canonical exercise."""
    return await world.exercise_id("back-squat")


@pytest.fixture(scope="module")
async def clam(world: World) -> str:
    """The id of another one."""
    return await world.exercise_id("clamshell")
