"""Field strategies: how a field gets its value.

`required_columns` are the values of the object that a strategy reads, by name; None where they are not declared, so
that whole rows are selected (`breadth.requested_columns`).
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from kinegraph.breadth.aliases import Answer, ContextValue, Key, SourceObject, Value


@dataclass(frozen=True, slots=True)
class Read:
    """The field is a value of the object, by this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """The field is computed from the object alone, by a function that does not wait."""

    function: Callable[[SourceObject], Value]
    required_columns: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """The field is loaded by a batch function, for a key of each object.

    The key is a value of the object by its name, a tuple of several, or the result of a function of the object.
    `extract` takes the object's own value from the answer, where one answer serves several objects.
    """

    batch: Hashable
    key: str | tuple[str, ...] | Callable[[SourceObject], Key]
    extract: Callable[[SourceObject, Answer], Value] | None = None
    required_columns: frozenset[str] | None = None
    """The values that `key` and `extract` read."""
    joined: "Mapping[Hashable, Hashable] | None" = None
    """By batch function of an edge below: a function that answers both edges at once."""
    cached: "Cached | None" = None
    """How answers are cached as fragments; None where they are not."""


@dataclass(frozen=True, slots=True)
class Resolve:
    """The field has an ordinary resolver, which is called for each object with its own `info`."""

    cached: "Cached | None" = None
    """How answers are cached as fragments, by tuples of the object and the arguments; None where they are not."""
    call: Callable[..., Value] | None = None
    """A function that is called in place of the field's resolver, with the same arguments; None for the resolver."""
    required_columns: frozenset[str] | None = None
    """The values that the resolver reads of the object, where it declares them."""


class Cached(Protocol):
    """How the answers of a field are cached as finished JSON (fragments).

    `covers` names what else the version is valid for: batch functions of edges below, and resolved fields below as
    (type, field). Other edges below are gaps in the fragment, which are loaded for each request.
    """

    @property
    def covers(self) -> frozenset[Hashable]:
        """The batch functions and fields whose answers are part of the fragment."""

    def entries(
        self, context: ContextValue, keys: Sequence[Key], /
    ) -> Sequence[tuple[tuple[Hashable, ...], Hashable]] | None:
        """Each answer's cache key and version; None where nothing may be cached."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """The field is an object whose values are values of the object above, with this prefix in their names.

    `resolver` makes such an object from the one above, for selections of more than plain values.
    """

    prefix: str
    resolver: Callable[[SourceObject], Value]


Strategy = Read | Call | Edge | Embedded | Resolve
