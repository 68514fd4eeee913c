"""graphql-core's own execution, made to share the event loop with other requests and to end when the budget says so.

graphql-core completes a list in one go, and starts a task for each of its items at once: ten thousand objects stop the
process for seconds. Here a list is completed in slices, between which others have their turn. What the items load is
held until all of them have begun, so that it is still loaded at once.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from time import perf_counter
from typing import Any

from graphql.execution.executor import Executor
from graphql.pyutils import Path

from kinegraph.breadth.adapter import Adapter
from kinegraph.breadth.budget import Budget

SLICE = 20
"""Items of a list that are completed, and whose tasks are started, in one turn."""

TURN_SECONDS = 0.005
"""How long an execution goes on before its lists queue for turns."""

PLACES = 3
"""Lists of one execution that have a turn in one round of the event loop."""


class Turns:
    """Lets the lists of one execution go on a few at a time, in the order of asking."""

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._began = perf_counter()
        self._is_scheduled = False

    @property
    def is_over(self) -> bool:
        """Whether whoever asks has to wait."""
        return bool(self._waiting) or perf_counter() - self._began > TURN_SECONDS

    async def wait(self) -> None:
        """Wait for a turn."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        self._waiting.append(future)
        if not self._is_scheduled:
            self._is_scheduled = True
            loop.call_soon(self._next)
        await future

    def _next(self) -> None:
        self._began = perf_counter()
        given = 0
        while self._waiting and given < PLACES:
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(None)
                given += 1
        self._is_scheduled = bool(self._waiting)
        if self._is_scheduled:
            asyncio.get_running_loop().call_soon(self._next)


class CoreExecution(Executor[Any]):
    """Executes as graphql-core does, in turns; counts the answer's objects with `budget`, whose refusal ends it."""

    adapter: Adapter
    budget: Budget | None = None
    _turns: Turns | None = None
    _task: "asyncio.Task[Any] | None" = None

    def complete_object_value(self, return_type: Any, field_details_list: Any, *rest: Any) -> Any:
        """Count an object for the budget, and complete it. Raises the budget's refusal."""
        budget = self.budget
        if budget is not None and not self.adapter.documents(return_type):
            fields = self.collect_subfields(return_type, field_details_list).grouped_field_set
            try:
                budget.spend(1, len(fields))
            except Exception:
                if self._task is not None:
                    self._task.cancel()
                raise
        return super().complete_object_value(return_type, field_details_list, *rest)

    def complete_iterable_value(
        self, item_type: Any, field_details_list: Any, info: Any, path: Path, items: Iterable[Any], position: Any
    ) -> Any:
        """Complete a list, in slices where it is long or the execution has gone on for long enough."""
        if self._turns is None or not isinstance(items, list | tuple) or "stream" in _directives(field_details_list):
            return super().complete_iterable_value(item_type, field_details_list, info, path, items, position)
        if len(items) <= SLICE and not self._turns.is_over:
            return super().complete_iterable_value(item_type, field_details_list, info, path, items, position)
        return self._complete_in_slices(self._turns, items, (item_type, field_details_list, info), path, position)

    async def execute_by_core(self, serially: bool | None = None) -> Any:
        """The result of the operation. Raises the budget's refusal. No task outlives this."""
        self._turns = Turns()
        self._task = asyncio.get_running_loop().create_task(self._execute(serially))
        try:
            result = await self._task
        except asyncio.CancelledError:
            current = asyncio.current_task()
            is_ours = current is None or not current.cancelling()
            if is_ours and self.budget is not None and self.budget.is_exceeded:
                raise self.budget.refusal from None
            raise
        finally:
            self._task = None
            await self._end_background()
        if self.budget is not None and self.budget.is_exceeded:
            raise self.budget.refusal
        return result

    async def _execute(self, serially: bool | None) -> Any:
        result: Any = super().execute_operation(serially)
        return await result if self.is_awaitable(result) else result

    async def _complete_in_slices(
        self, turns: Turns, items: list[Any] | tuple[Any, ...], how: tuple[Any, Any, Any], path: Path, position: Any
    ) -> list[Any]:
        completed: list[Any] = []
        begun: dict[int, asyncio.Future[Any]] = {}
        try:
            with self.adapter.hold(self.context_value):
                for start in range(0, len(items), SLICE):
                    await turns.wait()
                    for index in range(start, min(start + SLICE, len(items))):
                        self._complete_item(items[index], completed, how, path.add_key(index, None), position)
                        if self.is_awaitable(completed[index]):
                            begun[index] = asyncio.ensure_future(completed[index])
                await asyncio.sleep(0)
            for index, result in zip(begun, await asyncio.gather(*begun.values()), strict=True):
                completed[index] = result
        except BaseException:
            for future in begun.values():
                future.cancel()
            await asyncio.gather(*begun.values(), return_exceptions=True)
            begun.clear()  # an error that is raised holds this frame, which would hold it
            raise
        return completed

    def _complete_item(
        self, item: Any, completed: list[Any], how: tuple[Any, Any, Any], path: Path, position: Any
    ) -> None:
        item_type, details, info = how
        if self.is_awaitable(item):
            completed.append(self.complete_awaitable_list_item_value(item, item_type, details, info, path, position))
        else:
            self.complete_list_item_value(item, completed, item_type, details, info, path, position)

    async def _end_background(self) -> None:
        """Cancel what graphql-core left running beside a field that failed at once, and return when nothing does."""
        if futures := list(self.background_futures):
            for future in futures:
                future.cancel()
            await asyncio.wait(futures)


def _directives(details: Any) -> set[str]:
    return {directive.name.value for each in details for directive in each.node.directives or ()}
