"""The connection pool: a bounded number of leases, who waits for one, and the COMMITs that are deferred."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import asyncpg

from kinegraph.kit.leases import ENDING, FREE, LENT, LOST, Lease
from kinegraph.kit.rows import Row

DEFERRED_COMMIT_SECONDS = 0.05
"""How long a read's COMMIT waits for a transaction that it can be sent with."""

ACQUIRE_SECONDS = 10
"""How long a request waits for a connection before it is told to come back later."""

CONTROL_SECONDS = 3
"""How long a connection may take to begin a transaction, or to roll one back, before it is taken for lost."""

Connect = Callable[[], Awaitable["asyncpg.Connection[Row]"]]


class PoolExhausted(Exception):
    """Every connection of the pool is in use, and none became free in time."""


class ConnectionPool:
    """At most `size` leases. Who waits for one gets it in the order of asking."""

    def __init__(self, connect: Connect, size: int) -> None:
        self._connect = connect
        self._size = size
        self._opened = 0
        """Places that are taken: by leases, by connections being made, and by waiters who were given a lost one's."""
        self._free: list[Lease] = []
        self._ending: dict[Lease, asyncio.TimerHandle] = {}
        self._waiting: OrderedDict[asyncio.Future[Lease | None], None] = OrderedDict()
        self._commits: set[asyncio.Task[None]] = set()
        self._is_closed = False
        self.on_lease: Callable[[Lease], None] | None = None
        """Is told of each connection that is made; for tests."""

    async def begin(self, verb: str) -> Lease:
        """A lease whose transaction `verb` has begun.

        A pooled connection that does not answer in CONTROL_SECONDS is dropped, and one that is made anew asked.
        Raises PoolExhausted where none becomes free, asyncpg.PostgresError where the server refuses `verb` (the lease
        is free again), and what connecting raises.
        """
        if (lease := self._take()) is not None:
            try:
                await self._begin(lease, verb)
            except (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError):
                self._drop_idle()  # it had died in the pool, and so, most likely, have the others
            else:
                return lease
        lease = await self._wait()
        await self._begin(lease, verb)
        return lease

    async def end(self, lease: Lease, verb: str, *, must_succeed: bool = False) -> None:
        """End a lease's transaction by COMMIT or ROLLBACK, and free it.

        A connection that was lost has rolled back by itself; where the verb `must_succeed` that raises.
        """
        if lease.is_busy:  # somebody's statement is under way: nobody can say what it does to the transaction
            lease.lose()
        try:
            if lease.state is not LOST:
                await lease.control(verb, CONTROL_SECONDS if verb == "ROLLBACK" else None)
            elif must_succeed:
                raise asyncpg.ConnectionDoesNotExistError("The connection was lost before its transaction's end.")
        finally:
            if lease.state is not LOST:  # a COMMIT that the server refused has rolled back
                lease.move(FREE)
            self._give_back(lease)

    def defer_commit(self, lease: Lease) -> bool:
        """Leave a read's COMMIT to the lease's next transaction. Returns False where it must be sent now."""
        if self._waiting or lease.state is LOST or lease.is_busy or self._is_closed:
            return False
        lease.move(ENDING)
        loop = asyncio.get_running_loop()
        self._ending[lease] = loop.call_later(DEFERRED_COMMIT_SECONDS, self._expire, lease)
        return True

    def pooled(self) -> list[Lease]:
        """The leases that nobody uses now."""
        return [*self._free, *self._ending]

    async def close(self) -> None:
        """Send deferred commits, and close every connection that is not lent; lent ones close when they are freed."""
        self._is_closed = True
        for lease, timer in list(self._ending.items()):
            timer.cancel()
            self._expire(lease)
        await asyncio.gather(*self._commits, return_exceptions=True)
        free, self._free = self._free, []
        self._opened -= len(free)
        await asyncio.gather(*(lease.close() for lease in free))

    async def _begin(self, lease: Lease, verb: str) -> None:
        was_ending = lease.state is ENDING
        lease.move(LENT)
        try:
            await lease.control(f"COMMIT; {verb}" if was_ending else verb, CONTROL_SECONDS)
        except asyncpg.PostgresError:
            if lease.state is LOST:
                self._give_back(lease)
            else:  # the failed transaction is still open, if it began
                await self.end(lease, "ROLLBACK")
            raise
        except BaseException:
            self._give_back(lease)
            raise

    def _take(self) -> Lease | None:
        """A lease that can be lent at once: one whose COMMIT is deferred before a free one."""
        while self._ending:
            lease, timer = self._ending.popitem()
            timer.cancel()
            if lease.state is not LOST:
                return lease
            self._opened -= 1
        while self._free:
            lease = self._free.pop()
            if lease.state is not LOST:
                return lease
            self._opened -= 1
        return None

    def _drop_idle(self) -> None:
        """Close every connection that nobody uses."""
        while (lease := self._take()) is not None:
            lease.lose()
            self._give_back(lease)

    async def _wait(self) -> Lease:
        """A new connection, or the next one that is freed."""
        if self._opened < self._size:
            self._opened += 1
        elif (lease := self._take()) is not None:
            return lease
        else:
            end = asyncio.get_running_loop().time() + ACQUIRE_SECONDS
            if (lease := await self._next_freed(end)) is not None and lease.state is not LOST:
                return lease
        return await self._open()

    async def _next_freed(self, end: float) -> Lease | None:
        """The next lease that is freed, or None: the place of one that was lost. Raises PoolExhausted."""
        future: asyncio.Future[Lease | None] = asyncio.get_running_loop().create_future()
        self._waiting[future] = None
        try:
            async with asyncio.timeout_at(end):
                return await future
        except BaseException as error:
            if future.done() and not future.cancelled():
                self._give_back(future.result())
            if isinstance(error, TimeoutError):
                raise PoolExhausted(f"No connection became free in {ACQUIRE_SECONDS} seconds.") from None
            raise
        finally:
            self._waiting.pop(future, None)

    async def _open(self) -> Lease:
        """A lease of a new connection, for which a place is taken already."""
        try:
            lease = Lease(await self._connect())
        except BaseException as error:
            self._give_back(None)
            if isinstance(error, TimeoutError):
                raise ConnectionError("The database did not answer a new connection in time.") from error
            raise
        if self.on_lease is not None:
            self.on_lease(lease)
        return lease

    def _give_back(self, lease: Lease | None) -> None:
        """Hand a free lease, or the place of a lost one (None), to who waits longest, else to the pool."""
        if lease is not None and lease.state is LOST:
            lease = None
        if lease is not None and self._is_closed:
            lease.lose()
            lease = None
        while self._waiting:
            future, _ = self._waiting.popitem(last=False)
            if not future.done():
                future.set_result(lease)
                return
        if lease is not None:
            self._free.append(lease)
        else:
            self._opened -= 1

    def _expire(self, lease: Lease) -> None:
        """Send a deferred COMMIT, since no transaction followed."""
        del self._ending[lease]
        if lease.state is LOST:
            self._give_back(lease)
            return
        lease.move(LENT)
        task = asyncio.get_running_loop().create_task(self.end(lease, "COMMIT"))
        self._commits.add(task)
        task.add_done_callback(self._committed)

    def _committed(self, task: asyncio.Task[None]) -> None:
        self._commits.discard(task)
        if not task.cancelled():
            task.exception()  # a connection that died meanwhile was dropped; nobody waits for a read's COMMIT
