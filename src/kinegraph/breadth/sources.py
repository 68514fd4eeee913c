"""Sources: how generated code reads the values of objects."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from operator import attrgetter, methodcaller

from kinegraph.breadth.aliases import SourceObject, Value


class Source(ABC):
    """How generated code reads values of objects of one class.

    `object` is the Python expression of the object, the loop's variable `o` by default.
    """

    object = "o"

    def prelude(self) -> Sequence[str]:
        """Statements that the generated code executes first for each object; none by default."""
        return ()

    def cases(self) -> "Sequence[tuple[str, Source]]":
        """The sources to read an object by, each with its condition, an expression after the prelude.

        The last condition is empty: the case that applies where no other does.
        """
        return (("", self),)

    @abstractmethod
    def read(self, name: str) -> str:
        """Return the Python expression of a value."""

    @abstractmethod
    def getter(self, name: str) -> Callable[[SourceObject], Value]:
        """Return a function that reads the value, for code that is not generated."""


class Attributes(Source):
    """Objects whose values are attributes."""

    def read(self, name: str) -> str:
        """Return the expression of the attribute."""
        return f"o.{name}"

    def getter(self, name: str) -> Callable[[SourceObject], Value]:
        """Return a function that reads the attribute."""
        return attrgetter(name)


class Keys(Source):
    """Objects that are dicts; a missing key is null."""

    def __init__(self, object: str = "o") -> None:
        self.object = object

    def read(self, name: str) -> str:
        """Return the expression of the key's value."""
        return f"{self.object}.get({name!r})"

    def getter(self, name: str) -> Callable[[SourceObject], Value]:
        """Return a function that reads the key's value."""
        return methodcaller("get", name)


class Prefixed(Source):
    """The values of an embedded object, which are values of the object above with a prefix in their names."""

    def __init__(self, above: Source, prefix: str) -> None:
        self.object = above.object
        self._above = above
        self._prefix = prefix

    def read(self, name: str) -> str:
        """Return the expression of the value in the object above."""
        return self._above.read(self._prefix + name)

    def getter(self, name: str) -> Callable[[SourceObject], Value]:
        """Return a function that reads the value from the object above."""
        return self._above.getter(self._prefix + name)
