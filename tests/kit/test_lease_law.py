"""Properties of leases that hold whatever is answered, fails, dies or is cancelled, in any order."""

import asyncio
from collections.abc import Callable
from typing import Any  # Any: fakes in place of asyncpg's connections

import asyncpg
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kinegraph.kit import pool
from kinegraph.kit.leases import ENDING, FREE, LENT, LOST, MOVES, IllegalMove, Lease, LeaseState
from kinegraph.kit.pool import ConnectionPool
from kinegraph.kit.sessions import ReadSession, SessionEnded
from tests.kit.fake_connections import CheckedLease, FakeConnection

SIZE = 3
TURNS = st.sampled_from((0, 1, 2, 3, 4, 12))
"""Number of turns of the event loop before the next event."""
DEATHS = st.sampled_from((None, None, None, 0, 1, 2, 3))


class Changed(asyncpg.PostgresError):  # type: ignore[misc]  # asyncpg has no types
    """The viewer has changed (KG001)."""

    sqlstate = "KG001"


ERRORS: list[BaseException | None] = [
    None, None, None, None, Changed("news"), asyncpg.QueryCanceledError("statement timeout"), TimeoutError(),
    asyncpg.ConnectionDoesNotExistError("gone"), OSError("reset"), asyncpg.InterfaceError("closed"),
]  # fmt: skip


class Pool(RuleBasedStateMachine):
    """Many clients of one pool: each begins, sends some statements, and ends, commits later or is cancelled."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(pool, "Lease", CheckedLease)
        self.patch.setattr(pool, "DEFERRED_COMMIT_SECONDS", 3600)
        self.patch.setattr(pool, "ACQUIRE_SECONDS", 3600)
        self.connections: list[FakeConnection] = []
        self.connecting: list[asyncio.Future[FakeConnection]] = []
        self.clients: list[asyncio.Task[None]] = []
        self.holders: dict[Lease, int] = {}
        """The client that has a lease, whose begin has returned and whose end has not been called."""
        self.waiting: list[Any] = []
        self.pool = ConnectionPool(self._connect, SIZE)

    async def _connect(self) -> Any:
        future: asyncio.Future[FakeConnection] = asyncio.get_running_loop().create_future()
        self.connecting.append(future)
        try:
            return await future
        finally:
            self.connecting.remove(future)

    async def _use(self, number: int, statements: int, *, writes: bool) -> None:
        lease = await self.pool.begin("BEGIN")
        assert lease not in self.holders, "leased twice"
        self.holders[lease] = number
        session = ReadSession(lease)
        commit = False
        try:
            for _ in range(statements):
                await session.fetch("SELECT 1")
            commit = True
        finally:
            session.end()
            del self.holders[lease]
            if writes or not commit or not self.pool.defer_commit(lease):
                await self.pool.end(lease, "COMMIT" if commit else "ROLLBACK", must_succeed=writes and commit)

    def _turn(self, turns: int = 12, then: Callable[[], None] = lambda: None) -> None:
        """Let all clients run, usually until they wait for an answer; then call a function before any continues."""

        async def turn() -> None:
            for _ in range(turns):
                await asyncio.sleep(0)
            then()

        self.loop.run_until_complete(turn())

    @rule(statements=st.integers(0, 3), writes=st.booleans(), turns=TURNS)
    def start(self, statements: int, writes: bool, turns: int) -> None:
        """A client begins."""
        use = self._use(len(self.clients), statements, writes=writes)
        self.clients.append(self.loop.create_task(use))
        self._turn(turns)

    @rule(which=st.integers(0, 20), error=st.sampled_from(ERRORS), dies=DEATHS, turns=TURNS)
    def answer(self, which: int, error: BaseException | None, dies: int | None, turns: int) -> None:
        """A statement is answered, or fails; its connection may die some turns of the event loop later."""
        busy = [connection for connection in self.connections if connection.statement is not None]
        if busy:
            connection = busy[which % len(busy)]
            connection.answer(error)
            if dies is not None:
                self._turn(dies, connection.die)
        self._turn(turns)

    @rule(which=st.integers(0, 20), fails=st.sampled_from((False, False, False, True)), turns=TURNS)
    def connect(self, which: int, fails: bool, turns: int) -> None:
        """A connection is opened, or fails to open."""
        open_now = [future for future in self.connecting if not future.done()]
        if open_now and fails:
            open_now[which % len(open_now)].set_exception(OSError("refused"))
        elif open_now:
            self.connections.append(FakeConnection())
            open_now[which % len(open_now)].set_result(self.connections[-1])
        self._turn(turns)

    @rule(which=st.integers(0, 50), turns=TURNS)
    def cancel(self, which: int, turns: int) -> None:
        """A client is cancelled at any point."""
        running = [task for task in self.clients if not task.done()]
        if running:
            running[which % len(running)].cancel()
        self._turn(turns)

    @rule(which=st.integers(0, 20), turns=TURNS)
    def kill(self, which: int, turns: int) -> None:
        """The server closes a connection."""
        living = [connection for connection in self.connections if not connection.is_closed()]
        if living:
            living[which % len(living)].die()
        self._turn(turns)

    @rule(which=st.integers(0, 20))
    def expire(self, which: int) -> None:
        """A deferred COMMIT is due."""
        ending = list(self.pool._ending)
        if ending:
            lease = ending[which % len(ending)]
            self.pool._ending[lease].cancel()

            async def expire() -> None:
                self.pool._commit_deferred(lease)

            self.loop.run_until_complete(expire())

    @invariant()
    def leases_are_in_consistent_states(self) -> None:
        """Free connections have no transaction, ending ones no statement, and there are never too many."""
        for lease in self.pool._free:
            connection: Any = lease._connection
            assert lease.state in (FREE, LOST) and not lease.is_busy
            assert lease.state is LOST or (connection.statement is None and not connection.is_in_transaction)
        for lease in self.pool._ending:
            assert lease.state in (ENDING, LOST) and not lease.is_busy and lease not in self.holders
        living = [connection for connection in self.connections if not connection.is_closed()]
        assert len(living) + len([future for future in self.connecting if not future.done()]) <= SIZE

    @invariant()
    def clients_are_served_in_order(self) -> None:
        """No client is served before one that began earlier and still waits."""
        now = list(self.pool._waiting)
        served = [future for future in self.waiting if future.done() and not future.cancelled()]
        left = [future for future in self.waiting if future in now]
        if served and left:
            assert max(map(self.waiting.index, served)) < min(map(self.waiting.index, left))
        assert [future for future in now if future in self.waiting] == left
        self.waiting = now
        if any(not future.done() for future in now):
            assert all(lease.state is LOST for lease in self.pool.pooled()), "somebody waits beside a free lease"

    def teardown(self) -> None:
        """After all answers, all clients are served, and the pool lends its maximum of leases again."""
        try:
            self._answer_all(self.clients)
            assert self.holders == {}
            tasks = [self.loop.create_task(self.pool.begin("BEGIN")) for _ in range(SIZE)]
            self._answer_all(tasks)
            assert len({task.result() for task in tasks}) == SIZE
            faults = [task.exception() for task in self.clients if not task.cancelled()]
            assert [fault for fault in faults if isinstance(fault, AssertionError | IllegalMove | SessionEnded)] == []
        finally:
            self.patch.undo()
            self.loop.close()

    def _answer_all(self, tasks: list[Any]) -> None:
        for _ in range(1000):
            if all(task.done() for task in tasks):
                return
            for future in [future for future in self.connecting if not future.done()]:
                self.connections.append(FakeConnection())
                future.set_result(self.connections[-1])
            for connection in self.connections:
                if connection.statement is not None:
                    connection.answer()
            self._turn()
        raise AssertionError(f"somebody waits for ever; the pool counts {self.pool._opened} of {SIZE}")


TestPool = Pool.TestCase
TestPool.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


def every_move() -> list[tuple[LeaseState, LeaseState]]:
    """Each pair of states."""
    return [(before, after) for before in LeaseState for after in LeaseState]


@pytest.mark.parametrize(("before", "after"), every_move())
async def test_a_lease_makes_the_moves_of_the_table_and_no_other(before: LeaseState, after: LeaseState) -> None:
    lease = Lease(FakeConnection())
    lease.state = before
    if after in MOVES[before]:
        lease.move(after)
        assert lease.state is after
    else:
        with pytest.raises(IllegalMove):
            lease.move(after)
        assert lease.state is before


@pytest.mark.parametrize("state", [FREE, ENDING, LOST])
async def test_a_lease_that_is_not_lent_runs_no_statement(state: LeaseState) -> None:
    connection = FakeConnection()
    lease = Lease(connection)
    lease.state = state
    for run in (lease.fetch("SELECT 1", ()), lease.execute("SELECT 1", ()), lease.control("COMMIT")):
        with pytest.raises(asyncpg.ConnectionDoesNotExistError if state is LOST else IllegalMove):
            await run
    assert connection.statement is None


async def test_a_connection_with_an_unexpected_message_counts_as_lost_and_is_not_used_again() -> None:
    for number in range(3):
        connection = FakeConnection()
        connection.is_in_transaction = True
        lease = Lease(connection)
        lease.move(LENT)
        runs = (lease.fetch("SELECT 1", ()), lease.execute("SELECT 1", ()), lease.control("COMMIT"))
        running = asyncio.create_task(runs[number])
        [run.close() for index, run in enumerate(runs) if index != number]
        await asyncio.sleep(0)
        connection.answer(asyncpg.InternalClientError("cannot switch to state 15; another operation is in progress"))
        with pytest.raises(asyncpg.ConnectionDoesNotExistError):
            await running
        assert lease.state is LOST and connection.is_closed()


async def test_a_lease_with_a_statement_under_way_runs_no_other_and_moves_to_lost_alone() -> None:
    connection = FakeConnection()
    lease = Lease(connection)
    lease.move(LENT)
    running = asyncio.create_task(lease.control("BEGIN"))
    await asyncio.sleep(0)
    for run in (lease.fetch("SELECT 1", ()), lease.execute("SELECT 1", ()), lease.control("COMMIT")):
        with pytest.raises(IllegalMove):
            await run
    for state in (FREE, ENDING, LENT):
        with pytest.raises(IllegalMove):
            lease.move(state)
    connection.answer()
    await running
    lease.move(FREE)


async def test_a_client_whose_new_connection_dies_at_once_gets_another() -> None:
    connections: list[FakeConnection] = []

    async def connect() -> Any:
        connections.append(FakeConnection())
        return connections[-1]

    async def let_tasks_run() -> None:
        for _ in range(10):
            await asyncio.sleep(0)

    pool = ConnectionPool(connect, 1)
    first = asyncio.create_task(pool.begin("BEGIN"))
    await let_tasks_run()
    connections[0].answer()
    await let_tasks_run()
    second = asyncio.create_task(pool.begin("BEGIN"))
    await let_tasks_run()
    ending = asyncio.create_task(pool.end(first.result(), "COMMIT"))
    await let_tasks_run()
    connections[0].answer()
    for _ in range(10):
        if pool._waiting:
            await asyncio.sleep(0)
    connections[0].die()
    await let_tasks_run()
    connections[1].answer()
    assert (await second).state is LENT
    await ending
