"""Fixtures of the tests of `result`."""

from tests.fixtures import squat

__all__ = ["squat"]
