"""What the executor must be told of a schema: how fields resolve, how objects are read, how keys are loaded."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLField, GraphQLObjectType

from kinegraph.breadth.sources import Attributes, Source
from kinegraph.breadth.ways import Resolve, Way


def _way(parent: GraphQLObjectType, definition: GraphQLField) -> Way:
    return Resolve()


class Contents(dict[Hashable, Any]):
    """What was made of contents that recur, by their selection and digest; begun anew when there is too much of it."""

    def __init__(self, freeze: Callable[[dict[str, Any]], Any] = lambda made: made, most: int = 5000) -> None:
        super().__init__()
        self._freeze = freeze
        self._most = most

    def put(self, key: Hashable, made: dict[str, Any]) -> Any:
        """Remember a finished dict. Returns what stands for it in any answer."""
        if len(self) >= self._most:
            self.clear()
        frozen = self[key] = self._freeze(made)
        return frozen


@dataclass(frozen=True)
class Adapter:
    """A schema's ways. The default is right for any schema, and slow: every field is resolved for each object.

    `way`: how a field resolves. `shape`: what distinguishes objects that are read differently. `source`: how
    objects like the sample are read. `load`: `async (context, batch, keys, names) -> answers in key order`, where
    `names` are the values that the operation reads of the answers, or None for all.
    `note`: what is read of what a resolver answers (for a plan's `Field`), found in `Plan.notes` by the field's node.
    `documents`: whether objects of a type are dicts, such as stored JSON, with no objects below them but such.
    `trusted`: whether a type's `is_type_of` need not be asked.
    `keep`: puts what was finished, under its selection's text, into the dict in which an object keeps such pieces, and
    returns what is answered in its place.
    `recurring`: the types of documents whose contents recur, so that each is worked out once; `digest` tells contents
    apart, and `contents` remembers what was made of them.
    `plain`: for a leaf type's name, the conversions that need no check, by class of value; None keeps the value.
    `ready`: for a leaf type's name, when a value `{v}` can be answered as it is: an expression, which may refer to
    `names`.
    """

    way: Callable[[GraphQLObjectType, GraphQLField], Way] = _way
    shape: Callable[[Any], Hashable] = type
    source: Callable[[Any], Source] = lambda sample: Attributes()
    load: Callable[[Any, Any, list[Any], frozenset[str] | None], Awaitable[Sequence[Any]]] | None = None
    note: Callable[[Any], frozenset[str] | None] = lambda field: None
    documents: Callable[[GraphQLObjectType], bool] = lambda named: False
    trusted: Callable[[GraphQLObjectType], bool] = lambda named: False
    keep: Callable[[Any, str, Any], Any] = lambda pieces, text, made: made
    recurring: frozenset[str] = frozenset()
    digest: Callable[[dict[str, Any]], Hashable] = id
    contents: Contents = field(default_factory=Contents)
    plain: Mapping[str, Mapping[type, Callable[[Any], Any] | None]] = field(default_factory=dict)
    ready: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, Any] = field(default_factory=dict)
