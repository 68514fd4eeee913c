"""A channel of Redis (pub/sub) that wakes processes up. Its messages have no content."""

import asyncio
import logging
from collections.abc import Callable

from kinegraph.outside.redis_client import AWAY, TIMEOUT_SECONDS, Redis

log = logging.getLogger("kinegraph.redis")


class Channel:
    """One channel; all processes that use the same Redis and the same name hear each other.

    It sends at most one message in `interval_seconds`.
    """

    def __init__(self, client: Redis, name: str, interval_seconds: float = 0) -> None:
        self._client = client
        self._name = name
        self._interval_seconds = interval_seconds
        self._has_news = False
        self._publishing: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Wake all listeners up soon, by one message for all calls until then. While Redis is away, nobody is."""
        self._has_news = True
        if self._publishing is None or self._publishing.done():
            self._publishing = asyncio.get_running_loop().create_task(self._publish())

    async def _publish(self) -> None:
        while self._has_news:
            self._has_news = False
            try:
                await self._client.publish(self._name, "")
            except AWAY as error:
                log.debug("cannot wake other processes up", extra={"reason": repr(error)})
            await asyncio.sleep(self._interval_seconds)

    async def close(self) -> None:
        """Wait for the last message for a moment, and close the connections."""
        if self._publishing is not None:
            await asyncio.wait([self._publishing], timeout=1)
            self._publishing.cancel()
        await self._client.aclose()

    async def listen(self, heard: Callable[[], None]) -> None:
        """Call `heard` once the channel is listened to, and for each message; goes on until it raises.

        Raises one of `redis_client.AWAY` where Redis is away, or does not answer a ping. Messages that were sent while
        nobody listened are lost.
        """
        pubsub = self._client.pubsub()
        try:
            await pubsub.subscribe(self._name)
            is_pinged = False
            while True:
                message = await pubsub.get_message(timeout=TIMEOUT_SECONDS)
                if message is None and is_pinged:
                    raise TimeoutError("Redis does not answer a ping.")
                is_pinged = message is None
                if message is None:
                    await pubsub.ping()
                elif message["type"] in ("subscribe", "message"):
                    heard()
        finally:
            await pubsub.aclose()  # type: ignore[no-untyped-call]  # redis-py has no types for it
