"""What the executor must be told of a schema: how fields resolve, how objects are read, how keys are loaded."""

from collections.abc import Awaitable, Callable, Hashable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphql import GraphQLField, GraphQLObjectType

from kinegraph.breadth.sources import Attributes, Source
from kinegraph.breadth.strategies import Resolve, Strategy


class FragmentCache(Protocol):
    """A cache of finished JSON by key and version."""

    def get(self, key: Any, version: Hashable) -> Any:
        """What stands under the key for this version, or None."""

    def admits(self, key: Any) -> bool:
        """Whether an entry is to be made for a key that has none."""

    def put(self, key: Any, version: Hashable, value: Any, value_bytes: int) -> None:
        """Hold a value that takes so many bytes."""


def _strategy(parent: GraphQLObjectType, definition: GraphQLField) -> Strategy:
    return Resolve()


@dataclass(frozen=True)
class Adapter:
    """The functions and tables that the executor needs for one schema.

    The default is right for any schema, and slow: each field is resolved for each object.

    `strategy`: how a field resolves. `shape`: what distinguishes objects that are read differently. `source`: how
    objects like the sample are read. `load`: `async (context, batch, keys, names) -> answers in key order`, where
    `names` are the values that the operation reads of the answers, or None for all; for a function that answers for two
    batch functions, with the names of both, to the answers of the first and a dict of the second's.
    `requested_columns`: what is read of what a resolver answers (for a plan's `Field`), found in
    `Plan.columns_by_node` by the field's node.
    `documents`: whether objects of a type are dicts, such as stored JSON, with no objects below them but such.
    `trusted`: whether a type's `is_type_of` need not be asked.
    `alone`: a context manager in which one resolver runs and no other.
    `hold`: a context manager in which what resolvers load is pooled, and not asked yet.
    `cache`: where a context's answers are cached; None for nowhere. `dump` writes a value as JSON text, and `fragment`
    makes what stands for such text among an answer's values.
    `plain`: for a leaf type's name, the conversions that need no check, by class of value; None keeps the value.
    `ready`: for a leaf type's name, when a value `{v}` can be answered as it is: an expression, which may refer to
    `names`.
    """

    strategy: Callable[[GraphQLObjectType, GraphQLField], Strategy] = _strategy
    shape: Callable[[Any], Hashable] = type
    source: Callable[[Any], Source] = lambda sample: Attributes()
    load: Callable[..., Awaitable[Any]] | None = None
    requested_columns: Callable[[Any], frozenset[str] | None] = lambda field: None
    documents: Callable[[GraphQLObjectType], bool] = lambda named: False
    trusted: Callable[[GraphQLObjectType], bool] = lambda named: False
    alone: Callable[[Any], AbstractContextManager[Any]] = lambda context: nullcontext()
    hold: Callable[[Any], AbstractContextManager[Any]] = lambda context: nullcontext()
    cache: Callable[[Any], FragmentCache | None] = lambda context: None
    dump: Callable[[Any], bytes] = lambda value: b""
    fragment: Callable[[bytes], Any] = lambda text: text
    plain: Mapping[str, Mapping[type, Callable[[Any], Any] | None]] = field(default_factory=dict)
    ready: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, Any] = field(default_factory=dict)
