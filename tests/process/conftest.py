"""Fixtures of the tests of processes."""

from tests.fixtures import home

__all__ = ["home"]
