"""Leases: connections to PostgreSQL, each of which runs one transaction after another.

A lease is in one of four states, and every move between them is checked (`MOVES`):

    FREE     open, without a transaction
    LENT     a session's transaction runs on it
    ENDING   a read is over and its COMMIT is deferred: a read's COMMIT decides nothing, so nobody waits for it
    LOST     closed; it is never lent again

    FREE   -> LENT     a transaction begins
    LENT   -> FREE     its COMMIT or ROLLBACK was answered, also a deferred COMMIT, which is sent while LENT
    LENT   -> ENDING   a read is over; its COMMIT is sent with the next BEGIN, or by itself soon after (kit.pool)
    ENDING -> LENT     `COMMIT; BEGIN ...` in one message, which saves a round trip, or the deferred COMMIT alone
    any    -> LOST     the connection died, or the state of its transaction is unknown

A lease whose statement is under way cannot become FREE. Where the task of a statement is cancelled, asyncpg has
PostgreSQL end it, and waits for that before it sends the connection's next statement, the ROLLBACK.
"""

from collections import OrderedDict
from collections.abc import Callable
from enum import StrEnum
from typing import Any  # asyncpg has no types; arguments and columns are of any type that PostgreSQL has

import asyncpg

from kinegraph.kit.rows import Row

MAX_PREPARED = 200
"""Prepared statements of one connection; the least recently used one is evicted."""


class LeaseState(StrEnum):
    """FREE: any session may take the connection. LENT: a session uses it. LOST: it is closed.

    ENDING: any session may take it, and sends the deferred COMMIT of the last one with its BEGIN.
    """

    FREE = "free"
    LENT = "lent"
    ENDING = "ending"
    LOST = "lost"


FREE, LENT, ENDING, LOST = LeaseState

MOVES: dict[LeaseState, frozenset[LeaseState]] = {
    FREE: frozenset((LENT, LOST)),
    LENT: frozenset((FREE, ENDING, LOST)),
    ENDING: frozenset((LENT, LOST)),
    LOST: frozenset((LOST,)),
}
"""The states that each state may be followed by."""


class IllegalMove(Exception):
    """A lease was used in a way that its state does not allow: a fault of the program."""


CONTROL_SECONDS = 3
"""Seconds in which a connection must begin a transaction, or roll one back; it counts as lost after that."""

STATEMENT_ERRORS = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""The errors of a statement that the server refuses or does not answer."""


def connection_lost() -> Exception:
    """The error of every statement on a connection that was lost."""
    error: Exception = asyncpg.ConnectionDoesNotExistError("The connection was lost.")
    return error


class Lease:
    """One connection, its state, and its prepared statements.

    The prepared statements are a cache: its key is the statement's text, which they follow from alone. PostgreSQL
    refuses one whose tables have changed since; all are dropped then. There are at most MAX_PREPARED.
    """

    def __init__(self, connection: "asyncpg.Connection[Row]") -> None:
        self.state = FREE
        self.on_statement: Callable[[str], None] | None = None
        """Called with each statement before it is sent, for tests that count statements."""
        self._connection = connection
        self._is_busy = False
        self._prepared: OrderedDict[str, Any] = OrderedDict()
        connection.add_termination_listener(self._on_termination)

    @property
    def is_busy(self) -> bool:
        """True while a statement is under way."""
        return self._is_busy

    def move(self, state: LeaseState) -> None:
        """Change the state. Raises IllegalMove."""
        if state not in MOVES[self.state] or (self._is_busy and state is not LOST):
            raise IllegalMove(f"A lease cannot go from {self.state} to {state}{' in a statement' * self._is_busy}.")
        self.state = state

    async def fetch(self, statement: str, arguments: tuple[Any, ...]) -> list[Row]:
        """Run a statement in the lease's transaction, prepared once for each connection. Returns its rows.

        Raises IllegalMove where the lease is FREE, ENDING or busy, ConnectionDoesNotExistError where it is LOST, and
        asyncpg.PostgresError where the server refuses. Raises TimeoutError, and loses the connection, where the server
        does not answer within the connection's timeout.
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
            self.lose()  # the server ends a statement sooner than that: it is gone, and would not answer a ROLLBACK
            raise
        except asyncpg.InternalClientError as error:
            raise self._lost_in_statement() from error
        finally:
            self._is_busy = False

    async def execute(self, statement: str, arguments: tuple[Any, ...]) -> str:
        """Run a statement without rows. Returns PostgreSQL's command tag, such as `UPDATE 3`. Raises as `fetch`."""
        self._begin_statement(statement)
        try:
            status: str = await self._connection.execute(statement, *arguments)
            return status
        except TimeoutError:
            self.lose()
            raise
        except asyncpg.InternalClientError as error:
            raise self._lost_in_statement() from error
        finally:
            self._is_busy = False

    async def control(self, statements: str, timeout_seconds: float | None = None) -> None:
        """Begin or end transactions; several statements are sent in one message.

        Raises asyncpg.PostgresError where the server refuses. Any other error loses the connection: ConnectionError
        where the server does not answer in time (None: the connection's own timeout), OSError and the like.
        """
        self._begin_statement(statements)
        try:
            await self._connection.execute(statements, timeout=timeout_seconds)
        except asyncpg.PostgresError:
            raise
        except asyncpg.InternalClientError as error:
            raise self._lost_in_statement() from error
        except BaseException as error:
            self.lose()
            if isinstance(error, TimeoutError):
                raise ConnectionError("The database did not answer in time.") from error
            raise
        finally:
            self._is_busy = False

    def lose(self) -> None:
        """Close the connection at once, even during a statement."""
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
        if self.state is LOST:  # during another statement of the same request
            raise connection_lost()
        if self.state is not LENT or self._is_busy:
            raise IllegalMove(f"A statement on a lease that is {self.state}{' and busy' * self._is_busy}.")
        if self.on_statement is not None:
            self.on_statement(statement)
        self._is_busy = True

    def _lost_in_statement(self) -> Exception:
        """Lose a connection whose server sent a message that asyncpg did not expect, usually that it shuts down."""
        self.lose()
        return connection_lost()

    async def _prepare(self, statement: str) -> Any:
        prepared = self._prepared[statement] = await self._connection.prepare(statement)
        if len(self._prepared) > MAX_PREPARED:
            self._prepared.popitem(last=False)
        return prepared

    def _on_termination(self, connection: Any) -> None:
        self.state = LOST
