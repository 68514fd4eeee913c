"""Fixtures of the tests of `response`."""

from tests.fixtures import admin

__all__ = ["admin"]
