"""Fixtures of the tests of `breadth`."""

from tests.fixtures import plain

__all__ = ["plain"]
