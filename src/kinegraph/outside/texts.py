"""Texts in Redis, each with a lifetime: a cache that all processes share, and that may be away at any time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from typing import TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from kinegraph.outside.redis_client import AWAY

log = logging.getLogger("kinegraph.redis")

WAIT_SECONDS = 0.05
"""Maximum time in seconds that a request waits for Redis."""
AWAY_SECONDS = 5
"""Time in seconds after a failure in which Redis is not asked again."""
LIFETIME_SECONDS = 24 * 3600

T = TypeVar("T")


class RedisTexts:
    """Texts by key. While Redis is away, there is none, and none is stored."""

    def __init__(self, url: str, prefix: str) -> None:
        retry = Retry(NoBackoff(), 0)
        self._client: Redis = Redis.from_url(
            url, socket_timeout=WAIT_SECONDS, socket_connect_timeout=WAIT_SECONDS, retry=retry
        )
        self._prefix = prefix
        self._away_until = 0.0

    async def get(self, key: str) -> bytes | None:
        """The text of a key, whose lifetime begins anew; None where there is none, or Redis is away."""
        return await self._answer(lambda: self._client.getex(self._prefix + key, ex=LIFETIME_SECONDS))

    async def put(self, key: str, text: bytes) -> None:
        """Store a text."""
        await self._answer(lambda: self._client.set(self._prefix + key, text, ex=LIFETIME_SECONDS))

    async def remove(self, keys: Collection[str]) -> None:
        """Remove texts."""
        if keys:
            await self._answer(lambda: self._client.delete(*(self._prefix + key for key in keys)))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _answer(self, send: Callable[[], Awaitable[T]]) -> T | None:
        """The answer to a command; None while Redis is away: then it is not sent."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._away_until:
            return None
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                return await send()
        except AWAY as error:
            self._away_until = loop.time() + AWAY_SECONDS
            log.warning("Redis is away", extra={"reason": repr(error)})
            return None
