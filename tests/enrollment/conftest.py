"""Fixtures of the tests of `enrollment`."""

from tests.fixtures import gym

__all__ = ["gym"]
