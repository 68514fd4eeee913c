"""Errors as clients see them: refusals in words, everything unexpected masked and logged under an id."""

import logging
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from graphql import GraphQLError

from kinegraph.kit.errors import AnswerTooLarge, InvalidInput, OutOfTime, Refusal, Refused, Unauthenticated
from kinegraph.outside.errors import ServiceError

log = logging.getLogger("kinegraph.api")

UNREACHABLE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)


@dataclass(frozen=True, slots=True)
class Failure:
    """One error as it is answered, and the HTTP status that it stands for where nothing else is answered."""

    error: dict[str, Any]
    status: int
    is_bad_input: bool = False


def failures(errors: Sequence[GraphQLError], *, suggests: bool) -> list[Failure]:
    """What clients are told of an execution's errors; other names than theirs only if it `suggests`."""
    return [failure for error in errors for failure in _told(error, suggests)]


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
    elif cause is None or error.path is None:
        # The document or its variables do not fit the schema: graphql-core says how.
        message = error.message if suggests else error.message.partition(" Did you mean ")[0]
        yield _failure(error, message, "BAD_REQUEST", 400)
    else:
        yield _unexpected(error, cause)


def unexpected(cause: Exception) -> Failure:
    """What clients are told of something that went wrong outside any field."""
    return _unexpected(GraphQLError(""), cause)


def _unexpected(error: GraphQLError, cause: Exception) -> Failure:
    if isinstance(cause, AnswerTooLarge):
        return _too_large(error, cause)
    if isinstance(cause, OutOfTime):
        return _failure(error, str(cause), "TIMEOUT", 503)
    if isinstance(cause, UNREACHABLE) or (isinstance(cause, asyncpg.InterfaceError) and "closed" in str(cause)):
        log.error("database unreachable", exc_info=cause)
        return _failure(error, "The database does not answer; try again soon.", "SERVICE_UNAVAILABLE", 503)
    if isinstance(cause, ServiceError):
        log.error("service unavailable: %s", cause)
        return _failure(error, "A service that is needed does not answer; try again soon.", "SERVICE_UNAVAILABLE", 503)
    if isinstance(cause, asyncpg.DeadlockDetectedError):
        return _failure(error, "Others were writing the same things at once; try again.", "CONFLICT", 503)
    id = uuid.uuid4().hex
    log.error("unexpected error", exc_info=cause, extra={"error_id": id})
    return _failure(error, f"Something went wrong on our side; it is logged as {id}.", "INTERNAL", 500, errorId=id)


def _too_large(error: GraphQLError, cause: AnswerTooLarge) -> Failure:
    failure = _failure(error, str(cause), "ANSWER_TOO_LARGE", 400)
    return Failure(failure.error, failure.status, is_bad_input=True)


def _refusal(error: GraphQLError, refusal: Refusal) -> Failure:
    extra = {"field": list(refusal.path)} if refusal.path else {}
    failure = _failure(error, refusal.message, refusal.code, 400, **extra)
    return Failure(failure.error, failure.status, isinstance(refusal, InvalidInput))


def _failure(error: GraphQLError, message: str, code: str, status: int, **extra: Any) -> Failure:
    told: dict[str, Any] = {"message": message}
    if error.locations:
        told["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path:
        told["path"] = error.path
    told["extensions"] = {"code": code, **extra}
    return Failure(told, status)
