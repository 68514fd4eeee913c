"""How generated code reads values off objects."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter, methodcaller
from typing import Any, Protocol


class Source(Protocol):
    """How generated code reads values off objects of one class."""

    @property
    def object(self) -> str:
        """The expression of the object itself."""

    def prelude(self) -> Sequence[str]:
        """Statements that come first for each object."""

    def read(self, name: str) -> str:
        """The expression of a value."""

    def getter(self, name: str) -> Callable[[Any], Any]:
        """A function that reads the value."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """Objects whose values are attributes."""

    object: str = "o"

    def prelude(self) -> Sequence[str]:
        """Nothing."""
        return ()

    def read(self, name: str) -> str:
        """The attribute."""
        return f"o.{name}"

    def getter(self, name: str) -> Callable[[Any], Any]:
        """The attribute."""
        return attrgetter(name)


@dataclass(frozen=True, slots=True)
class Keys:
    """Objects that are dicts; a key that is missing is null."""

    object: str = "o"

    def prelude(self) -> Sequence[str]:
        """Nothing."""
        return ()

    def read(self, name: str) -> str:
        """The key's value."""
        return f"{self.object}.get({name!r})"

    def getter(self, name: str) -> Callable[[Any], Any]:
        """The key's value."""
        return methodcaller("get", name)
