"""Errors as clients see them: what they can correct (400, 401) or try again (503), and all else masked (500)."""

import logging
import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any  # error objects of a response: JSON

from graphql import GraphQLError

from kinegraph.api.causes import (
    CONFLICTING,
    add_path_of_variable,
    independent,
    is_in_document,
    is_timeout,
    is_unreachable,
)
from kinegraph.kit.errors import AnswerTooLarge, InvalidInput, OutOfTime, Refusal, Refused, Unauthenticated
from kinegraph.kit.pool import PoolExhausted
from kinegraph.outside.errors import ServiceError

log = logging.getLogger("kinegraph.api")

RETRY_AFTER = {"Retry-After": "5"}
"""The header of every response with the status 503: the seconds after which to try again."""

BUSY = "Too many requests use the database at once; try again soon."

NOT_NULL = "not to be None."
"""The end of graphql-core's messages about a null of a non-null type."""

FOUND_OBJECT = re.compile(r", found: [{\[].*", re.DOTALL)
"""The end of graphql-core's messages that repeats a whole object or list, as Python writes it."""

MAX_MESSAGE = 1_000
"""Maximum length of a message, in characters. graphql-core's messages repeat values of any length."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An error of a response, and the HTTP status of a response that has nothing else."""

    error: dict[str, Any]
    status: int
    is_bad_input: bool = False
    """True if it refuses a query as a whole."""
    is_fatal: bool = False
    """True if the database failed, so that the data beside it would be incomplete."""


def failures(errors: Sequence[GraphQLError], *, suggests: bool) -> list[Failure]:
    """The errors of an execution as clients get them; with suggestions of other names only if it `suggests`."""
    return [failure for error in independent(errors) for failure in _failures_of(error, suggests)]


def _failures_of(error: GraphQLError, suggests: bool) -> Iterator[Failure]:
    cause = error.original_error
    if isinstance(cause, (Refusal, Refused)):
        yield from (_refusal(error, refusal) for refusal in cause.refusals)
    elif isinstance(cause, AnswerTooLarge):
        yield _too_large(error, cause)
    elif isinstance(cause, Unauthenticated):
        yield _failure(error, str(cause), "UNAUTHENTICATED", 401)
    elif cause is None or error.path is None or is_in_document(error):
        # The document or its variables do not fit the schema: graphql-core says how.
        message = error.message if suggests else error.message.partition(" Did you mean ")[0]
        if message.endswith(NOT_NULL):
            message = message.removesuffix(NOT_NULL) + "not to be null."
        message = FOUND_OBJECT.sub("", message)
        if error.path is not None:
            add_path_of_variable(error)
        field = (error.extensions or {}).get("field")
        extra = {} if field is None else {"field": field}
        yield replace(_failure(error, message, "BAD_REQUEST", 400, **extra), is_bad_input=error.path is not None)
    else:
        yield _unexpected(error, cause)


def unexpected(cause: Exception) -> Failure:
    """An error outside any field, as clients get it."""
    return _unexpected(GraphQLError(""), cause)


def _unexpected(error: GraphQLError, cause: Exception) -> Failure:
    if isinstance(cause, AnswerTooLarge):
        return _too_large(error, cause)
    if isinstance(cause, OutOfTime):
        log.warning("a request ran into its time limit")
        return _failure(error, str(cause), "TIMEOUT", 503)
    if is_timeout(cause):
        log.warning("a statement ran into its time limit", extra={"path": error.path, "reason": repr(cause)})
        message = "This took the database too long; ask for less, or try again later."
        return replace(_failure(error, message, "TIMEOUT", 503), is_fatal=True)
    if isinstance(cause, PoolExhausted):
        log.warning("no connection became free: %s", cause)
        return replace(_failure(error, BUSY, "SERVICE_UNAVAILABLE", 503), is_fatal=True)
    if is_unreachable(cause):
        log.error("database unreachable", exc_info=cause)
        message = "The database does not answer; try again soon."
        return replace(_failure(error, message, "SERVICE_UNAVAILABLE", 503), is_fatal=True)
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


def _refusal(error: GraphQLError, refusal: Refusal) -> Failure:
    extra = {"field": list(refusal.path)} if refusal.path else {}
    is_bad_input = isinstance(refusal, InvalidInput)
    return replace(_failure(error, refusal.message, refusal.code, 400, **extra), is_bad_input=is_bad_input)


def _failure(error: GraphQLError, message: str, code: str, status: int, **extra: Any) -> Failure:
    locations = [{"line": location.line, "column": location.column} for location in error.locations or ()]
    body: dict[str, Any] = {"message": message[:MAX_MESSAGE], **({"locations": locations} if locations else {})}
    if error.path:
        body["path"] = error.path
    body["extensions"] = {"code": code, **extra}
    return Failure(body, status)
