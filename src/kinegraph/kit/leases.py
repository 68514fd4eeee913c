"""Leases: connections to PostgreSQL, each used by one transaction after another.

A lease is in one of four states, and every move between them is checked (`MOVES`):

    FREE     open, with no transaction
    LENT     one session runs its transaction on it
    ENDING   a read is over and its COMMIT not sent yet (it decides nothing, so nobody waits for it)
    LOST     closed; never lent again

    FREE   -> LENT     a transaction begins
    LENT   -> FREE     its COMMIT or ROLLBACK was answered
    LENT   -> ENDING   a read is over; its COMMIT goes with the next BEGIN, or by itself soon after
    ENDING -> LENT     `COMMIT; BEGIN ...` in one message, which saves a round trip
    ENDING -> FREE     the deferred COMMIT was answered
    any    -> LOST     the connection died, or it is not known what state its transaction is in

While a statement is under way a lease moves to LOST alone: whatever raised, nobody else gets the connection.
"""

from collections import OrderedDict
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import asyncpg

from kinegraph.kit.rows import Row

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


def connection_lost() -> Exception:
    """The error that every statement of a lost connection ends with."""
    error: Exception = asyncpg.ConnectionDoesNotExistError("The connection was lost.")
    return error


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
        """The rows of one statement. Raises IllegalMove unless the connection is lent and idle.

        One that takes longer than the server's own time limit for statements loses the connection (TimeoutError).
        """
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
        except TimeoutError:
            self.lose()  # the server would have ended it sooner: nobody is there to be told ROLLBACK
            raise
        except asyncpg.InternalClientError as error:
            raise self._disturbed() from error
        finally:
            self._is_busy = False

    async def execute(self, statement: str, arguments: tuple[Any, ...]) -> str:
        """Run one statement for its effect. Returns PostgreSQL's command tag, such as `UPDATE 3`."""
        self._begin_statement(statement)
        try:
            status: str = await self._connection.execute(statement, *arguments)
            return status
        except TimeoutError:
            self.lose()
            raise
        except asyncpg.InternalClientError as error:
            raise self._disturbed() from error
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
        except asyncpg.InternalClientError as error:
            raise self._disturbed() from error
        except BaseException as error:
            self.lose()
            if isinstance(error, TimeoutError):
                raise ConnectionError("The database did not answer in time.") from error
            raise
        finally:
            self._is_busy = False

    def _disturbed(self) -> Exception:
        """Lose the connection: the server said something that nobody had asked for, most likely that it ends it."""
        self.lose()
        return connection_lost()

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
        if self.state is LOST:  # while another statement of the same request was under way
            raise connection_lost()
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
