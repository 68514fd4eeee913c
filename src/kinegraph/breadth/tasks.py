"""Running resolvers concurrently, and yielding to other requests."""

import asyncio
import inspect
from collections.abc import Awaitable, Iterable, Sequence
from contextlib import AbstractContextManager
from time import perf_counter
from types import CoroutineType
from typing import Any  # values that context managers yield and coroutines of graphql-core return

from kinegraph.breadth.aliases import Value

SLICE = 500
"""Objects that are processed before an execution checks whether to yield."""

MAX_VALUES = 20_000
"""Values that are serialized before an execution checks whether to yield: with many fields, fewer objects."""

TURN_SECONDS = 0.01
"""How long an execution runs without yielding to other tasks of the event loop."""


class Turn:
    """The time for which an execution has run without yielding to other tasks of the event loop."""

    def __init__(self) -> None:
        self._began = perf_counter()

    async def end_if_long(self) -> None:
        """Yield to other tasks, if the turn has lasted TURN_SECONDS."""
        if perf_counter() - self._began > TURN_SECONDS:
            await asyncio.sleep(0)
            self._began = perf_counter()


async def gather(awaitables: Sequence[Awaitable[Value]], hold: AbstractContextManager[Any]) -> list[Value]:
    """Await all concurrently and return their results. If one raises, the others are cancelled and awaited first.

    `hold` is entered until all have begun, so that their loads can be pooled, though they begin in several turns.
    It is no asyncio.TaskGroup: before Python 3.13, one whose task failed leaves its parent task counted as cancelled
    (`Task.cancelling`), and a time limit around it then ends in CancelledError in place of TimeoutError.
    """
    tasks: list[asyncio.Task[Value]] = []
    try:
        with hold:
            for number, awaitable in enumerate(awaitables, 1):
                tasks.append(asyncio.create_task(_result(awaitable)))
                if number % SLICE == 0:
                    await asyncio.sleep(0)
            await asyncio.sleep(0)
        if tasks:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        if error := next((task.exception() for task in tasks if _has_failed(task)), None):
            raise error
        return [task.result() for task in tasks]
    except BaseException:
        discard([awaitables[len(tasks) :]])
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        tasks.clear()  # a cycle of the error, this frame and the tasks would hold all that was loaded in memory
        error = None
        raise


def _has_failed(task: "asyncio.Task[Any]") -> bool:
    return task.done() and not task.cancelled() and task.exception() is not None


async def _result(awaitable: Awaitable[Value]) -> Value:
    return await awaitable


def discard(columns: Sequence[Sequence[object]]) -> None:
    """Close coroutines that are not going to be awaited."""
    for result in (result for results in columns for result in results if asyncio.iscoroutine(result)):
        result.close()


def start_task(awaitable: Awaitable[Any]) -> "asyncio.Future[Any]":
    """Schedule an awaitable as `asyncio.ensure_future` does. What is cancelled before it begins is closed.

    A coroutine of graphql-core holds others as arguments, which nobody would await: Python would warn of each.
    """
    if not isinstance(awaitable, CoroutineType):
        return asyncio.ensure_future(awaitable)
    task = asyncio.ensure_future(_result(awaitable))
    task.add_done_callback(lambda done: close_unawaited(awaitable) if done.cancelled() else None)
    return task


def close_unawaited(coroutine: "CoroutineType[Any, Any, Any]") -> None:
    """Close a coroutine if it has not begun, and those among its arguments, alone or in a list or dict."""
    if inspect.getcoroutinestate(coroutine) != inspect.CORO_CREATED:
        return
    frame = coroutine.cr_frame
    held = list(frame.f_locals.values()) if frame else []
    coroutine.close()
    for value in held:
        for each in _elements(value):
            if isinstance(each, CoroutineType):
                close_unawaited(each)


def _elements(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list | tuple) else (value,)
