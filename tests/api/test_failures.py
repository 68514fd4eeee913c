"""Errors of every kind as clients get them: whether the client caused them, and whether to retry."""

import logging
from typing import Any  # resolvers return values that do not fit the schema

import asyncpg
import pytest
from graphql import ExecutionResult, GraphQLError, GraphQLResolveInfo, build_schema, graphql_sync

from kinegraph.api.failures import failures, unexpected
from kinegraph.kit.pool import PoolExhausted

SCHEMA = build_schema("""
type Query { color: Color color2(of: Color! = RED): Color number: Int list: [Int] thing: Thing node: Node }
enum Color { RED }
interface Node { id: ID }
type Thing implements Node { id: ID! }
""")


def executed(text: str, resolved: Any, **variables: Any) -> list[GraphQLError]:
    """The errors of a document of which every field of the root is resolved to one value."""

    def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        return resolved

    result: ExecutionResult = graphql_sync(SCHEMA, text, variable_values=variables, field_resolver=resolve)
    assert result.errors
    return result.errors


def codes(errors: list[GraphQLError]) -> list[tuple[str, int]]:
    """Code and status of each failure that is reported."""
    return [(each.error["extensions"]["code"], each.status) for each in failures(errors, suggests=False)]


def raised(cause: Exception) -> GraphQLError:
    """The error of a field that raised."""
    return GraphQLError("hidden", path=["field"], original_error=cause)


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("{ color }", "GREEN"),
        ("{ number }", "many"),
        ("{ number }", 2**40),
        ("{ list }", 5),
        ("{ thing { id } }", {"id": None}),
        ("{ node { id } }", {"id": 1, "__typename": "Missing"}),
        ("query ($c: Color = RED) { color2(of: $c) }", "GREEN"),
    ],
)
def test_a_resolved_value_that_does_not_fit_the_schema_is_not_reported_as_the_clients_mistake(
    text: str, resolved: Any
) -> None:
    """graphql-core raises the same class for it as for an argument."""
    assert codes(executed(text, resolved)) == [("INTERNAL", 500)]


def test_a_null_argument_that_must_not_be_null_is_reported_as_the_clients_mistake() -> None:
    errors = executed("query ($c: Color = RED) { color2(of: $c) }", "RED", c=None)
    assert codes(errors) == [("BAD_REQUEST", 400)]
    (failure,) = failures(errors, suggests=False)
    assert (failure.is_bad_input, failure.error["path"]) == (True, ["color2"])


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        (asyncpg.QueryCanceledError("canceling statement due to statement timeout"), "TIMEOUT"),
        (asyncpg.TransactionTimeoutError("terminating connection due to transaction timeout"), "TIMEOUT"),
        (TimeoutError(), "TIMEOUT"),
        (TimeoutError(110, "Connection timed out"), "SERVICE_UNAVAILABLE"),
        (PoolExhausted(), "SERVICE_UNAVAILABLE"),
        (ConnectionResetError(), "SERVICE_UNAVAILABLE"),
        (asyncpg.TooManyConnectionsError("sorry, too many clients already"), "SERVICE_UNAVAILABLE"),
        (asyncpg.OutOfMemoryError("out of memory"), "SERVICE_UNAVAILABLE"),
        (asyncpg.DiskFullError("could not extend file"), "SERVICE_UNAVAILABLE"),
        (asyncpg.AdminShutdownError("terminating connection"), "SERVICE_UNAVAILABLE"),
        (asyncpg.CannotConnectNowError("the database system is starting up"), "SERVICE_UNAVAILABLE"),
        (asyncpg.IdleInTransactionSessionTimeoutError("terminating connection"), "SERVICE_UNAVAILABLE"),
        (asyncpg.IdleSessionTimeoutError("terminating connection"), "SERVICE_UNAVAILABLE"),
        (asyncpg.ConnectionDoesNotExistError("connection was closed in the middle"), "SERVICE_UNAVAILABLE"),
        (asyncpg.InterfaceError("connection is closed"), "SERVICE_UNAVAILABLE"),
        (asyncpg.InterfaceError("pool is closing"), "SERVICE_UNAVAILABLE"),
        (asyncpg.InterfaceError("connection has been released back to the pool"), "SERVICE_UNAVAILABLE"),
        (asyncpg.DeadlockDetectedError("deadlock detected"), "CONFLICT"),
        (asyncpg.SerializationError("could not serialize access"), "CONFLICT"),
        (asyncpg.LockNotAvailableError("canceling statement due to lock timeout"), "CONFLICT"),
    ],
    ids=repr,
)
def test_a_failure_that_may_pass_on_retry_is_503_and_does_not_reveal_its_cause(cause: Exception, code: str) -> None:
    assert codes([raised(cause)]) == [(code, 503)]
    failure = unexpected(cause)
    assert (failure.error["extensions"], failure.status) == ({"code": code}, 503)
    assert str(cause) not in failure.error["message"] or not str(cause)


@pytest.mark.parametrize(
    "cause",
    [ValueError("x"), KeyError("x"), asyncpg.InterfaceError("another operation is in progress"),
     asyncpg.UndefinedColumnError("no column"), asyncpg.InFailedSQLTransactionError("aborted"),
     asyncpg.UniqueViolationError("twice"), RecursionError()],
    ids=repr,
)  # fmt: skip
def test_any_other_failure_is_internal_and_logged_under_the_id_that_is_reported(
    cause: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "kinegraph.api"):
        (failure,) = failures([raised(cause)], suggests=False)
    assert (failure.error["extensions"]["code"], failure.status) == ("INTERNAL", 500)
    (record,) = caplog.records
    assert vars(record)["error_id"] == failure.error["extensions"]["errorId"] and record.exc_info


def test_errors_that_only_follow_from_another_error_are_not_reported() -> None:
    aborted = raised(asyncpg.InFailedSQLTransactionError("current transaction is aborted"))
    timeout = raised(asyncpg.QueryCanceledError("canceling statement due to statement timeout"))
    assert codes([aborted, timeout, aborted]) == [("TIMEOUT", 503)]
