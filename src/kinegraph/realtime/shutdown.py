"""Ending subscriptions before the process stops."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType


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
