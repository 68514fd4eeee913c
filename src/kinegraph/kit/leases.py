"""The connection pool: connections to PostgreSQL, each leased to one transaction after another.

A lease is in one of four states, and every move between them is checked (`MOVES`):

    FREE     open, with no transaction
    LENT     one session runs its transaction on it
    ENDING   a read is over and its COMMIT not sent yet (it decides nothing, so nobody waits for it)
    LOST     closed; never lent again

    FREE   -> LENT     a transaction begins
    LENT   -> FREE     its COMMIT or ROLLBACK was answered
    LENT   -> ENDING   a read is over; its COMMIT goes with the next BEGIN, or by itself after DEFERRED_COMMIT_SECONDS
    ENDING -> LENT     `COMMIT; BEGIN ...` in one message, which saves a round trip
    ENDING -> FREE     the deferred COMMIT was answered
    any    -> LOST     the connection died, or it is not known what state its transaction is in

While a statement is under way a lease moves to LOST alone: whatever raised, nobody else gets the connection.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any

import asyncpg

from kinegraph.kit.rows import Row

DEFERRED_COMMIT_SECONDS = 0.05
MAX_PREPARED = 200
"""Prepared statements of one connection; the least recently used is closed."""


class LeaseState(StrEnum):
    """Who may use a connection now."""

    FREE = "free"
    LENT = "lent"
    ENDING = "ending"
    LOST = "lost"


FREE, LENT, ENDING, LOST = LeaseState

MOVES: dict[LeaseState, frozenset[LeaseState]] = {
    FREE: frozenset((LENT, LOST)),
    LENT: frozenset((FREE, ENDING, LOST)),
    ENDING: frozenset((LENT, FREE, LOST)),
    LOST: frozenset((LOST,)),
}


class IllegalMove(Exception):
    """A lease was to do what its state does not allow: a fault of the program."""


class Lease:
    """One connection, its state, and its prepared statements."""

    def __init__(self, connection: "asyncpg.Connection[Row]") -> None:
        self.state = FREE
        self.on_statement: Callable[[str], None] | None = None
        """Is told each statement before it is sent; for tests that count them."""
        self._connection = connection
        self._is_busy = False
        self._prepared: OrderedDict[str, Any] = OrderedDict()
        connection.add_termination_listener(self._terminated)

    @property
    def is_busy(self) -> bool:
        """Whether a statement is under way."""
        return self._is_busy

    def move(self, state: LeaseState) -> None:
        """Enter another state. Raises IllegalMove."""
        if state not in MOVES[self.state] or (self._is_busy and state is not LOST):
            raise IllegalMove(f"A lease cannot go from {self.state} to {state}{' in a statement' * self._is_busy}.")
        self.state = state

    async def fetch(self, statement: str, arguments: tuple[Any, ...]) -> list[Row]:
        """The rows of one statement. Raises IllegalMove unless the connection is lent and idle."""
        self._begin_statement(statement)
        try:
            prepared = self._prepared.get(statement)
            if prepared is None:
                prepared = await self._prepare(statement)
            else:
                self._prepared.move_to_end(statement)
            rows: list[Row] = await prepared.fetch(*arguments)
            return rows
        except (asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError):
            self._prepared.clear()  # the schema has changed
            raise
        finally:
            self._is_busy = False

    async def execute(self, statement: str, arguments: tuple[Any, ...]) -> str:
        """Run one statement for its effect. Returns PostgreSQL's command tag, such as `UPDATE 3`."""
        self._begin_statement(statement)
        try:
            status: str = await self._connection.execute(statement, *arguments)
            return status
        finally:
            self._is_busy = False

    async def control(self, statements: str, timeout_seconds: float | None = None) -> None:
        """Begin or end transactions; several statements go in one message. A connection that did not answer is lost.

        Without a timeout the connection's own for statements holds.
        Raises asyncpg.PostgresError where the server refuses, else what connecting to it raises.
        """
        self._begin_statement(statements)
        try:
            await self._connection.execute(statements, timeout=timeout_seconds)
        except asyncpg.PostgresError:
            raise
        except BaseException:
            self.lose()
            raise
        finally:
            self._is_busy = False

    def lose(self) -> None:
        """Close the connection at once, whatever is under way."""
        self.state = LOST
        self._prepared.clear()
        if not self._connection.is_closed():
            self._connection.terminate()

    async def close(self) -> None:
        """Close the connection in order, or at once where it does not answer."""
        self.state = LOST
        self._prepared.clear()
        try:
            await self._connection.close(timeout=2)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            self._connection.terminate()

    def _begin_statement(self, statement: str) -> None:
        if self.state is not LENT or self._is_busy:
            raise IllegalMove(f"A statement on a lease that is {self.state}{' and busy' * self._is_busy}.")
        if self.on_statement is not None:
            self.on_statement(statement)
        self._is_busy = True

    async def _prepare(self, statement: str) -> Any:
        prepared = self._prepared[statement] = await self._connection.prepare(statement)
        if len(self._prepared) > MAX_PREPARED:
            self._prepared.popitem(last=False)
        return prepared

    def _terminated(self, connection: Any) -> None:
        self.state = LOST


Connect = Callable[[], Awaitable["asyncpg.Connection[Row]"]]


class ConnectionPool:
    """At most `size` leases. Who waits for one gets it in the order of asking."""

    def __init__(self, connect: Connect, size: int, *, acquire_seconds: float = 10, control_seconds: float = 3) -> None:
        self._connect = connect
        self._size = size
        self._acquire_seconds = acquire_seconds
        self._control_seconds = control_seconds
        self._opened = 0
        """Leases that are not lost, and connections being made."""
        self._free: list[Lease] = []
        self._ending: dict[Lease, asyncio.TimerHandle] = {}
        self._waiting: OrderedDict[asyncio.Future[Lease | None], None] = OrderedDict()
        self._commits: set[asyncio.Task[None]] = set()
        self._is_closed = False
        self.on_lease: Callable[[Lease], None] | None = None
        """Is told of each connection that is made; for tests."""

    async def begin(self, verb: str) -> Lease:
        """A lease whose transaction `verb` has begun.

        A pooled connection that does not answer in `control_seconds` is dropped, and one that is made anew asked.
        Raises TimeoutError where none becomes free, asyncpg.PostgresError where the server refuses `verb` (the lease is
        free again), and what connecting raises.
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
                await lease.control(verb, self._control_seconds if verb == "ROLLBACK" else None)
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
        for lease in free:
            self._opened -= 1
            await lease.close()

    async def _begin(self, lease: Lease, verb: str) -> None:
        was_ending = lease.state is ENDING
        lease.move(LENT)
        try:
            await lease.control(f"COMMIT; {verb}" if was_ending else verb, self._control_seconds)
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
        async with asyncio.timeout(self._acquire_seconds):
            while self._opened >= self._size:
                if (lease := self._take()) is not None:
                    return lease
                future: asyncio.Future[Lease | None] = asyncio.get_running_loop().create_future()
                self._waiting[future] = None
                try:
                    lease = await future
                except BaseException:
                    if future.done() and not future.cancelled():
                        self._give_back(future.result())
                    raise
                finally:
                    self._waiting.pop(future, None)
                if lease is not None:
                    if lease.state is not LOST:
                        return lease
                    self._opened -= 1  # it died between being freed and here
            return await self._open()

    async def _open(self) -> Lease:
        self._opened += 1
        try:
            lease = Lease(await self._connect())
        except BaseException:
            self._opened -= 1
            self._wake(None)
            raise
        if self.on_lease is not None:
            self.on_lease(lease)
        return lease

    def _give_back(self, lease: Lease | None) -> None:
        """Hand a free lease to who waits longest, else to the pool; for a lost one somebody may make another."""
        if lease is None or lease.state is LOST:
            self._opened -= lease is not None
            self._wake(None)
        elif self._is_closed:
            self._opened -= 1
            lease.lose()
        elif not self._wake(lease):
            self._free.append(lease)

    def _wake(self, lease: Lease | None) -> bool:
        """Give a lease (None: the place for one) to who waits longest. Returns whether somebody waits."""
        while self._waiting:
            future, _ = self._waiting.popitem(last=False)
            if not future.done():
                future.set_result(lease)
                return True
        return False

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
