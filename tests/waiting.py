"""Waiting for a condition that other tasks or processes bring about."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def until(condition: Callable[[], Awaitable[T]], seconds: float = 20) -> T:
    """Wait until the condition returns something true, and return it. Fail after this time."""
    deadline = time.monotonic() + seconds
    while not (found := await condition()):
        assert time.monotonic() < deadline, f"The condition did not hold within {seconds} s."
        await asyncio.sleep(0.02)
    return found
