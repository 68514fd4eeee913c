"""Fixtures of the tests of `canonical`."""

from tests.fixtures import admin

__all__ = ["admin"]
