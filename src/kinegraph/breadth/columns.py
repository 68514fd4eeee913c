"""The column of a field: its values for all objects of a scope, and the objects in those values."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from kinegraph.breadth.adapter import Adapter
from kinegraph.breadth.aliases import Output, SourceObject, Value
from kinegraph.breadth.convert import NO_LIST, NULL, Fallback, Shape
from kinegraph.breadth.selections import Field


class BuiltObjects(Protocol):
    """Objects of one type whose dicts are built together: a scope, as a column sees it."""

    @property
    def built(self) -> list[Output]:
        """The dicts, in the order of the objects; empty until they are built."""


class Column:
    """The values of one field for a scope, each distinct value once.

    `index` has for each object of the scope the number of its value among `unique`; None where they correspond one to
    one. `scopes` are the scopes of the objects in the values. A field of an abstract type has one scope for each object
    type; `numbers` then has for each of them the number of each object among all objects in the values.
    """

    __slots__ = ("field", "index", "numbers", "scopes", "unique")

    def __init__(self, field: Field, unique: list[Value], index: list[int] | None) -> None:
        self.field = field
        self.unique = unique
        self.index = index
        self.scopes: list[BuiltObjects] = []
        self.numbers: list[list[int]] = []

    def values(self) -> Sequence[Output]:
        """The value in the answer for each object of the scope."""
        field = self.field
        if field.convert is not None:
            finished = list(map(field.convert, self.unique))
        else:
            finished = _with_dicts(self.unique, field.shape, self._dicts())
        return finished if self.index is None else [finished[number] for number in self.index]

    def _dicts(self) -> list[Output]:
        """The dicts of the objects in the values, in the order of `flatten`."""
        if len(self.scopes) == 1 and not self.numbers:
            return self.scopes[0].built
        dicts: list[Output] = [None] * sum(map(len, self.numbers))
        for scope, numbers in zip(self.scopes, self.numbers, strict=True):
            for number, built in zip(numbers, scope.built, strict=True):
                dicts[number] = built
        return dicts


def _with_dicts(values: Sequence[Value], shape: Shape, dicts: list[Output]) -> list[Output]:
    """The values with each object replaced by its dict; `dicts` are in the order of `flatten`."""
    if shape.item is None:
        if len(dicts) == len(values):
            return dicts
        remaining = iter(dicts)
        return [None if value is None else next(remaining) for value in values]
    if shape.item.item is None and shape.item.required:
        out: list[Output] = []
        start = 0
        for value in values:
            if value is None:
                out.append(None)
            else:
                end = start + len(value)
                out.append(dicts[start:end])
                start = end
        return out
    remaining = iter(dicts)
    return [_nested_with_dicts(value, shape, remaining) for value in values]


def _nested_with_dicts(value: Value, shape: Shape, remaining: Iterator[Output]) -> Output:
    if value is None:
        return None
    if shape.item is None:
        return next(remaining)
    return [_nested_with_dicts(entry, shape.item, remaining) for entry in value]


def flatten(values: Sequence[Value], shape: Shape, objects: list[SourceObject], owners: list[int] | None) -> None:
    """Append the objects in the values to `objects`, in order, and to `owners` the number of each one's value.

    Raises Fallback for a null that the type forbids, and for a value that should be a list and is not.
    """
    if shape.item is None:
        if None not in values:
            objects.extend(values)
            if owners is not None:
                owners.extend(range(len(values)))
            return
        if shape.required:
            raise Fallback(NULL)
    for number, value in enumerate(values):
        before = len(objects)
        _collect(value, shape, objects)
        if owners is not None:
            owners.extend([number] * (len(objects) - before))


def count_occurrences(counts: list[int] | None, index: Sequence[int] | None, size: int) -> list[int] | None:
    """Count the occurrences of each of `size` values in the answer.

    `index` has for each object the number of its value. `counts` has the occurrences of each object; None: once each.
    """
    if index is None or (counts is None and len(index) == size):
        return counts
    occurrences = [0] * size
    for row, number in enumerate(index):
        occurrences[number] += 1 if counts is None else counts[row]
    return occurrences


def read_values(adapter: Adapter, objects: Sequence[SourceObject], name: str) -> list[Value]:
    """The value with this name of every object."""
    return list(map(adapter.source(objects[0]).getter(name), objects)) if objects else []


def list_positions(values: Sequence[Value], shape: Shape) -> list[int]:
    """The position of each object in its list, in the order of `flatten`; 0 where the values are no lists."""
    if shape.item is None:
        return [0 for value in values if value is not None]
    lists = (value for value in values if value is not None)
    return [position for entries in lists for position, entry in enumerate(entries) if entry is not None]


def _collect(value: Value, shape: Shape, objects: list[SourceObject]) -> None:
    if value is None:
        if shape.required:
            raise Fallback(NULL)
    elif shape.item is None:
        objects.append(value)
    elif value.__class__ is not list and value.__class__ is not tuple:
        raise Fallback(NO_LIST)
    elif shape.item.item is None and None not in value:
        objects.extend(value)
    else:
        for entry in value:
            _collect(entry, shape.item, objects)
