"""Fixtures of the tests of `privacy`."""

from tests.fixtures import home
from tests.media.conftest import services, studio

__all__ = ["home", "services", "studio"]
