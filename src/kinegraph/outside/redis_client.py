"""Redis, through redis-py: clients, whether it answers, its version."""

import asyncio
from typing import Any  # redis-py's answer to INFO

import redis
from redis.asyncio import ConnectionPool
from redis.asyncio import Redis as Redis

from kinegraph.outside.errors import ServiceError

TIMEOUT_SECONDS = 5
AWAY = (redis.RedisError, OSError, TimeoutError)
"""The errors of a Redis that does not answer."""


def open_redis(url: str) -> Redis:
    """A client that connects when it is first used."""
    client: Redis = Redis.from_url(url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS)
    return client


def open_pool(url: str) -> ConnectionPool:
    """A connection pool for a queue, with a timeout for connecting and for each answer."""
    pool: ConnectionPool = ConnectionPool.from_url(
        url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
    )
    return pool


async def fault(client: Redis, seconds: float) -> str | None:
    """The name of the error if Redis does not answer within so many seconds; None if it does."""
    try:
        async with asyncio.timeout(seconds):
            await client.ping()
    except AWAY as error:
        # A connection that still expects an answer would take it for the answer to its next command.
        await client.connection_pool.disconnect()
        return type(error).__name__
    return None


def version_and_key(url: str, key: str) -> tuple[str, bool]:
    """The server's name and version (`Valkey 9.1.2`), and whether a key exists. Raises ServiceError if unreachable."""
    try:
        client = redis.Redis.from_url(url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS)
        try:
            server: Any = client.info("server")
            valkey = server.get("valkey_version")  # its redis_version is the one that it is compatible with
            name = f"Valkey {valkey}" if valkey else f"Redis {server['redis_version']}"
            return name, bool(client.exists(key))
        finally:
            client.close()
    except (*AWAY, ValueError) as error:
        raise ServiceError(f"Redis cannot be reached ({error}). Check KINEGRAPH_REDIS_URL.") from None
