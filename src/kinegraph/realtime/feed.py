"""The feed: reads the events of all topics once for a process, and hands them to its listeners.

It runs while there are listeners. `position` is that of the last event that was handed out: an event after it comes to
a listener that is added now, one up to it is read by the listener itself where it resumes.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable

from kinegraph.api.causes import is_timeout, is_unreachable
from kinegraph.events import store
from kinegraph.events.rules import Event, Topic, topics_of
from kinegraph.events.rules_ends import SubscriptionEnded
from kinegraph.kit.database import CANNOT_CONNECT, Database
from kinegraph.kit.logs import reason_of
from kinegraph.kit.outbox import act_as_worker
from kinegraph.kit.pool import PoolExhausted
from kinegraph.outside.redis_channel import Channel
from kinegraph.outside.redis_client import AWAY
from kinegraph.realtime.shutdown import end_tasks, stop_if_cancelled

log = logging.getLogger("kinegraph.realtime")

MAX_QUEUED = 1_000
"""Events that wait for one listener, at most."""
MAX_READ = 1_000
"""Events that are read by one statement."""
POLL_SECONDS = 2.0
"""Seconds after which the feed reads without having been woken up."""
GATHER_SECONDS = 0.005
"""Seconds between a wake-up and the reading: the events of many commits are read together."""
CONNECT_SECONDS = 2.0
"""Seconds that a new listener waits for Redis."""
RETRY_SECONDS = 1.0


def redis_is_away() -> SubscriptionEnded:
    """The end of a subscription while Redis is away."""
    message = "Live events are not available at the moment; subscribe again soon, after the last cursor."
    return SubscriptionEnded("SERVICE_UNAVAILABLE", message, 503, 1013)


def too_slow() -> SubscriptionEnded:
    """The end of a subscription whose client reads too slowly."""
    message = f"More than {MAX_QUEUED:,} events waited to be read; subscribe again, after the last cursor."
    return SubscriptionEnded("SLOW_CONSUMER", message, 503, 4008)


def stopping() -> SubscriptionEnded:
    """The end of all subscriptions of a process that stops."""
    message = "The server restarts; subscribe again, after the last cursor."
    return SubscriptionEnded("SERVICE_UNAVAILABLE", message, 503, 1012)


class Listener:
    """A queue of the events of some topics. `position` is that of the feed when it was added."""

    def __init__(self, topics: Iterable[Topic], position: int) -> None:
        self.topics = frozenset(topics)
        self.position = position
        self._events: deque[Event] = deque()
        self._changed = asyncio.Event()
        self._end: SubscriptionEnded | None = None
        self.ended = asyncio.Event()
        """Set when it has ended."""

    def put(self, event: Event) -> None:
        """Add an event. A queue that is full ends."""
        if len(self._events) >= MAX_QUEUED:
            self.end(too_slow())
        elif self._end is None:
            self._events.append(event)
            self._changed.set()

    def end(self, reason: SubscriptionEnded) -> None:
        """Let `next` raise this from now on. The events that wait are dropped: a cursor leads to them."""
        if self._end is None:
            self._end = reason
            self._events.clear()
            self._changed.set()
            self.ended.set()

    async def next(self) -> Event:
        """The next event. Raises SubscriptionEnded."""
        while not self._events:
            if self._end is not None:
                raise self._end
            self._changed.clear()
            await self._changed.wait()
        return self._events.popleft()


class Feed:
    """The listeners of a process. `wake` is to be called after each commit."""

    def __init__(self, database: Database, channel: Channel) -> None:
        self._database = Database(database.pool, database.cache, database.request_cache)  # whose commits wake nobody
        self._channel = channel
        self._listeners: dict[Topic, set[Listener]] = {}
        self._count = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._woken = asyncio.Event()
        self._connected = asyncio.Event()
        self._reading = asyncio.Lock()
        self._readings = 0
        self.position: int | None = None
        """None before the first reading since there are listeners."""

    # ---------------------------------------------------------------------------------- listeners

    async def listen(self, topics: Iterable[Topic]) -> Listener:
        """A listener for these topics, from the events on that are committed after this call. Raises SubscriptionEnded.

        It must be removed in the end.
        """
        self._count += 1
        try:
            self._start()
            try:
                await asyncio.wait_for(self._connected.wait(), CONNECT_SECONDS)
            except TimeoutError:
                raise redis_is_away() from None
            await self.refresh()
            assert self.position is not None
            listener = Listener(topics, self.position)
        except BaseException:
            self._release()
            raise
        for topic in listener.topics:
            self._listeners.setdefault(topic, set()).add(listener)
        return listener

    @property
    def listeners(self) -> set[Listener]:
        """All listeners."""
        return {listener for listeners in self._listeners.values() for listener in listeners}

    @property
    def is_running(self) -> bool:
        """True while there are listeners."""
        return bool(self._tasks)

    def remove(self, listener: Listener) -> None:
        """Remove a listener; the feed stops with the last one."""
        for topic in listener.topics:
            self._listeners[topic].discard(listener)
            if not self._listeners[topic]:
                del self._listeners[topic]
        self._release()

    def _release(self) -> None:
        self._count -= 1
        if self._count == 0:
            for task in self._tasks:
                task.cancel()
            self._tasks.clear()
            self._connected.clear()
            self.position = None

    def end_all(self, reason: SubscriptionEnded) -> None:
        """End all listeners."""
        for listener in self.listeners:
            listener.end(reason)

    # ---------------------------------------------------------------------------------- wake-ups

    def wake(self) -> None:
        """Something was committed in this process: read soon, and wake the other processes up."""
        self._woken.set()
        self._channel.wake()

    def _heard(self) -> None:
        self._connected.set()
        self._woken.set()

    async def _hear_on(self) -> None:
        """Hear wake-ups. A lost connection is opened again at once; where that fails, Redis is away."""
        while True:
            try:
                await self._channel.listen(self._heard)
            except Exception as error:
                is_expected = isinstance(error, AWAY)
                was_connected = self._connected.is_set()
                self._connected.clear()
                if not was_connected:
                    trace = None if is_expected else error
                    reason = reason_of(error, *AWAY)
                    log.warning("Redis is away: subscriptions end", extra={"reason": reason}, exc_info=trace)
                    self.end_all(redis_is_away())
                    await asyncio.sleep(RETRY_SECONDS)

    # ---------------------------------------------------------------------------------- reading

    def _start(self) -> None:
        if not self._tasks:
            self._tasks = [asyncio.create_task(each) for each in (self._hear_on(), self._read_on())]

    async def _read_on(self) -> None:
        while True:
            try:
                await asyncio.wait_for(self._woken.wait(), POLL_SECONDS)
                await asyncio.sleep(GATHER_SECONDS)
            except TimeoutError:
                pass
            stop_if_cancelled()
            self._woken.clear()
            try:
                await self.refresh()
            except Exception as error:
                is_expected = isinstance(error, (*CANNOT_CONNECT, PoolExhausted)) or is_timeout(error)
                log.warning(
                    "cannot read events, will try again",
                    extra={"reason": reason_of(error, OSError, PoolExhausted)},
                    exc_info=None if is_expected or is_unreachable(error) else error,
                )
                await asyncio.sleep(RETRY_SECONDS)

    async def refresh(self) -> None:
        """Hand out the events that were committed before this call. Calls at the same time share one reading."""
        needed = self._readings + (2 if self._reading.locked() else 1)  # one that begins from now on
        async with self._reading:
            if self._readings < needed:
                while await self._read():
                    pass
                self._readings += 1

    async def _read(self) -> bool:
        """Hand out the next events. Returns whether there may be more."""
        async with self._database.write(act_as_worker) as session:
            await store.number(session)
            if self.position is None:
                self.position = await store.last_position(session)
                return False
            found = await store.after(session, self.position, MAX_READ)
        for event in found:
            for topic in topics_of(event):
                for listener in self._listeners.get(topic, ()):
                    listener.put(event)
            self.position = event.position
        return len(found) == MAX_READ

    async def close(self) -> None:
        """Stop."""
        await end_tasks(self._tasks)
        await self._channel.close()
