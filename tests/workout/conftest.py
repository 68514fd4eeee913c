"""Fixtures of the tests of `workout`."""

from tests.fixtures import gym

__all__ = ["gym"]
