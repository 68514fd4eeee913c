"""Fixtures of the tests of `checking`."""

from tests.fixtures import gym

__all__ = ["gym"]
