"""Sources of the executor for this product's objects: rows, read by column position, and wrappers of a row."""

from collections.abc import Callable, Hashable, Sequence
from functools import cached_property
from operator import attrgetter, itemgetter
from typing import Any  # objects that the executor reads, of any class

from kinegraph.breadth.sources import Attributes, Keys, Source
from kinegraph.kit.rows import Row
from kinegraph.library.rules import EffectiveExercise
from kinegraph.workout.rules import PREFIX, Comment, JoinedMovement


class Rows(Source):
    """Rows, read by the position of the column; all rows of one batch have the same columns."""

    def __init__(self, sample: Any, row: str = "o") -> None:
        self._row = row
        self._sample = sample

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: position for position, name in enumerate(self._sample.keys())}

    def read(self, name: str) -> str:
        """Read a column's value by its position, which is faster than by its name."""
        return f"{self._row}[{self._places[name]}]"

    def getter(self, name: str) -> Callable[[Any], Any]:
        """The column's value."""
        return itemgetter(name)


class JoinedRows(Source):
    """Objects whose values stand in another's row, under a prefix."""

    def __init__(self, sample: JoinedMovement) -> None:
        self._row = Rows(sample.row, "r")

    def prelude(self) -> Sequence[str]:
        """The row."""
        return ("r = o.row",)

    def read(self, name: str) -> str:
        """The column's value."""
        return self._row.read(PREFIX + name)

    def getter(self, name: str) -> Callable[[Any], Any]:
        """The column's value."""
        column = PREFIX + name
        return lambda joined: joined.row[column]


class Wrapped(Source):
    """Wrappers of a row: attributes of their own, everything else from the row, with a diff applied."""

    def __init__(self, sample: Any, *, is_plain: bool = False) -> None:
        self._sample = sample
        self._class = type(sample)
        self._row = Rows(sample.row, "r")
        self._has_diff = hasattr(self._class, "diff")
        self._is_plain = is_plain or not self._has_diff

    def prelude(self) -> Sequence[str]:
        """The row."""
        return ("r = o.row",)

    def cases(self) -> Sequence[tuple[str, Source]]:
        """Divided into those with a diff and those without."""
        plain = ("", Wrapped(self._sample, is_plain=True))
        return (("d := o.diff", self), plain) if self._has_diff else (plain,)

    def read(self, name: str) -> str:
        """The value: the object's own, the diff's, the row's."""
        if self._has_diff and name == "customized_fields":
            return "[]" if self._is_plain else "o.customized_fields"
        if self._has_diff and name == "is_discontinued":  # as the property decides it, without its calls per object
            return f"({self._row.read('deleted_at')} is not None or {self._row.read('status')} == 'archived')"
        if hasattr(self._class, name):
            return f"o.{name}"
        stored = self._row.read(name)
        return stored if self._is_plain else f"(d[{name!r}] if {name!r} in d else {stored})"

    def getter(self, name: str) -> Callable[[Any], Any]:
        """The function that reads the value of an object."""
        return attrgetter(name)


def shape(sample: Any) -> Hashable:
    """What distinguishes objects that are read differently."""
    if isinstance(sample, Row):
        return (Row, *sample.keys())
    if isinstance(sample, EffectiveExercise | Comment | JoinedMovement):
        row: Any = sample.row
        return (type(sample), *row.keys())
    kind: type = type(sample)
    return kind


def source(sample: Any) -> Source:
    """How objects like this one are read."""
    if isinstance(sample, Row):
        return Rows(sample)
    if isinstance(sample, EffectiveExercise | Comment):
        return Wrapped(sample)
    if isinstance(sample, JoinedMovement):
        return JoinedRows(sample)
    return Keys() if type(sample) is dict else Attributes()
