"""Fixtures of the tests of `video`."""

from tests.fixtures import admin

__all__ = ["admin"]
