"""Causes of errors: a mistake in the document or its variables and where it is, a time limit, a server that is away."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any  # keys of mixed length: a message and its locations; values of variables

import asyncpg
from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    GraphQLError,
    ListValueNode,
    Node,
    ObjectFieldNode,
    ObjectValueNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
)

from kinegraph.api.limits import nodes_of
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


AT_VARIABLE = re.compile(r"Variable '\$(\w+)' has invalid (?:default )?value(?: at ((?:\.\w+|\[\d+\])+))?: ")
MISSING_FIELD = re.compile(r"Expected value of type '\w+' to include required field '(\w+)'")
UNKNOWN_FIELD = re.compile(r"Expected value of type '\w+' not to include unknown field '")
MISSING_ARGUMENT = re.compile(r"Argument '[^']*\((\w+):\)' of type '[^']+' is required")
"""The beginnings of graphql-core's messages, of which the names in them are names of the schema."""
UNQUOTED = frozenset({"recordPoseFrames", "recordMediaEvents", "reportPlaybackErrors"})
"""The fields whose refusals show no value: it may be biometric, or say what a person did."""
EXPECTED = (
    MISSING_FIELD,
    re.compile(r"Expected value of type '\w+' not to include unknown field"),
    re.compile(r"Expected value of type '\w+'(?: to be an object)?"),
    re.compile(r"\w+ cannot represent [\w -]* value"),
)
"""The beginnings that say what is expected, without the value that was sent."""


def add_paths_of_variables(errors: Sequence[GraphQLError], variables: Mapping[str, Any]) -> None:
    """Add to errors of the conversion of variables the path into these, from the variable's name on, as `field`."""
    for error in errors:
        found = AT_VARIABLE.match(error.message)
        if found is not None:
            path = [found[1], *re.findall(r"\w+", found[2] or "")]
            _add(error, [*path, *_field_at_fault(error.message[found.end() :], _value_at(variables, path))])


def hide_values(errors: Sequence[GraphQLError], document: DocumentNode) -> None:
    """Leave the values of variables out of errors of their conversion, in a document that sends telemetry."""
    if not any(isinstance(node, FieldNode) and node.name.value in UNQUOTED for node in nodes_of(document)):
        return
    for error in errors:
        if found := AT_VARIABLE.match(error.message):
            said = next((said for each in EXPECTED if (said := each.match(error.message, found.end()))), None)
            error.message = f"{found[0]}{said[0] if said else 'It is not a value of its type'}."
            error.args = (error.message,)


def _value_at(value: Any, path: Sequence[str]) -> Any:
    """The value at a path; None where there is none."""
    for name in path:
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def _field_at_fault(message: str, value: Any) -> list[str]:
    """The field of an input object that a message says is missing or unknown; none for other messages."""
    if missing := MISSING_FIELD.match(message):
        return [missing[1]]
    if (unknown := UNKNOWN_FIELD.match(message)) and isinstance(value, Mapping):
        names = [str(name) for name in value if message.startswith(f"{name}'", unknown.end())]
        return [max(names, key=len)] if names else []
    return []


def add_paths_of_literals(errors: Sequence[GraphQLError], document: DocumentNode) -> None:
    """Add to errors of values in a document the path to the value, from the argument or the variable on, as `field`."""
    paths = {id(node): path for owner in nodes_of(document) for node, path in _literals(owner)}
    for error in errors:
        path = next((paths[id(node)] for node in error.nodes or () if id(node) in paths), None)
        if path is not None:
            _add(error, [*path, *_field_at_fault(error.message, None)])
        elif missing := MISSING_ARGUMENT.match(error.message):
            _add(error, [missing[1]])


def _literals(owner: Node) -> Iterator[tuple[Node, list[str]]]:
    """An argument, or the default value of a variable, and all values in it with their paths."""
    if isinstance(owner, ArgumentNode):
        pending: list[tuple[Node | None, list[str]]] = [(owner, [owner.name.value])]
    elif isinstance(owner, VariableDefinitionNode):
        pending = [(owner.default_value, [owner.variable.name.value])]
    else:
        return
    for node, path in pending:  # grows by the values inside
        if node is None:
            continue
        yield node, path
        if isinstance(node, ArgumentNode | ObjectFieldNode):
            pending.append((node.value, path))
        elif isinstance(node, ListValueNode):
            pending += [(value, [*path, str(index)]) for index, value in enumerate(node.values)]
        elif isinstance(node, ObjectValueNode):
            pending += [(field, [*path, field.name.value]) for field in node.fields]


def add_path_of_variable(error: GraphQLError) -> None:
    """Add to an error of the execution about a variable's value its name, as `field`."""
    cause = error.original_error
    nodes = cause.nodes or () if isinstance(cause, GraphQLError) else ()
    name = next((node.name.value for node in nodes if isinstance(node, VariableNode)), None)
    if name is not None:
        _add(error, [name])


def _add(error: GraphQLError, path: list[str]) -> None:
    error.extensions = {**(error.extensions or {}), "field": path}
