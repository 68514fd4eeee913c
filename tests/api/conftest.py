"""Fixtures of the tests of `api`."""

from tests.fixtures import gym

__all__ = ["gym"]
