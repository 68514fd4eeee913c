"""Fixtures of the tests of `planning`."""

from tests.plan.conftest import clam, gym, squat

__all__ = ["clam", "gym", "squat"]
