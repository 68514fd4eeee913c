"""Batch loading: single keys that fields load are collected, and answered by one call of a batch function.

A `BatchLoader` belongs to one request and one batch function with its arguments. All keys that are loaded in one turn
of the event loop form a batch. Its answers are a cache: its key is the batch function's key, complete because arguments
have a loader of their own; they are valid until the request writes (`Context.clear_loaders`) and are dropped at its
end; there is one for each key that the request loads.

`RequestTasks` are the tasks of one request, so that none outlives it. Every caller of `load` waits for a future of its
own: one that is cancelled does not affect the others.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any  # keys and answers: each batch function has its own

MAX_WAKES_PER_TURN = 20
"""Callers that continue in one turn of the event loop, so that a large batch does not block other requests."""


class RequestTasks:
    """The tasks that a request has started. Those that still run at its end are cancelled and waited for."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._has_ended = False
        self.is_alone = False
        """True while only one resolver runs: no other field can add keys to a batch, so that none are waited for."""
        self._hold_depth = 0
        self._held: list[Callable[[], None]] = []
        """Batches that are called when the outermost `hold` ends."""

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run a coroutine as a task of the request. Raises RuntimeError if the request has ended."""
        if self._has_ended:
            work.close()
            raise RuntimeError("Work was started for a request that has ended.")
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    @contextmanager
    def hold(self) -> Iterator[None]:
        """A block in which keys are collected and no batch is called, for work that takes several turns of the loop."""
        self._hold_depth += 1
        try:
            yield
        finally:
            self._hold_depth -= 1
            if not self._hold_depth:
                held, self._held = self._held, []
                for dispatch in held:
                    asyncio.get_running_loop().call_soon(dispatch)

    def dispatch(self, dispatch: Callable[[], None]) -> None:
        """Call a loader's dispatch now, or at the end of the outermost `hold`."""
        if self._hold_depth:
            self._held.append(dispatch)
        else:
            dispatch()

    async def end(self) -> None:
        """Cancel all tasks, and return when none runs."""
        self._has_ended = True
        while self._running:
            for task in self._running:
                task.cancel()
            await asyncio.wait(self._running)


class BatchLoader:
    """Loads single keys by calls of a batch function (many keys in, answers in key order), each key once."""

    def __init__(self, tasks: RequestTasks, call: Callable[[list[Any]], Awaitable[Sequence[Any]]]) -> None:
        self._tasks = tasks
        self._call = call
        self._answers: dict[Hashable, Any] = {}
        self._waiting: dict[Hashable, list[asyncio.Future[Any]]] = {}
        """The futures of callers that wait, by key."""
        self._batch: list[Any] = []
        """Keys that the next call gets."""

    async def load(self, key: Hashable) -> Any:
        """The answer to a key. Raises what the batch function raised."""
        if key in self._answers:
            return self._answers[key]
        if self._tasks.is_alone and key not in self._waiting:
            (self._answers[key],) = await self._call([key])
            return self._answers[key]
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        if key in self._waiting:
            self._waiting[key].append(future)
        else:
            self._waiting[key] = [future]
            self._batch.append(key)
            if len(self._batch) == 1:
                loop.call_soon(loop.call_soon, self._tasks.dispatch, self._dispatch)  # tasks that run next may add keys
        try:
            return await future
        finally:
            del future  # it holds an error that it raises, whose traceback holds this frame

    def _dispatch(self) -> None:
        keys, self._batch = self._batch, []
        try:
            self._tasks.start(self._run(keys))
        except RuntimeError as error:
            self._fail(keys, error)

    async def _run(self, keys: list[Any]) -> None:
        try:
            answers = await self._call(keys)
            if len(answers) != len(keys):
                raise ValueError(f"A batch function gave {len(answers)} answers to {len(keys)} keys.")
        except BaseException as error:
            self._fail(keys, error)
            if not isinstance(error, Exception):
                raise
            return
        self._answers.update(zip(keys, answers, strict=True))
        waiting = [(key, future) for key in keys for future in self._waiting.pop(key)]
        with self._tasks.hold() if len(waiting) > MAX_WAKES_PER_TURN else nullcontext():
            for number, (key, future) in enumerate(waiting, 1):
                if not future.done():
                    future.set_result(self._answers[key])
                if number % MAX_WAKES_PER_TURN == 0:
                    await asyncio.sleep(0)
            await asyncio.sleep(0)

    def _fail(self, keys: list[Any], error: BaseException) -> None:
        for key in keys:
            for future in self._waiting.pop(key, ()):
                if future.done():
                    continue
                if isinstance(error, Exception):
                    future.set_exception(error)
                    future.exception()  # marks it as retrieved: the caller may have been cancelled
                else:
                    future.cancel()
