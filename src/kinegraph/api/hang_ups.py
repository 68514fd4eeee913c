"""The deadline of a request: its time limit, or the moment when its client hangs up while the answer is made."""

import asyncio
from types import TracebackType
from typing import NamedTuple, Self

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from kinegraph.kit.errors import OutOfTime

WATCH_AFTER_SECONDS = 0.05
"""Seconds until the client is watched: most answers are made by then, and cost a timer alone."""

MAX_MESSAGES = 10
"""Messages that are read while waiting for the end. A server sends no other; one that repeats the body for ever, as
servers of tests do, would keep the event loop busy."""


class TimeLimit(NamedTuple):
    """The time limit of one request, which its look-ups and all tries of its execution share."""

    seconds: float
    end: float
    """Time of the event loop's clock."""

    @classmethod
    def begin(cls, seconds: float) -> Self:
        """A limit of so many seconds from now."""
        return cls(seconds, asyncio.get_running_loop().time() + seconds)


class Deadline:
    """A context manager that cancels its block at the end of the time limit, and when the client hangs up.

    Raises OutOfTime, or starlette's ClientDisconnect. `receive` is that of the request (ASGI), whose body has been
    read; None where no client is to be watched.
    """

    def __init__(self, limit: TimeLimit | None, receive: Receive | None) -> None:
        self._limit = limit
        self._timeout = asyncio.timeout_at(limit and limit.end)
        self._receive = receive
        self._timer: asyncio.TimerHandle | None = None
        self._watching: asyncio.Task[None] | None = None
        self._is_client_gone = False

    async def __aenter__(self) -> Self:
        await self._timeout.__aenter__()
        if self._receive is not None:
            self._timer = asyncio.get_running_loop().call_later(WATCH_AFTER_SECONDS, self._begin)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()
        is_late = isinstance(error, TimeoutError)  # what was cancelled may report it so
        try:
            await self._timeout.__aexit__(kind, error, trace)
        except TimeoutError:
            is_late = True
        finally:
            if self._watching is not None:  # no task outlives its request
                await asyncio.wait([self._watching])
        if is_late and self._timeout.expired():
            if self._is_client_gone or self._limit is None:
                raise ClientDisconnect from None
            raise OutOfTime(f"more than {self._limit.seconds} s") from None

    def _begin(self) -> None:
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def _watch(self) -> None:
        assert self._receive is not None
        for _ in range(MAX_MESSAGES):
            if (await self._receive())["type"] == "http.disconnect":
                self._is_client_gone = True
                self._timeout.reschedule(asyncio.get_running_loop().time())
                return
