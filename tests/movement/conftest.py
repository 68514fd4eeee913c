"""Fixtures of the tests of `movement`."""

from tests.fixtures import squat

__all__ = ["squat"]
