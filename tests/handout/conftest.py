"""Fixtures of the tests of `handout`: the API with a media folder of the module's own."""

from tests.fixtures import gym, home
from tests.media.conftest import services, storage

__all__ = ["gym", "home", "services", "storage"]
