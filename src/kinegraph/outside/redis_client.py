"""Redis, through redis-py: clients, whether it answers, its version."""

import asyncio
from typing import Any  # redis-py's answer to INFO, and what it does not type

import redis
from redis.asyncio import ConnectionPool
from redis.asyncio import Redis as Redis

from kinegraph.outside.errors import ServiceError

TIMEOUT_SECONDS = 5
PAUSE_SECONDS = 0.1
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


async def rewrite_file(client: Redis, seconds: float) -> str | None:
    """Have the append-only file written anew, so that deleted values leave it; the reason where that did not succeed.

    Waits for at most about twice so many seconds. A server without such a file has nothing to write.
    """
    try:
        if not await _file_state(client, "aof_enabled"):
            return None
        await _written(client, seconds)
        rewrite: Any = client.bgrewriteaof  # redis-py has no types for it
        await rewrite()
        if not await _written(client, seconds):
            return f"it took longer than {seconds:g} seconds"
        state = await _file_state(client, "aof_last_bgrewrite_status")
    except AWAY as error:
        return str(error)
    return None if state == "ok" else f"the server says {state}"


async def _written(client: Redis, seconds: float) -> bool:
    """Wait until the file is not being written; False where it still is after so many seconds."""
    for _ in range(round(seconds / PAUSE_SECONDS)):
        states = [await _file_state(client, f"aof_rewrite_{each}") for each in ("in_progress", "scheduled")]
        if not any(states):
            return True
        await asyncio.sleep(PAUSE_SECONDS)
    return False


async def _file_state(client: Redis, name: str) -> Any:
    state: Any = await client.info("persistence")
    return state.get(name)


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
