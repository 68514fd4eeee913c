"""Fixtures of the tests of `identity`."""

import pytest

from tests.conftest import Person, World


@pytest.fixture(scope="module")
async def person(world: World) -> Person:
    """A user in no organization."""
    return await world.person()
