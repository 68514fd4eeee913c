"""Fixtures of the tests of `substitution`."""

from tests.fixtures import gym

__all__ = ["gym"]
