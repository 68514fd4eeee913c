"""Helpers of the tests of embedded servers: start and stop them, store words in them and read the words back."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ParamSpec, TypeVar  # Any: values of asyncpg and redis-py

import asyncpg
import redis

from kinegraph.outside.embedded import find_running
from kinegraph.outside.postgres import EmbeddedPostgres
from kinegraph.outside.redis import EmbeddedRedis

P = ParamSpec("P")
S = TypeVar("S", bound=EmbeddedPostgres | EmbeddedRedis)


@contextmanager
def stopped_at_the_end(start: Callable[P, S]) -> Iterator[Callable[P, S]]:
    """A function that starts servers as `start` does; they are stopped at the end of the block."""
    servers: list[S] = []

    def start_one(*arguments: P.args, **named: P.kwargs) -> S:
        servers.append(start(*arguments, **named))
        return servers[-1]

    yield start_one
    for server in servers:
        server.stop()


def query(url: str, statement: str) -> Any:
    """The value that a statement returns."""

    async def fetch() -> Any:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(fetch())


def remember(url: str, word: str) -> None:
    """Store a word in a PostgreSQL or a Redis."""
    if url.startswith("unix"):
        redis.Redis.from_url(url).rpush("words", word)
    else:
        query(url, "create table if not exists words (word text)")
        query(url, f"insert into words values ('{word}')")


def remembered(url: str) -> list[str]:
    """The words that were stored, in their order."""
    if url.startswith("unix"):
        words: Any = redis.Redis.from_url(url).lrange("words", 0, -1)
        return [word.decode() for word in words]
    return list(query(url, "select array_agg(word order by ctid) from words"))


def pid_of(folder: Path, name: str) -> int:
    """The process id of the running server of a folder."""
    found = find_running(folder, name)
    assert found is not None
    return found.pid
