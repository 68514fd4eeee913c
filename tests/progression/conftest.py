"""Fixtures of the tests of `progression`."""

from tests.fixtures import admin, gym

__all__ = ["admin", "gym"]
