"""The values of a field for a scope, and the objects among them: taken out before they are worked out, and put back."""

from collections.abc import Sequence
from typing import Any, Protocol

from kinegraph.breadth.convert import Fallback, Shape
from kinegraph.breadth.selections import Field


class Part(Protocol):
    """Objects of a column whose dicts are made together: those of one type."""

    @property
    def built(self) -> list[Any]:
        """The dicts, once they are made."""


class Column:
    """The values of one field for a scope: unique ones, and which of them each object has.

    `parts` are the scopes of the objects in the values; of an abstract type several, with each one's places among all.
    """

    __slots__ = ("field", "index", "parts", "places", "unique")

    def __init__(self, field: Field, unique: list[Any], index: list[int] | None) -> None:
        self.field = field
        self.unique = unique
        self.index = index
        self.parts: list[Part] = []
        self.places: list[list[int]] = []

    def values(self) -> Sequence[Any]:
        """What the answer holds for each object of the scope."""
        field = self.field
        if field.convert is not None:
            finished = list(map(field.convert, self.unique))
        else:
            finished = _rebuilt(self.unique, field.shape, self._built())
        return finished if self.index is None else [finished[place] for place in self.index]

    def _built(self) -> list[Any]:
        """The dicts of the objects in the values, in the order in which `flatten` met them."""
        if len(self.parts) == 1 and not self.places:
            return self.parts[0].built
        built: list[Any] = [None] * sum(map(len, self.places))
        for part, places in zip(self.parts, self.places, strict=True):
            for place, made in zip(places, part.built, strict=True):
                built[place] = made
        return built


def _rebuilt(values: Sequence[Any], shape: Shape, built: list[Any]) -> list[Any]:
    """The values with each object in them replaced by its dict, in the order in which `flatten` met them."""
    if shape.item is None:
        if len(built) == len(values):
            return built
        each = iter(built)
        return [None if value is None else next(each) for value in values]
    if shape.item.item is None and shape.item.required:
        out: list[Any] = []
        start = 0
        for value in values:
            if value is None:
                out.append(None)
            else:
                end = start + len(value)
                out.append(built[start:end])
                start = end
        return out
    each = iter(built)
    return [_again(value, shape, each) for value in values]


def _again(value: Any, shape: Shape, each: Any) -> Any:
    if value is None:
        return None
    return next(each) if shape.item is None else [_again(entry, shape.item, each) for entry in value]


def flatten(values: Sequence[Any], shape: Shape, objects: list[Any], owners: list[int] | None) -> None:
    """Collect the objects in the values, in order, and for each the place of the value it is in."""
    if shape.item is None:
        if None not in values:
            objects.extend(values)
            if owners is not None:
                owners.extend(range(len(values)))
            return
        if shape.required:
            raise Fallback("null in a non-null place")
    for place, value in enumerate(values):
        before = len(objects)
        _collect(value, shape, objects)
        if owners is not None:
            owners.extend([place] * (len(objects) - before))


def positions(owners: Sequence[int]) -> list[int]:
    """Each object's place among those of the same owner, who stand together."""
    found, before, place = [], -1, 0
    for owner in owners:
        place = place + 1 if owner == before else 0
        before = owner
        found.append(place)
    return found


def _collect(value: Any, shape: Shape, objects: list[Any]) -> None:
    if value is None:
        if shape.required:
            raise Fallback("null in a non-null place")
    elif shape.item is None:
        objects.append(value)
    elif value.__class__ is not list and value.__class__ is not tuple:
        raise Fallback("a list that is none")
    elif shape.item.item is None and None not in value:
        objects.extend(value)
    else:
        for entry in value:
            _collect(entry, shape.item, objects)
