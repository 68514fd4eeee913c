"""Fixtures of the tests of `record`."""

from tests.fixtures import squat

__all__ = ["squat"]
