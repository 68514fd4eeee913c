"""Fixtures of the tests of `taxonomy`."""

from tests.fixtures import admin

__all__ = ["admin"]
