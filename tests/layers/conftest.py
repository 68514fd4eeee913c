"""Fixtures of the tests of `layers`."""

from tests.fixtures import admin, gym, plain, squat

__all__ = ["admin", "gym", "plain", "squat"]
