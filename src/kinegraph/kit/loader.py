"""Batch loading: what fields ask for while they are resolved is pooled, and asked of a batch function at once.

`RequestTasks` holds the tasks of one request, so that none outlives it. A `BatchLoader` belongs to one batch function
with its arguments; it starts one call for all keys that were asked for in a turn of the event loop. Each who waits
has a future of their own: one that is cancelled takes nothing from the others.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

WAKES = 20
"""Waiters that are woken in one turn of the event loop, so that a large level does not stop the process."""


class RequestTasks:
    """The tasks that a request has started; when it ends, those that still run are cancelled and waited for."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._has_ended = False
        self.is_alone = False
        """Whether a single resolver runs, so that nothing is gained by waiting for others' keys."""
        self._holds = 0
        self._held: list[Callable[[], None]] = []

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run a coroutine as a task of the request. Raises RuntimeError where the request has ended."""
        if self._has_ended:
            work.close()
            raise RuntimeError("Work was started for a request that has ended.")
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Within this, keys are pooled and nothing is asked: for work that begins in more than one turn of the loop."""
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1
            if not self._holds:
                held, self._held = self._held, []
                for dispatch in held:
                    asyncio.get_running_loop().call_soon(dispatch)

    def dispatch(self, dispatch: Callable[[], None]) -> None:
        """Call a loader's dispatch, at once or when nothing holds it any more."""
        if self._holds:
            self._held.append(dispatch)
        else:
            dispatch()

    async def end(self) -> None:
        """Cancel what runs, and return when nothing does."""
        self._has_ended = True
        while self._running:
            for task in self._running:
                task.cancel()
            await asyncio.wait(self._running)


class BatchLoader:
    """Answers single keys by calls of a batch function (many keys in, answers in key order), each key once."""

    def __init__(self, tasks: RequestTasks, call: Callable[[list[Any]], Awaitable[Sequence[Any]]]) -> None:
        self._tasks = tasks
        self._call = call
        self._answers: dict[Hashable, Any] = {}
        self._waiting: dict[Hashable, list[asyncio.Future[Any]]] = {}
        self._pooled: list[Any] = []

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
            self._pooled.append(key)
            if len(self._pooled) == 1:
                loop.call_soon(loop.call_soon, self._tasks.dispatch, self._dispatch)  # who is woken now may still ask
        try:
            return await future
        finally:
            del future  # it holds an error that it raises, whose traceback holds this frame

    def _dispatch(self) -> None:
        keys, self._pooled = self._pooled, []
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
        with self._tasks.hold() if len(waiting) > WAKES else nullcontext():
            for place, (key, future) in enumerate(waiting, 1):
                if not future.done():
                    future.set_result(self._answers[key])
                if place % WAKES == 0:
                    await asyncio.sleep(0)
            await asyncio.sleep(0)

    def _fail(self, keys: list[Any], error: BaseException) -> None:
        for key in keys:
            for future in self._waiting.pop(key, ()):
                if future.done():
                    continue
                if isinstance(error, Exception):
                    future.set_exception(error)
                    future.exception()  # nobody may be left to hear of it
                else:
                    future.cancel()
