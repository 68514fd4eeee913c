"""Fixtures of the tests of `logbook`."""

from tests.fixtures import squat

__all__ = ["squat"]
