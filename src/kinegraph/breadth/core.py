"""graphql-core's own execution, which yields to other requests and ends when the budget is exceeded.

graphql-core completes a list in one go, and starts a task for each of its items at once: ten thousand objects block the
event loop for seconds. Here a list is completed in slices, between which other tasks run. Loads of the items are held
until all of them have begun, so that they are still pooled.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from functools import cached_property
from time import perf_counter
from typing import Any  # arguments and results of graphql-core's internal methods, passed on as they are
from weakref import WeakKeyDictionary

from graphql import GraphQLError, get_named_type, is_composite_type, is_object_type
from graphql.execution import executor as graphql_core
from graphql.execution.executor import Executor
from graphql.pyutils import Path

from kinegraph.breadth.adapter import Adapter
from kinegraph.breadth.budget import Budget
from kinegraph.breadth.tasks import start_task

SLICE = 20
"""Items of a list that are completed, and whose tasks are started, in one turn."""

TURN_SECONDS = 0.005
"""How long an execution runs before its lists have to wait for turns."""

MAX_FIELDS = 300
"""Fields of list items, approximately, that are begun in one iteration of the event loop. Each may be a task."""


class TurnQueue:
    """Gives turns to the lists of all executions of an event loop, a few at a time, first come, first served."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[asyncio.Future[None], int]] = deque()
        self._is_scheduled = False

    @property
    def is_empty(self) -> bool:
        """True if no list is waiting."""
        return not self._waiting

    async def wait(self, fields: int) -> None:
        """Wait for a turn in which `fields` fields are begun."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        self._waiting.append((future, fields))
        if not self._is_scheduled:
            self._is_scheduled = True
            loop.call_soon(self._next)
        await future

    def _next(self) -> None:
        begun = 0
        while self._waiting and begun < MAX_FIELDS:
            future, fields = self._waiting.popleft()
            if not future.done():
                future.set_result(None)
                begun += fields
        self._is_scheduled = bool(self._waiting)
        if self._is_scheduled:
            asyncio.get_running_loop().call_soon(self._next)


_queues: WeakKeyDictionary[asyncio.AbstractEventLoop, TurnQueue] = WeakKeyDictionary()
"""The queue of each event loop."""


class Turns:
    """The turns of one execution, which queues with all others for each next turn."""

    def __init__(self) -> None:
        self._queue = _queues.setdefault(asyncio.get_running_loop(), TurnQueue())
        self._began = perf_counter()

    @property
    def is_over(self) -> bool:
        """True if the execution has to wait for its next turn."""
        return not self._queue.is_empty or perf_counter() - self._began > TURN_SECONDS

    async def wait(self, fields: int) -> None:
        """Wait for a turn in which `fields` fields are begun."""
        await self._queue.wait(fields)
        self._began = perf_counter()


class CoreExecution(Executor[Any]):
    """Executes as graphql-core does, in turns, and counts the answer's objects with `budget`, whose refusal ends it."""

    adapter: Adapter
    budget: Budget | None = None
    _turns: Turns | None = None
    _task: "asyncio.Task[Any] | None" = None

    @cached_property
    def _below(self) -> dict[int, int]:
        """By id of a grouped field set (graphql-core makes one for each position): the number of objects below."""
        return {}

    @cached_property
    def _fields(self) -> dict[int, int]:
        """By id of a grouped field set: the number of fields, with those below them."""
        return {}

    def complete_object_value(self, return_type: Any, field_details_list: Any, *rest: Any) -> Any:
        """Count an object and the objects of its fields, before its fields are begun, and complete it.

        Raises the budget's refusal.
        """
        budget = self.budget
        if budget is not None:
            fields = self.collect_subfields(return_type, field_details_list).grouped_field_set
            is_first = not self._is_refused
            try:
                is_counted = not isinstance(rest[1].key, int)  # by its parent object; items of lists are not
                budget.spend(1, len(fields), self._objects_below(return_type, fields) - is_counted)
            except Exception:
                if self._task is not None and is_first:
                    self._task.cancel()
                raise
        info, path, result, *others = rest
        typed = self.adapter.type_of(result)
        result = result if typed is None else typed[1]
        return super().complete_object_value(return_type, field_details_list, info, path, result, *others)

    def _objects_below(self, type: Any, fields: Any) -> int:
        """How many of these fields have an object or a list of objects, counted as if none were null."""
        count = self._below.get(id(fields))
        if count is None:
            names = (details[0].node.name.value for details in fields.values())
            kinds = (get_named_type(type.fields[name].type) for name in names if name in type.fields)
            count = self._below[id(fields)] = sum(map(is_composite_type, kinds))
        return count

    @property
    def _is_refused(self) -> bool:
        return self.budget is not None and self.budget.is_exceeded

    def handle_field_error(self, raw_error: Exception, return_type: Any, field_details_list: Any, path: Path) -> None:
        """Do as graphql-core does, but raise a refusal without a path and without the frames of its traceback.

        Frames of graphql-core refer to the tasks that failed, which refer to the refusal.
        """
        if not self._is_refused:
            super().handle_field_error(raw_error, return_type, field_details_list, path)
            return
        try:
            raise raw_error.with_traceback(None)
        finally:
            del raw_error

    def complete_iterable_value(
        self, item_type: Any, field_details_list: Any, info: Any, path: Path, items: Iterable[Any], position: Any
    ) -> Any:
        """Complete a list; in slices if it is long, or if the turn of the execution is over."""
        if self._turns is None or "stream" in _directives(field_details_list):
            return super().complete_iterable_value(item_type, field_details_list, info, path, items, position)
        if not isinstance(items, list | tuple):  # which the types of this schema never return
            items = list(items)
        if len(items) <= SLICE and not self._turns.is_over:
            return super().complete_iterable_value(item_type, field_details_list, info, path, items, position)
        return self._complete_in_slices(self._turns, items, (item_type, field_details_list, info), path, position)

    async def execute_by_graphql_core(self, serially: bool | None = None) -> Any:
        """Execute the operation by graphql-core. Raises the budget's refusal. No task outlives it."""
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
        self, turns: Turns, items: list[Any] | tuple[Any, ...], item: tuple[Any, Any, Any], path: Path, position: Any
    ) -> list[Any]:
        completed: list[Any] = []
        begun: dict[int, asyncio.Future[Any]] = {}
        future: asyncio.Future[Any] | None
        fields = self._count_fields(*item[:2])
        size = max(1, min(SLICE, MAX_FIELDS // fields))
        try:
            with self.adapter.hold(self.context_value):
                for start in range(0, len(items), size):
                    await turns.wait(size * fields)
                    for index in range(start, min(start + size, len(items))):
                        self._complete_item(items[index], completed, item, path.add_key(index, None), position)
                        if self.is_awaitable(completed[index]):
                            begun[index] = start_task(completed[index])
                await asyncio.sleep(0)
            if begun:  # gather would cancel all tasks below this list in one iteration of the event loop
                await asyncio.wait(begun.values(), return_when=asyncio.FIRST_EXCEPTION)
                for index, future in begun.items():
                    if future.done():
                        completed[index] = future.result()
        except BaseException as error:
            try:
                await _end(list(begun.values()), turns, size, fields)
            finally:  # the traceback refers to this frame, which would refer to the tasks
                begun.clear()
                future = None
            raise error.with_traceback(None) from None
        return completed

    def _count_fields(self, item_type: Any, details: Any) -> int:
        """The number of fields of a list item, with those below, where each list counts as one item; 1 for a value.

        Also 1 where the fields cannot be collected: completing the item reports that error.
        """
        named: Any = get_named_type(item_type)
        if not is_object_type(named):
            return 1
        try:
            fields = self.collect_subfields(named, details).grouped_field_set
        except GraphQLError:
            return 1
        count = self._fields.get(id(fields))
        if count is None:
            pairs = ((named.fields.get(each[0].node.name.value), each) for each in fields.values())
            count = sum(1 if field is None else 1 + self._count_fields(field.type, each) for field, each in pairs) or 1
            self._fields[id(fields)] = count
        return count

    def _complete_item(
        self, value: Any, completed: list[Any], item: tuple[Any, Any, Any], path: Path, position: Any
    ) -> None:
        item_type, details, info = item
        if self.is_awaitable(value):
            completed.append(self.complete_awaitable_list_item_value(value, item_type, details, info, path, position))
        else:
            self.complete_list_item_value(value, completed, item_type, details, info, path, position)

    async def _end_background(self) -> None:
        """Cancel the tasks that graphql-core left running after a field failed, and wait for their ends."""
        await _cancel(list(self.background_futures))


async def _end(tasks: list[asyncio.Future[Any]], turns: Turns, size: int, fields: int) -> None:
    """Cancel tasks and await their ends, `size` at a time; with each end about `fields` tasks below it."""
    try:
        for start in range(0, len(tasks), size):
            await turns.wait(size * fields)
            await _cancel(tasks[start : start + size])
    except asyncio.CancelledError as error:  # cancelled a second time: end at once
        await _cancel(tasks)
        tasks.clear()
        raise error.with_traceback(None) from None


async def _cancel(tasks: list[asyncio.Future[Any]]) -> None:
    """Cancel tasks and wait for their ends. A task that was cancelled already is not cancelled again (see `_end`)."""
    for task in tasks:
        if not isinstance(task, asyncio.Task) or not task.cancelling():
            task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _gather_for_core(*awaitables: Any) -> list[Any]:
    """Await all and return their results. If one fails or is cancelled, the others are cancelled and awaited first.

    graphql-core awaits them only if one fails: after a cancellation some tasks would go on for a while.
    """
    tasks = [start_task(each) for each in awaitables]
    try:
        return await asyncio.gather(*tasks)
    except BaseException as error:
        await _cancel(tasks)
        tasks.clear()  # the traceback refers to this frame
        raise error.with_traceback(None) from None


# The version of graphql-core is pinned, and a test fails if this has no effect.
graphql_core.gather_with_cancel = _gather_for_core  # type: ignore[attr-defined]  # imported there, used by that name


def _directives(details: Any) -> set[str]:
    return {directive.name.value for each in details for directive in each.node.directives or ()}
