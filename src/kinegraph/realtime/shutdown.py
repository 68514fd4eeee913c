"""Ending tasks, and ending all subscriptions before the process stops."""

import asyncio
import signal
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any  # results of tasks

CANCEL_SECONDS = 1
"""Seconds after which a task that has not ended is cancelled again."""


async def end_tasks(tasks: "Collection[asyncio.Task[Any]]") -> None:
    """Cancel tasks until they have ended: one cancellation may be lost, as where a session is just being ended."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=CANCEL_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)


def stop_if_cancelled() -> None:
    """Raise CancelledError in a task whose cancellation was lost in what it awaited."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


@contextmanager
def before_termination(work: Callable[[], None]) -> Iterator[None]:
    """Do this when the process is told to stop, before what else handles the signal.

    The server waits for streams to end before it stops, and has no hook for them.
    """
    loop = asyncio.get_running_loop()
    before: dict[int, Callable[[int, FrameType | None], object]] = {}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(work)
        before[number](number, frame)

    if threading.current_thread() is threading.main_thread():
        for stop in (signal.SIGTERM, signal.SIGINT):
            handler = signal.getsignal(stop)
            if callable(handler):
                before[stop] = handler
                signal.signal(stop, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            with suppress(ValueError):
                if signal.getsignal(number) is handle:
                    signal.signal(number, handler)
