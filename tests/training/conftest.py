"""Fixtures of the tests of `training`."""

from tests.fixtures import admin, gym, squat

__all__ = ["admin", "gym", "squat"]
