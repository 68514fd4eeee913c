"""Connections, lent to one transaction after another.

The end of a reading decides nothing, so nobody waits for it: under load it is sent together with the beginning of
the connection's next transaction, which saves a round trip and a walk through the pool. A connection for which there
is no next one ends its reading and goes back to the pool in LINGER_SECONDS.
"""

import asyncio
from typing import TypeAlias

import asyncpg

from kinegraph.kit.sessions import Row

LINGER_SECONDS = 0.05
ACQUIRE_SECONDS = 10
"""How long a request waits for a connection before it is told to come back later."""


class PoolExhausted(Exception):
    """Every connection of the pool is in use, and none became free in ACQUIRE_SECONDS."""


Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[Row]"


class Lending:
    """A pool's connections, among them those whose reading is over and has not ended yet."""

    def __init__(self, pool: "asyncpg.Pool[Row]") -> None:
        self._pool = pool
        self._lingering: dict[Connection, asyncio.TimerHandle] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._waiting = 0

    async def begin(self, verb: str) -> Connection:
        """A connection whose transaction `verb` has begun. Raises PoolExhausted where none becomes free."""
        while (connection := self._take()) is not None and _is_lost(connection):
            await self._pool.release(connection)
        if connection is None:
            connection = await self._acquire()
        else:
            verb = f"COMMIT; {verb}"
        await self._run(connection, verb)
        return connection

    async def end(self, connection: Connection, verb: str, *, decides: bool = False) -> None:
        """End a transaction, and give its connection back.

        One that died has ended it already, by taking everything back: where the verb decides, that is raised.
        """
        if decides or not _is_lost(connection):
            await self._run(connection, verb)
        await self._pool.release(connection)

    async def leave(self, connection: Connection) -> None:
        """A reading is over."""
        if self._waiting or _is_lost(connection):
            await self.end(connection, "COMMIT")
        else:
            self._linger(connection)

    def _linger(self, connection: Connection) -> None:
        timer = asyncio.get_running_loop().call_later(LINGER_SECONDS, self._expire, connection)
        self._lingering[connection] = timer

    async def close(self) -> None:
        """End every reading that is over."""
        for connection, timer in list(self._lingering.items()):
            timer.cancel()
            self._expire(connection)
        await asyncio.gather(*self._ending, return_exceptions=True)

    async def _run(self, connection: Connection, verb: str) -> None:
        """Run it; a connection of which it is not known whether it did must not be lent again."""
        try:
            await connection.execute(verb)
        except asyncpg.PostgresError:
            await self.leave(connection)  # its transaction, if it has one, has failed; what follows ends it
            raise
        except BaseException:
            if not _is_lost(connection):
                connection.terminate()
            await self._pool.release(connection)
            raise

    def _take(self) -> "Connection | None":
        """The connection whose reading ended last, if there is one."""
        if not self._lingering:
            return None
        connection, timer = self._lingering.popitem()
        timer.cancel()
        return connection

    async def _acquire(self) -> Connection:
        self._waiting += 1
        try:
            return await self._pool.acquire(timeout=ACQUIRE_SECONDS)
        except TimeoutError:
            raise PoolExhausted(f"No connection became free in {ACQUIRE_SECONDS} seconds.") from None
        finally:
            self._waiting -= 1

    def _expire(self, connection: Connection) -> None:
        """End a reading that no transaction followed."""
        del self._lingering[connection]
        task = asyncio.get_running_loop().create_task(self.end(connection, "COMMIT"))
        self._ending.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._ending.discard(task)
        if not task.cancelled():
            task.exception()  # a connection that died meanwhile is the pool's to replace


def _is_lost(connection: Connection) -> bool:
    """Whether the connection is closed; one that died by itself was taken back by the pool, which says so."""
    try:
        closed: bool = connection.is_closed()
        return closed
    except asyncpg.InterfaceError:
        return True
