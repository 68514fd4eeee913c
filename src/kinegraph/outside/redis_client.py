"""Speaking to Redis by redis-py: does it answer, and what does it say."""

import asyncio
from typing import Any

import redis
from redis.asyncio import ConnectionPool
from redis.asyncio import Redis as Redis

from kinegraph.outside.errors import ServiceError

SECONDS = 5
AWAY = (redis.RedisError, OSError, TimeoutError)
"""What is raised where Redis does not answer."""


def open_redis(url: str) -> Redis:
    """A client that connects when it is first used."""
    client: Redis = Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
    return client


def open_pool(url: str) -> ConnectionPool:
    """Connections for a queue; a Redis that does not answer in time is away."""
    pool: ConnectionPool = ConnectionPool.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
    return pool


async def fault(client: Redis, seconds: float) -> str | None:
    """Why Redis does not answer in so many seconds, or None where it does."""
    try:
        async with asyncio.timeout(seconds):
            await client.ping()
    except AWAY as error:
        # A connection that was given up half-way would read the answer to one command as that to the next.
        await client.connection_pool.disconnect()
        return type(error).__name__
    return None


def version_and_key(url: str, key: str) -> tuple[str, bool]:
    """The server's name and version (`Valkey 9.1.2`), and whether a key exists. Raises ServiceError if unreachable."""
    try:
        client = redis.Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
        try:
            server: Any = client.info("server")
            valkey = server.get("valkey_version")  # its redis_version is the one that it is compatible with
            name = f"Valkey {valkey}" if valkey else f"Redis {server['redis_version']}"
            return name, bool(client.exists(key))
        finally:
            client.close()
    except (*AWAY, ValueError) as error:
        raise ServiceError(f"Redis cannot be reached ({error}). Check KINEGRAPH_REDIS_URL.") from None
