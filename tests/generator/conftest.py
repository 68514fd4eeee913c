"""Fixtures of the tests of `generator`."""

from tests.fixtures import gym

__all__ = ["gym"]
