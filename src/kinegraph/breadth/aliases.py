"""Type aliases for values whose types only the application knows; the executor passes them on."""

from typing import Any, TypeAlias  # each alias below says why it is Any

from graphql.execution.executor import Executor

SourceObject: TypeAlias = Any
"""An object that a resolver or a batch function returned: of any class, its fields are read by name."""

Value: TypeAlias = Any
"""A field's value as it was resolved: a leaf value of any class, an object, or lists of these."""

Output: TypeAlias = Any
"""A value of the answer: a dict, list, text, number, boolean, null, or finished JSON text (`Adapter.fragment`)."""

Key: TypeAlias = Any
"""The argument of a batch function for one object: an id, a tuple of several, or any other hashable value."""

Answer: TypeAlias = Any
"""The result of a batch function for one key: a row, a list of rows, or whatever else the function returns."""

ContextValue: TypeAlias = Any
"""The context of the execution, which the application makes and its resolvers and batch functions know."""

Arguments: TypeAlias = dict[str, Any]
"""The arguments of a field by name: each has the type that the schema declares."""

Definition: TypeAlias = Any
"""Strawberry's or graphql-core's description of a type or field, where the library declares no precise type."""

CoreExecutor: TypeAlias = Executor[Any]
"""graphql-core's executor, generic in a result type that differs between queries and subscriptions."""
