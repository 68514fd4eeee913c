"""Tasks whose coroutines are closed when the tasks are cancelled before they have begun.

Such a task never runs its coroutine, and a coroutine of graphql-core holds others as arguments, which nobody awaits
then: Python would warn of each. Here they are closed.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Iterable
from types import CoroutineType
from typing import Any  # coroutines of graphql-core return values of any type


def start_task(awaitable: Awaitable[Any]) -> "asyncio.Future[Any]":
    """Schedule an awaitable as `asyncio.ensure_future` does."""
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
    held = list(coroutine.cr_frame.f_locals.values())
    coroutine.close()
    for value in held:
        for each in _elements(value):
            if isinstance(each, CoroutineType):
                close_unawaited(each)


def _elements(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list | tuple) else (value,)
