"""Fixtures of the tests of `exercise`."""

import pytest

from kinegraph.services import Services
from kinegraph.settings import Settings
from tests.conftest import SECRET, Api, World
from tests.exercise.details import ExerciseClient
from tests.fixtures import admin, gym

__all__ = ["admin", "gym"]


@pytest.fixture(scope="module")
def services(database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Services:
    """The application with a folder of files of this module's own."""
    settings = Settings(environment="development", home=tmp_path_factory.mktemp("home"))
    return Services(settings, database_url, redis_url, SECRET)


@pytest.fixture(scope="module")
async def client(api: Api, world: World) -> ExerciseClient:
    """Writes exercises of an organization of this module's own."""
    return ExerciseClient(api, await world.organization())
