"""Fixtures of the tests of persisted documents."""

from pathlib import Path

import pytest

from tests.conftest import Person, World
from tests.persisted.importing import Commands


@pytest.fixture
async def person(world: World) -> Person:
    """A user in no organization."""
    return await world.person()


@pytest.fixture
def commands(database_url: str, tmp_path: Path) -> Commands:
    """`kinegraph documents` on the module's database."""
    return Commands(database_url, tmp_path)
