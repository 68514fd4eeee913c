"""Fixtures of the tests of `handout`."""

from tests.fixtures import gym

__all__ = ["gym"]
