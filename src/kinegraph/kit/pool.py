"""The connection pool: a bounded number of leases, a queue of tasks that wait for one, and deferred COMMITs.

A transaction begins on a lease whose COMMIT is deferred, else on a free one, else on a new connection, and otherwise
waits for one that is freed. A read's COMMIT is deferred: it is sent with the BEGIN of the next transaction on that
connection, or alone after DEFERRED_COMMIT_SECONDS. It is not deferred while a task waits for a connection.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import asyncpg

from kinegraph.kit import leases
from kinegraph.kit.leases import ENDING, FREE, LENT, LOST, STATEMENT_ERRORS, Lease
from kinegraph.kit.rows import Row

DEFERRED_COMMIT_SECONDS = 0.05
"""Seconds that a read's COMMIT waits for a transaction to be sent with."""

ACQUIRE_SECONDS = 10
"""Seconds that a request waits for a connection; it is refused after that (PoolExhausted)."""

Connect = Callable[[], Awaitable["asyncpg.Connection[Row]"]]


class PoolExhausted(Exception):
    """No connection was freed in time; or too many executions by graphql-core wait already (`api.executor.Gate`)."""


class ConnectionPool:
    """At most `size` leases, which waiting tasks get in the order in which they came."""

    def __init__(self, connect: Connect, size: int) -> None:
        self._connect = connect
        self._size = size
        self._opened = 0
        """Slots in use, at most `size`: by leases, and by connections that are being opened or are about to be."""
        self._free: list[Lease] = []
        self._ending: dict[Lease, asyncio.TimerHandle] = {}
        """Leases whose COMMIT is deferred, with the timer that sends it."""
        self._waiting: OrderedDict[asyncio.Future[Lease | None], None] = OrderedDict()
        """Tasks that wait, in their order. Each gets a lease, or None: the slot of a lost one, to open another."""
        self._commits: set[asyncio.Task[None]] = set()
        """Deferred COMMITs that are being sent."""
        self._is_closed = False
        self.on_lease: Callable[[Lease], None] | None = None
        """Called with the lease of each new connection, for tests."""

    async def begin(self, statement: str) -> Lease:
        """Begin a transaction by this statement. Returns its lease.

        Where a pooled connection does not answer within `leases.CONTROL_SECONDS`, it and all idle ones are closed, and
        a new one is opened, or waited for. Raises PoolExhausted where no connection is freed in time,
        asyncpg.PostgresError where the server refuses the statement (the lease is free again), and the errors of
        connecting.
        """
        if (lease := self._take_idle()) is not None:
            try:
                await self._begin_on(lease, statement)
            except (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError):
                self._close_idle()  # it had died in the pool, and so, most likely, have the others
            else:
                return lease
        lease = await self._wait()
        await self._begin_on(lease, statement)
        return lease

    async def end(self, lease: Lease, statement: str, *, must_succeed: bool = False) -> None:
        """End a lease's transaction by COMMIT or ROLLBACK, and free the lease.

        PostgreSQL rolls back the transaction of a lost connection, and of one that does not answer, which is closed.
        With `must_succeed` that raises; else the error that ended the request, if any, stays the one that is reported.
        """
        if lease.is_busy:  # by another task, with a statement that may still run: the transaction is of unknown state
            lease.lose()
        try:
            if lease.state is not LOST:
                await lease.control(statement, leases.CONTROL_SECONDS if statement == "ROLLBACK" else None)
            elif must_succeed:
                raise asyncpg.ConnectionDoesNotExistError("The connection was lost before its transaction's end.")
        except STATEMENT_ERRORS:
            if must_succeed:
                raise
            lease.lose()
        finally:
            if lease.state is not LOST:  # a COMMIT that the server refused has rolled back
                lease.move(FREE)
            self._release(lease)

    def defer_commit(self, lease: Lease) -> bool:
        """Defer a read's COMMIT to the lease's next transaction. Returns False where it must be sent now."""
        if self._waiting or lease.state is LOST or lease.is_busy or self._is_closed:
            return False
        lease.move(ENDING)
        loop = asyncio.get_running_loop()
        self._ending[lease] = loop.call_later(DEFERRED_COMMIT_SECONDS, self._commit_deferred, lease)
        return True

    def pooled(self) -> list[Lease]:
        """The leases that no session uses now."""
        return [*self._free, *self._ending]

    async def close(self) -> None:
        """Send deferred COMMITs, and close every connection that is not lent. Lent ones are closed when freed."""
        self._is_closed = True
        for lease, timer in list(self._ending.items()):
            timer.cancel()
            self._commit_deferred(lease)
        await asyncio.gather(*self._commits, return_exceptions=True)
        free, self._free = self._free, []
        self._opened -= len(free)
        await asyncio.gather(*(lease.close() for lease in free))

    async def _begin_on(self, lease: Lease, statement: str) -> None:
        was_ending = lease.state is ENDING
        lease.move(LENT)
        try:
            await lease.control(f"COMMIT; {statement}" if was_ending else statement, leases.CONTROL_SECONDS)
        except asyncpg.PostgresError:
            if lease.state is LOST:
                self._release(lease)
            else:  # the failed transaction is still open, if it began
                await self.end(lease, "ROLLBACK")
            raise
        except BaseException:
            self._release(lease)
            raise

    def _take_idle(self) -> Lease | None:
        """Remove an idle lease from the pool: one whose COMMIT is deferred, else a free one; None if there is none."""
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

    def _close_idle(self) -> None:
        """Close every connection that no session uses."""
        while (lease := self._take_idle()) is not None:
            lease.lose()
            self._release(lease)

    async def _wait(self) -> Lease:
        """A new connection where a slot is free, else the next lease that is freed. Raises PoolExhausted."""
        if self._opened < self._size:
            self._opened += 1
        elif (lease := self._take_idle()) is not None:
            return lease
        else:
            end = asyncio.get_running_loop().time() + ACQUIRE_SECONDS
            if (lease := await self._next_freed(end)) is not None and lease.state is not LOST:
                return lease
        return await self._open()

    async def _next_freed(self, end: float) -> Lease | None:
        """The next lease that is freed, or None: the slot of a lost one. Raises PoolExhausted."""
        future: asyncio.Future[Lease | None] = asyncio.get_running_loop().create_future()
        self._waiting[future] = None
        try:
            async with asyncio.timeout_at(end):
                return await future
        except BaseException as error:
            if future.done() and not future.cancelled():
                self._release(future.result())
            if isinstance(error, TimeoutError):
                raise PoolExhausted(f"No connection became free in {ACQUIRE_SECONDS} seconds.") from None
            raise
        finally:
            self._waiting.pop(future, None)

    async def _open(self) -> Lease:
        """Open a connection, whose slot is counted already."""
        try:
            lease = Lease(await self._connect())
        except BaseException as error:
            self._release(None)
            if isinstance(error, TimeoutError):
                raise ConnectionError("The database did not answer a new connection in time.") from error
            raise
        if self.on_lease is not None:
            self.on_lease(lease)
        return lease

    def _release(self, lease: Lease | None) -> None:
        """Give a lease, or the slot of a lost one (None), to the task that waits longest, else to the pool."""
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

    def _commit_deferred(self, lease: Lease) -> None:
        """Send a deferred COMMIT in a task of its own, since no transaction followed."""
        del self._ending[lease]
        if lease.state is LOST:
            self._release(lease)
            return
        lease.move(LENT)
        task = asyncio.get_running_loop().create_task(self.end(lease, "COMMIT"))
        self._commits.add(task)
        task.add_done_callback(self._on_committed)

    def _on_committed(self, task: asyncio.Task[None]) -> None:
        self._commits.discard(task)
        if not task.cancelled():
            task.exception()  # nobody waits for a read's COMMIT; a connection that died meanwhile was closed
