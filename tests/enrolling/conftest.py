"""Fixtures of the tests of `enrolling`."""

from tests.fixtures import gym

__all__ = ["gym"]
