"""Fixtures of the tests of `catalog`."""

import pytest

from tests.catalog.libraries import StoredLibrary, stored_library
from tests.catalog.model import Pool
from tests.conftest import Api, World
from tests.fixtures import admin

__all__ = ["admin"]


@pytest.fixture(scope="module")
async def stored(api: Api, world: World, owner: Pool) -> StoredLibrary:
    """A library that is replaced for each example."""
    return await stored_library(api, world, owner)
