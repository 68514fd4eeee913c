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
    """
    tasks: list[asyncio.Task[Value]] = []
    try:
        async with asyncio.TaskGroup() as group:
            with hold:
                for number, awaitable in enumerate(awaitables, 1):
                    tasks.append(group.create_task(_result(awaitable)))
                    if number % SLICE == 0:
                        await asyncio.sleep(0)
                await asyncio.sleep(0)
    except BaseExceptionGroup as failed:
        first: BaseException = failed
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        tasks.clear()  # a cycle of the tasks and this frame would hold all that was loaded in memory
        try:
            raise first from None
        finally:
            del first
    return [task.result() for task in tasks]


async def _result(awaitable: Awaitable[Value]) -> Value:
    return await awaitable


def discard(columns: list[list[Value]]) -> None:
    """Close coroutines that are not going to be awaited."""
    for result in (result for results in columns for result in results if asyncio.iscoroutine(result)):
        result.close()


def start_task(awaitable: Awaitable[Any]) -> "asyncio.Future[Any]":
    """Schedule an awaitable as `asyncio.ensure_future` does. What is cancelled before it begins is closed.

    A coroutine of graphql-core holds others as arguments, which nobody would await: Python would warn of each.
    """
    if not isinstance(awaitable, CoroutineType):
        return asyncio.ensure_future(awaitable)
    task = asyncio.ensure_future(_await(awaitable))
    task.add_done_callback(lambda done: close_unawaited(awaitable) if done.cancelled() else None)
    return task


async def _await(coroutine: Awaitable[Any]) -> Any:
    return await coroutine


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
