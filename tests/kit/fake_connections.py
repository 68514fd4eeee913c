"""Fake connections that answer on a test's command, and assert the rules of a PostgreSQL connection."""

import asyncio
from collections.abc import Callable
from typing import Any  # Any: arguments of statements

import asyncpg

from kinegraph.kit.leases import MOVES, Lease, LeaseState


class CheckedLease(Lease):
    """A lease that asserts that each of its moves is in the table."""

    _state: LeaseState | None = None

    @property
    def state(self) -> LeaseState:
        """The lease's state."""
        assert self._state is not None
        return self._state

    @state.setter
    def state(self, state: LeaseState) -> None:
        assert self._state is None or state in MOVES[self._state], (self._state, state)
        self._state = state


class FakeConnection:
    """One connection; each of its statements waits until `answer` is called."""

    def __init__(self) -> None:
        self.statement: str | None = None
        """The current statement."""
        self.is_in_transaction = False
        self._answer: asyncio.Future[None] | None = None
        self._is_closed = False
        self._listeners: list[Callable[[Any], None]] = []

    def answer(self, error: BaseException | None = None) -> None:
        """End the current statement, with an error where one is given."""
        assert self._answer is not None
        if not self._answer.done():
            if error is None:
                self._answer.set_result(None)
            else:
                self._answer.set_exception(error)

    def die(self) -> None:
        """Close as the server would: the current statement fails, and listeners are called."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._answer is not None:
            self.answer(asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"))
        for listener in self._listeners:
            listener(self)

    async def execute(self, statements: str, *arguments: Any, timeout: float | None = None) -> str:  # noqa: ASYNC109  # as asyncpg has it
        """Run statements: those that begin and end transactions are recorded."""
        self._require(not statements.startswith("BEGIN") or not self.is_in_transaction, "BEGIN in a transaction")
        if statements.startswith("COMMIT; BEGIN"):
            self._require(self.is_in_transaction, "COMMIT without a transaction")
        await self._run(statements)
        return "DONE 1"

    async def prepare(self, statement: str) -> "FakeConnection":
        """A prepared statement, which is the connection itself."""
        return self

    async def fetch(self, *arguments: Any) -> list[Any]:
        """Run a statement in a transaction."""
        self._require(self.is_in_transaction, "a statement without a transaction")
        await self._run("SELECT")
        return []

    async def _run(self, statement: str) -> None:
        self._require(self.statement is None, f"{statement} while {self.statement} is under way")
        if self._is_closed:
            raise asyncpg.InterfaceError("connection is closed")
        self.statement = statement
        self._answer = asyncio.get_running_loop().create_future()
        try:
            await self._answer
        finally:  # as PostgreSQL does: COMMIT ends a transaction that failed, too
            self.statement = self._answer = None
            if statement in ("COMMIT", "ROLLBACK"):
                self.is_in_transaction = False
            elif "BEGIN" in statement:
                self.is_in_transaction = True

    def _require(self, condition: bool, fault: str) -> None:
        assert condition, fault

    def add_termination_listener(self, listener: Callable[[Any], None]) -> None:
        """Call a listener when the connection is closed."""
        self._listeners.append(listener)

    def is_closed(self) -> bool:
        """True if the connection is closed."""
        return self._is_closed

    def terminate(self) -> None:
        """Close at once."""
        self.die()

    async def close(self, timeout: float | None = None) -> None:  # noqa: ASYNC109  # as asyncpg has it
        """Close in order."""
        self.die()
