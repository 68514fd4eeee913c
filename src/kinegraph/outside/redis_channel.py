"""A channel of Redis (pub/sub) that wakes processes up. Its messages have no content."""

from collections.abc import Callable

from kinegraph.outside.redis_client import TIMEOUT_SECONDS, Redis


class Channel:
    """One channel; all processes that use the same Redis and the same name hear each other."""

    def __init__(self, client: Redis, name: str) -> None:
        self._client = client
        self._name = name

    async def publish(self) -> None:
        """Wake all listeners up. Raises one of `redis_client.AWAY`."""
        await self._client.publish(self._name, "")

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
