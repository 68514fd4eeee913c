"""Running resolvers at once, and letting others have their turn."""

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import AbstractContextManager
from time import perf_counter
from typing import Any

SLICE = 500
"""Objects that are worked on before it is looked whether others should have their turn."""

MAX_VALUES = 20_000
"""Values that are written down before it is looked: objects of many fields are fewer."""

TURN_SECONDS = 0.01
"""How long an execution goes on without letting others have their turn."""


class Turn:
    """The time since an execution last let others have their turn."""

    def __init__(self) -> None:
        self._began = perf_counter()

    async def end_if_long(self) -> None:
        """Let others have their turn, if this one has gone on for long enough."""
        if perf_counter() - self._began > TURN_SECONDS:
            await asyncio.sleep(0)
            self._began = perf_counter()


async def gather(awaitables: Sequence[Awaitable[Any]], hold: AbstractContextManager[Any]) -> list[Any]:
    """The results of all, which run at once. If one raises, the others are cancelled and waited for first.

    `hold` is held while they begin, so that what they load can be pooled though they begin in several turns.
    No asyncio.TaskGroup: before Python 3.13 one whose task failed leaves its parent task counted as cancelled
    (`Task.cancelling`), and the time limit around it then ends in CancelledError in place of TimeoutError.
    """
    tasks: list[asyncio.Task[Any]] = []
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
        tasks.clear()  # the error holds this frame, which would hold them, and with that everything that was loaded
        error = None
        raise


def _has_failed(task: "asyncio.Task[Any]") -> bool:
    return task.done() and not task.cancelled() and task.exception() is not None


async def _result(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


def discard(columns: Sequence[Sequence[Any]]) -> None:
    """Close coroutines that nobody is going to await."""
    for result in (result for results in columns for result in results if asyncio.iscoroutine(result)):
        result.close()
