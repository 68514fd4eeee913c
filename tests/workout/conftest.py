"""Fixtures of the tests of `workout`."""

from tests.fixtures import admin, gym, plain, squat

__all__ = ["admin", "gym", "plain", "squat"]
