"""Fixtures of the tests of `canonical`."""

from tests.fixtures import admin, gym

__all__ = ["admin", "gym"]
