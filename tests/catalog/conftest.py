"""Fixtures of the tests of `catalog`."""

from tests.fixtures import admin

__all__ = ["admin"]
