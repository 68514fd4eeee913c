"""The adapter: what the executor needs to know about a schema and about the application's objects."""

from collections.abc import Awaitable, Callable, Hashable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Protocol  # cached values and globals of generated code: the executor only passes them on

from graphql import GraphQLField, GraphQLObjectType

from kinegraph.breadth.aliases import Answer, ContextValue, Output, SourceObject, Value
from kinegraph.breadth.sources import Attributes, Source
from kinegraph.breadth.strategies import Resolve, Strategy


class FragmentCache(Protocol):
    """A cache of fragments (finished JSON text) by key and version."""

    def get(self, key: Any, version: Hashable) -> Any:
        """Return the entry of the key if it has this version, else None."""

    def admits(self, key: Any) -> bool:
        """True if an entry is to be made for a key that has none."""

    def put(self, key: Any, version: Hashable, value: Any, value_bytes: int) -> None:
        """Store an entry that takes `value_bytes` of memory."""


def _strategy(parent: GraphQLObjectType, definition: GraphQLField) -> Strategy:
    return Resolve()


@dataclass(frozen=True)
class Adapter:
    """The functions and tables that the executor needs for one schema.

    The default works for any schema, and is slow: each field is resolved for each object.

    Fields and types
    `strategy`: the strategy of a field. `is_document`: true if the objects of a type are dicts, such as stored JSON,
    and those below them too. `is_trusted`: true if `is_type_of` of a type need not be called.
    `requested_columns`: the columns that an operation selects of the rows that a resolver returns, from the plan's
    `Field` (`breadth.requested_columns`).

    Objects
    `type_of`: for an object of an abstract field that names its own type, the type's name and the object that is read;
    None for others, whose type the schema tells. `source`: how generated code reads objects like the sample. `shape`: a
    value that is equal for objects that are read by the same code.

    Loading
    `load`: `async (context, batch, keys, columns) -> answers in key order`; `columns` are the requested columns of the
    answers, None for all. For a function that answers two batch functions at once: with the columns of both, returning
    the answers of the first and a dict of the second's.
    `alone`: a context manager around a resolver that runs while no other does. `hold`: a context manager in which loads
    of resolvers are pooled and not sent yet.

    Cache and JSON
    `cache`: the cache of an execution's context; None for no caching. `dump`: a value as JSON text. `fragment`: an
    object that stands for finished JSON text in an answer.
    `unchecked_conversions`: by name of a leaf type, conversions by class of value that cannot fail; None for a value
    that stays as it is. `ready_tests`: by name of a leaf type, a Python expression that is true if the value `{v}` can
    be answered as it is; it may refer to `ready_test_names`.
    """

    strategy: Callable[[GraphQLObjectType, GraphQLField], Strategy] = _strategy
    is_document: Callable[[GraphQLObjectType], bool] = lambda named: False
    is_trusted: Callable[[GraphQLObjectType], bool] = lambda named: False
    requested_columns: Callable[[Any], frozenset[str] | None] = lambda field: None
    type_of: Callable[[SourceObject], tuple[str, SourceObject] | None] = lambda value: None
    source: Callable[[SourceObject], Source] = lambda sample: Attributes()
    shape: Callable[[SourceObject], Hashable] = type
    load: Callable[..., Awaitable[Answer]] | None = None
    alone: Callable[[ContextValue], AbstractContextManager[Any]] = lambda context: nullcontext()
    hold: Callable[[ContextValue], AbstractContextManager[Any]] = lambda context: nullcontext()
    cache: Callable[[ContextValue], FragmentCache | None] = lambda context: None
    dump: Callable[[Output], bytes] = lambda value: b""
    fragment: Callable[[bytes], Output] = lambda text: text
    unchecked_conversions: Mapping[str, Mapping[type, Callable[[Value], Output] | None]] = field(default_factory=dict)
    ready_tests: Mapping[str, str] = field(default_factory=dict)
    ready_test_names: Mapping[str, Any] = field(default_factory=dict)
