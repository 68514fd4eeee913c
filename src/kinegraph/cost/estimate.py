"""Estimates of what an operation costs, evaluated from its tree of fields that have objects or statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any  # values of variables are JSON

from kinegraph.cost.sizes import Size

STATEMENT_COST = 10
"""A statement costs as much as so many objects: a tenth to a fifth of a millisecond, with PostgreSQL's part."""

MAX_ESTIMATES = 64
"""Estimates that an operation stores, one for each combination of sizes; all are dropped beyond that."""


class CostField:
    """A field whose value has objects, or takes a statement. Sizes are numbers, or indexes into those of the request.

    `alternatives` are the fields below, by the types that its object may have: one list for an object type.
    """

    __slots__ = (
        "alternatives",
        "is_list",
        "is_row",
        "key",
        "objects",
        "page",
        "size",
        "statements",
        "switch",
        "variable",
    )

    def __init__(self, key: str) -> None:
        self.key = key
        self.objects = 1
        """Objects for each of its values; 0 for a leaf."""
        self.size: float = 1
        """How many values it has."""
        self.variable = -1
        """The index of its size among the request's sizes; -1 for a constant size."""
        self.switch = -1
        """The index of the condition under which it is selected; -1 where it always is."""
        self.statements = 0
        self.is_list = False
        self.is_row = False
        """True for the lists of a connection, whose size its arguments decide."""
        self.page: tuple[float, int] | None = None
        """The size of its page, and the index of that; None where it has no page."""
        self.alternatives: Sequence[Sequence[CostField]] = ()


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an operation is estimated to cost."""

    objects: int
    statements: int

    @property
    def cost(self) -> int:
        """The cost."""
        return self.objects + STATEMENT_COST * self.statements


@dataclass(frozen=True, slots=True)
class Costliest:
    """The list that most of an estimate is due to, or else the field."""

    path: tuple[str, ...]
    cost: int
    page: int | None
    """The size of its page; None where it has none."""


class Formula:
    """How an operation's cost follows from its variables. Where it depends on none, it is evaluated once."""

    def __init__(self, root: CostField, sizes: Sequence[Size], defaults: Mapping[str, Any]) -> None:
        self.fields = _count(root) if sizes else 0
        """The number of fields that it stores, which determines its memory."""
        self._sizes = tuple(sizes)
        self._defaults = dict(defaults)
        self._stored: dict[tuple[int, ...], Estimate] = {}
        self._root: CostField | Costliest = root if sizes else _costliest(root, ())
        if not sizes:
            self._stored[()] = _estimate(root, ())

    def estimate(self, variables: Mapping[str, Any] | None) -> Estimate:
        """The estimate for these variables."""
        values = self._values(variables) if self._sizes else ()
        found = self._stored.get(values)
        if found is None:
            if len(self._stored) >= MAX_ESTIMATES:
                self._stored.clear()
            assert isinstance(self._root, CostField)
            found = self._stored[values] = _estimate(self._root, values)
        return found

    def costliest(self, variables: Mapping[str, Any] | None) -> Costliest:
        """The field that most of the cost is due to."""
        return self._root if isinstance(self._root, Costliest) else _costliest(self._root, self._values(variables))

    def _values(self, variables: Mapping[str, Any] | None) -> tuple[int, ...]:
        given = {**self._defaults, **variables} if variables else self._defaults
        return tuple([size.value(given) for size in self._sizes])


def _count(field: CostField) -> int:
    return 1 + sum(_count(below) for each in field.alternatives for below in each)


def _estimate(root: CostField, values: Sequence[int]) -> Estimate:
    objects, statements = _evaluate(root, values)
    return Estimate(ceil(objects), statements)


def _evaluate(field: CostField, values: Sequence[int]) -> tuple[float, int]:
    """The objects of a field for one object above it, and the statements of the field and all below."""
    if field.switch >= 0 and not values[field.switch]:
        return 0, 0
    within, statements = 0.0, field.statements
    for alternative in field.alternatives:
        objects = 0.0
        for below in alternative:
            inner, more = _evaluate(below, values)
            objects += inner
            statements += more
        within = max(within, objects)
    return field.is_list + _size(field, values) * (field.objects + within), statements


def _size(field: CostField, values: Sequence[int]) -> float:
    return values[field.variable] if field.variable >= 0 else field.size


def _costliest(root: CostField, values: Sequence[int]) -> Costliest:
    """Follow the costliest field from the root down, as long as it has more than half of the whole cost.

    The last page on this path is returned, which an argument makes smaller; else the last list, or the first field.
    """
    whole = _cost(root, values, 1)
    field, path, times = root, list[str](), 1.0
    found: Costliest | None = None
    while below := [each for alternative in field.alternatives for each in alternative]:
        costs = [_cost(each, values, times) for each in below]
        cost = max(costs)
        if found is not None and cost <= whole / 2:
            break
        field = below[costs.index(cost)]
        path.append(field.key)
        is_longer = field.is_list and not field.is_row and found is not None and found.page is None
        if found is None or field.page is not None or is_longer:
            size = None if field.page is None else field.page[0] if field.page[1] < 0 else values[field.page[1]]
            found = Costliest(tuple(path), round(cost), None if size is None else round(size))
        times *= _size(field, values)
    return found or Costliest((), round(whole), None)


def _cost(field: CostField, values: Sequence[int], times: float) -> float:
    objects, statements = _evaluate(field, values)
    return times * objects + STATEMENT_COST * statements
