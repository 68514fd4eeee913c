"""Fixtures of the tests of `workout`."""

from tests.fixtures import gym, plain, squat

__all__ = ["gym", "plain", "squat"]
