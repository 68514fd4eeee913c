"""Fixtures of the tests of `candidates`."""

from tests.fixtures import admin, gym

__all__ = ["admin", "gym"]
