"""How generated code reads values off objects."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from operator import attrgetter, methodcaller
from typing import Any


class Source(ABC):
    """How generated code reads values off objects of one class, whose expression is `object`."""

    object = "o"

    def prelude(self) -> Sequence[str]:
        """Statements that come first for each object: none, where it is not said otherwise."""
        return ()

    def cases(self) -> "Sequence[tuple[str, Source]]":
        """Which source reads an object, by a condition in terms of the prelude; the last condition is empty."""
        return (("", self),)

    @abstractmethod
    def read(self, name: str) -> str:
        """The expression of a value."""

    @abstractmethod
    def getter(self, name: str) -> Callable[[Any], Any]:
        """A function that reads the value."""


class Attributes(Source):
    """Objects whose values are attributes."""

    def read(self, name: str) -> str:
        """The attribute."""
        return f"o.{name}"

    def getter(self, name: str) -> Callable[[Any], Any]:
        """The attribute."""
        return attrgetter(name)


class Keys(Source):
    """Objects that are dicts; a key that is missing is null."""

    def __init__(self, object: str = "o") -> None:
        self.object = object

    def read(self, name: str) -> str:
        """The key's value."""
        return f"{self.object}.get({name!r})"

    def getter(self, name: str) -> Callable[[Any], Any]:
        """The key's value."""
        return methodcaller("get", name)
