"""Field strategies: how a field gets its value."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Read:
    """The field is a value of the object, by this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """The field is what a function makes of the object alone, without waiting.

    `required_columns` is what it reads of the object; None where that is not known.
    """

    function: Callable[[Any], Any]
    required_columns: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """The field is loaded: by a batch function, for a key of the object.

    `extract` takes from the answer what is this object's, where one answer serves several objects.
    The key is a value of the object by its name, a tuple of several, or what a function makes of the object.
    """

    batch: Hashable
    key: str | tuple[str, ...] | Callable[[Any], Any]
    extract: Callable[[Any, Any], Any] | None = None
    required_columns: frozenset[str] | None = None
    """What key and extract read of the object; None where that is not known."""
    joined: "Mapping[Hashable, Hashable] | None" = None
    """For the batch functions of edges below, functions that answer both at once."""
    cached: "Cached | None" = None
    """Where the fragments of its answers stand in the cache; None where they are not cached."""


@dataclass(frozen=True, slots=True)
class Resolve:
    """The field has an ordinary resolver, which is called for each object with its own `info`."""

    cached: "Cached | None" = None
    """Where the fragment of its answer stands in the cache; the key is a tuple of the object and the arguments."""
    call: Callable[..., Any] | None = None
    """What is called in place of the field's resolver, like it; None for the resolver itself."""


@dataclass(frozen=True, slots=True)
class Cached:
    """How the answers of a field are cached as finished JSON (fragments).

    `entries` gives for the context and keys each answer's cache key and version, or None where nothing may be cached.
    An answer holds for its version as far as it is made by the field itself and by what `covers` names: batch functions
    of edges below, and resolved fields below as (type, field). Other edges below are gaps in the fragment, which are
    loaded for each request.
    """

    entries: Callable[[Any, Sequence[Any]], Sequence[tuple[tuple[Hashable, ...], Hashable]] | None]
    covers: frozenset[Hashable] = frozenset()


@dataclass(frozen=True, slots=True)
class Embedded:
    """The field is an object whose values stand in the object above, under names with this prefix.

    `otherwise` makes such an object of the one above, for selections that ask for more than values.
    """

    prefix: str
    otherwise: Callable[[Any], Any]


Strategy = Read | Call | Edge | Embedded | Resolve
