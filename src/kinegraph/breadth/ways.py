"""The ways in which a field gets its value."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Read:
    """The field is a value of the object, by this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """The field is what a function makes of the object alone, without waiting.

    `reads` is what it reads of the object; None where that is not known.
    """

    function: Callable[[Any], Any]
    reads: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """The field is loaded: by a batch function, for a key of the object; `pick` takes the object's part of the answer.

    The key is a value of the object by its name, a tuple of several, or what a function makes of the object.
    """

    batch: Hashable
    key: str | tuple[str, ...] | Callable[[Any], Any]
    pick: Callable[[Any, Any], Any] | None = None
    reads: frozenset[str] | None = None
    """What key and pick read of the object; None where that is not known."""
    kept: Callable[[Any, Sequence[Any]], Sequence[dict[str, Any]] | None] | None = None
    """For the context and objects, where each keeps what was made of its field for other answers; None for nowhere."""
    covers: frozenset[Hashable] = frozenset()
    """The batch functions below whose answers hold as long as what is kept does."""


@dataclass(frozen=True, slots=True)
class Resolve:
    """The field has an ordinary resolver, which is called for each object with its own `info`."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """The field is an object whose values stand in the object above, under names with this prefix.

    `otherwise` makes such an object of the one above, for selections that ask for more than values.
    """

    prefix: str
    otherwise: Callable[[Any], Any]


Way = Read | Call | Edge | Embedded | Resolve
