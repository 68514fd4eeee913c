"""Fixtures that several rooms' tests use. A room's conftest imports the ones that it needs.

They last for a module, as its database does: tests that must not see each other's rows make an organization themselves.
"""

import pytest

from tests.conftest import Organization, Person, World


@pytest.fixture(scope="module")
async def gym(world: World) -> Organization:
    """An organization with somebody in each role."""
    return await world.organization()


@pytest.fixture(scope="module")
async def admin(world: World) -> Person:
    """A platform admin."""
    return await world.person(is_platform_admin=True)


@pytest.fixture(scope="module")
async def squat(world: World) -> str:
    """The id of a canonical exercise."""
    return await world.exercise_id("back-squat")
