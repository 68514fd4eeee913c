"""Fixtures of the tests of `media`: the API with a media folder of the module's own."""

from pathlib import Path

import pytest

from kinegraph.outside.storage_folder import FolderStorage
from kinegraph.services import Services, folder_storage
from kinegraph.settings import Settings
from tests.conftest import SECRET, Api, World
from tests.fixtures import home
from tests.media.files import Studio, studio_of

__all__ = ["home"]


@pytest.fixture(scope="module")
def services(database_url: str, redis_url: str, home: Path) -> Services:
    """The services of this module's application."""
    settings = Settings(environment="development", home=home)
    return Services(settings, database_url, redis_url, SECRET)


@pytest.fixture(scope="module")
def storage(services: Services) -> FolderStorage:
    """The folder of the files, as the worker opens it."""
    return folder_storage(services.settings)


@pytest.fixture
async def studio(api: Api, world: World) -> Studio:
    """A workout to comment on with files."""
    return await studio_of(api, world)
