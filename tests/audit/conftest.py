"""Fixtures of the tests of the audit trail."""

from tests.fixtures import gym

__all__ = ["gym"]
