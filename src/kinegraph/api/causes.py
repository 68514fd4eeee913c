"""Causes of errors: a mistake in the document, a time limit, a server that is away."""

from collections.abc import Sequence
from typing import Any  # keys of mixed length: a message and its locations

import asyncpg
from graphql import GraphQLError, ValueNode

from kinegraph.kit.pool import PoolExhausted

TIMED_OUT = (asyncpg.QueryCanceledError, asyncpg.TransactionTimeoutError)
"""Errors that PostgreSQL raises when a statement exceeds a time limit (`statement_timeout` and the like)."""

CONFLICTING = (asyncpg.TransactionRollbackError, asyncpg.LockNotAvailableError)
"""Deadlocks, serialization failures and locks that were not granted: others wrote the same rows at the same time."""

UNREACHABLE = (
    OSError,
    PoolExhausted,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)
"""The database is away, is shutting down or starting, ended the connection, or lacks connections, memory or disk."""


def independent(errors: Sequence[GraphQLError]) -> list[GraphQLError]:
    """The errors without those that only follow from another one of them.

    After a statement that failed, PostgreSQL refuses every further one of the transaction; and a mistake in the
    document is found again for each object that it is executed for.
    """
    causes = [error for error in errors if not isinstance(error.original_error, asyncpg.InFailedSQLTransactionError)]
    mistakes: set[tuple[Any, ...]] = set()
    found = []
    for error in causes or errors:
        if is_in_document(error):
            key = (error.message, *((location.line, location.column) for location in error.locations or ()))
            if key in mistakes:
                continue
            mistakes.add(key)
        found.append(error)
    return found


def is_in_document(error: GraphQLError) -> bool:
    """Whether graphql-core finds fault with the value of an argument, of a field or of a directive.

    It does so while it executes where a variable is null that is nullable, but not as this argument. Such errors point
    to the value in the document; those of values that a resolver returned point to the field, or to nothing.
    """
    cause = error.original_error
    return isinstance(cause, GraphQLError) and any(isinstance(node, ValueNode) for node in cause.nodes or ())


def is_timeout(cause: Exception) -> bool:
    """Whether a statement ran into its time limit: the server's, or asyncpg's, whose TimeoutError has no errno."""
    return isinstance(cause, TIMED_OUT) or (isinstance(cause, TimeoutError) and cause.errno is None)


def is_unreachable(cause: Exception) -> bool:
    """Whether the database is away, or was lost: asyncpg has no class of its own for a connection that has closed."""
    lost = isinstance(cause, asyncpg.InterfaceError) and any(word in str(cause) for word in ("clos", "released"))
    return lost or isinstance(cause, UNREACHABLE)
