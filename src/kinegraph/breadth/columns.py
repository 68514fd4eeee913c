"""The values of a field for a scope, and the objects among them: taken out before they are worked out, and put back."""

from collections.abc import Callable, Sequence
from typing import Any

from kinegraph.breadth.convert import Shape, Surprise
from kinegraph.breadth.selections import Field


class Column:
    """The values of one field for a scope: unique ones, and which of them each object has; for the root, no field."""

    __slots__ = ("built", "field", "finish", "index", "unique")

    def __init__(
        self,
        field: Field | None,
        unique: list[Any],
        index: list[int] | None,
        finish: Callable[[list[Any]], list[Any]] | None = None,
    ) -> None:
        self.finish = finish
        self.field = field
        self.unique = unique
        self.index = index
        self.built: list[Any] = []

    def values(self) -> Sequence[Any]:
        """What the answer holds for each object of the scope."""
        field = self.field
        assert field is not None  # the root's column stands in no scope
        if field.convert is not None:
            finished = list(map(field.convert, self.unique))
        else:
            finished = _rebuilt(self.unique, field.shape, self.built)
        values = finished if self.index is None else [finished[place] for place in self.index]
        return values if self.finish is None else self.finish(values)


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
            raise Surprise("null in a non-null place")
    for place, value in enumerate(values):
        before = len(objects)
        _collect(value, shape, objects)
        if owners is not None:
            owners.extend([place] * (len(objects) - before))


def _collect(value: Any, shape: Shape, objects: list[Any]) -> None:
    if value is None:
        if shape.required:
            raise Surprise("null in a non-null place")
    elif shape.item is None:
        objects.append(value)
    elif value.__class__ is not list and value.__class__ is not tuple:
        raise Surprise("a list that is none")
    elif shape.item.item is None and None not in value:
        objects.extend(value)
    else:
        for entry in value:
            _collect(entry, shape.item, objects)
