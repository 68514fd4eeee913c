"""Errors as clients see them: refusals in words, everything unexpected masked and logged under an id.

Three kinds are told apart: what the caller may correct (400, 401), what another try may mend (503, with Retry-After),
and what is a fault of this program (500, masked).
"""

import logging
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import asyncpg
from graphql import GraphQLError, ValueNode

from kinegraph.kit.errors import AnswerTooLarge, InvalidInput, OutOfTime, Refusal, Refused, Unauthenticated
from kinegraph.kit.pool import PoolExhausted
from kinegraph.outside.errors import ServiceError

log = logging.getLogger("kinegraph.api")

RETRY_AFTER = {"Retry-After": "5"}
"""The header of every answer with the status 503: in how many seconds another try makes sense."""

TIMED_OUT = (asyncpg.QueryCanceledError, asyncpg.TransactionTimeoutError)
"""What PostgreSQL raises where a statement ran into its time limit (`statement_timeout` and the like)."""

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


@dataclass(frozen=True, slots=True)
class Failure:
    """One error as it is answered, and the HTTP status that it stands for where nothing else is answered.

    `is_bad_input`: a query with such an argument is refused as a whole. `is_fatal`: whatever else was answered is only
    what was read before the database failed.
    """

    error: dict[str, Any]
    status: int
    is_bad_input: bool = False
    is_fatal: bool = False


def failures(errors: Sequence[GraphQLError], *, suggests: bool) -> list[Failure]:
    """What clients are told of an execution's errors; other names than theirs only if it `suggests`."""
    return [failure for error in _independent(errors) for failure in _told(error, suggests)]


def _independent(errors: Sequence[GraphQLError]) -> list[GraphQLError]:
    """The errors without those that only follow from another one of them.

    After a statement that failed, PostgreSQL refuses every further one of the transaction; and a mistake in the
    document is found again for each object that it is executed for.
    """
    causes = [error for error in errors if not isinstance(error.original_error, asyncpg.InFailedSQLTransactionError)]
    mistakes: set[tuple[Any, ...]] = set()
    found = []
    for error in causes or errors:
        if _is_in_document(error):
            key = (error.message, *((place.line, place.column) for place in error.locations or ()))
            if key in mistakes:
                continue
            mistakes.add(key)
        found.append(error)
    return found


def _is_in_document(error: GraphQLError) -> bool:
    """Whether graphql-core finds fault with the value of an argument, of a field or of a directive.

    It does so while it executes where a variable is null that may be null, but not at this place. Such errors point
    to the value in the document; those of values that a resolver returned point to the field, or to nothing.
    """
    cause = error.original_error
    return isinstance(cause, GraphQLError) and any(isinstance(node, ValueNode) for node in cause.nodes or ())


def _told(error: GraphQLError, suggests: bool) -> Iterator[Failure]:
    cause = error.original_error
    if isinstance(cause, Refused):
        yield from (_refusal(error, refusal) for refusal in cause.refusals)
    elif isinstance(cause, Refusal):
        yield _refusal(error, cause)
    elif isinstance(cause, AnswerTooLarge):
        yield _too_large(error, cause)
    elif isinstance(cause, Unauthenticated):
        yield _failure(error, str(cause), "UNAUTHENTICATED", 401)
    elif cause is None or error.path is None or _is_in_document(error):
        # The document or its variables do not fit the schema: graphql-core says how.
        message = error.message if suggests else error.message.partition(" Did you mean ")[0]
        yield replace(_failure(error, message, "BAD_REQUEST", 400), is_bad_input=error.path is not None)
    else:
        yield _unexpected(error, cause)


def unexpected(cause: Exception) -> Failure:
    """What clients are told of something that went wrong outside any field."""
    return _unexpected(GraphQLError(""), cause)


def _unexpected(error: GraphQLError, cause: Exception) -> Failure:
    if isinstance(cause, AnswerTooLarge):
        return _too_large(error, cause)
    if isinstance(cause, OutOfTime):
        log.warning("a request ran into its time limit")
        return _failure(error, str(cause), "TIMEOUT", 503)
    if is_timeout(cause):
        log.warning("a statement ran into its time limit", extra={"path": error.path, "reason": repr(cause)})
        failure = _failure(error, "This took the database too long; ask for less, or try again later.", "TIMEOUT", 503)
        return replace(failure, is_fatal=True)
    if _is_unreachable(cause):
        log.error("database unreachable", exc_info=cause)
        failure = _failure(error, "The database does not answer; try again soon.", "SERVICE_UNAVAILABLE", 503)
        return replace(failure, is_fatal=True)
    if isinstance(cause, ServiceError):
        log.error("service unavailable: %s", cause)
        return _failure(error, "A service that is needed does not answer; try again soon.", "SERVICE_UNAVAILABLE", 503)
    if isinstance(cause, CONFLICTING):
        return _failure(error, "Others were writing the same things at once; try again.", "CONFLICT", 503)
    id = uuid.uuid4().hex
    log.error("unexpected error", exc_info=cause, extra={"error_id": id})
    return _failure(error, f"Something went wrong on our side; it is logged as {id}.", "INTERNAL", 500, errorId=id)


def _too_large(error: GraphQLError, cause: AnswerTooLarge) -> Failure:
    return replace(_failure(error, str(cause), "ANSWER_TOO_LARGE", 400), is_bad_input=True)


def is_timeout(cause: Exception) -> bool:
    """Whether a statement ran into its time limit: the server's, or asyncpg's, whose TimeoutError has no errno."""
    return isinstance(cause, TIMED_OUT) or (isinstance(cause, TimeoutError) and cause.errno is None)


def _is_unreachable(cause: Exception) -> bool:
    """Whether the database is away, or was lost: asyncpg has no class of its own for a connection that has closed."""
    lost = isinstance(cause, asyncpg.InterfaceError) and any(word in str(cause) for word in ("clos", "released"))
    return lost or isinstance(cause, UNREACHABLE)


def _refusal(error: GraphQLError, refusal: Refusal) -> Failure:
    extra = {"field": list(refusal.path)} if refusal.path else {}
    failure = _failure(error, refusal.message, refusal.code, 400, **extra)
    return replace(failure, is_bad_input=isinstance(refusal, InvalidInput))


def _failure(error: GraphQLError, message: str, code: str, status: int, **extra: Any) -> Failure:
    told: dict[str, Any] = {"message": message}
    if error.locations:
        told["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path:
        told["path"] = error.path
    told["extensions"] = {"code": code, **extra}
    return Failure(told, status)
