"""Estimates of what an operation costs, evaluated from its tree of fields that have objects or statements."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any  # values of variables are JSON

from kinegraph.cost.sizes import Size, bounded

STATEMENT_COST = 10
"""A statement costs as much as so many objects: a tenth to a fifth of a millisecond, with PostgreSQL's part."""

VALUES_PER_COST = 20
"""So many values of fields cost 1, where that is more than their objects do: aliases make wide objects."""

INTROSPECTIONS_PER_COST = 3
"""So many values of an introspection cost 1: graphql-core resolves each by itself, in 3 to 4 microseconds, and
1 is 10 microseconds or more (STATEMENT_COST)."""

MAX_ESTIMATES = 16
"""Estimates that an operation stores, one for each combination of sizes; all are dropped beyond that."""

BYTES_PER_FIELD = 300
"""Memory of one field of a formula that depends on variables, in bytes."""
BYTES_PER_ESTIMATE = 350
"""Memory of one stored estimate without its sizes, each of which takes 8 bytes more."""


class CostField:
    """A field whose value has objects, or takes a statement. Sizes are numbers, or indexes into those of the request.

    `alternatives` are the fields below, by the types that its object may have: one list for an object type.
    """

    __slots__ = (
        "alternatives",
        "is_introspective",
        "is_list",
        "is_one_type",
        "is_row",
        "key",
        "keys",
        "objects",
        "page",
        "size",
        "statements",
        "switch",
        "variable",
    )

    def __init__(self, key: str) -> None:
        self.key = key
        self.keys = 0
        """How many fields are selected of each of its objects, leaves too."""
        self.objects = 1
        """Objects for each of its values; 0 for a leaf."""
        self.size: float = 1
        """How many values it has."""
        self.variable = -1
        """The index of its size among the request's sizes; -1 for a constant size."""
        self.switch = -1
        """The index of the condition under which it is selected; -1 where it always is."""
        self.statements = 0
        self.is_introspective = False
        """True for a type, a field and so on of the schema itself."""
        self.is_one_type = False
        """True for a type that the operation chooses, perhaps the largest."""
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
    values: int = 0
    """The values of the objects' fields."""
    introspections: int = 0
    """Those of them that describe the schema."""

    @property
    def cost(self) -> int:
        """The cost."""
        return max(cost_of(self.objects, self.statements, self.values), self.introspection_cost)

    @property
    def introspection_cost(self) -> int:
        """The part of the cost that is due to introspection."""
        return self.introspections // INTROSPECTIONS_PER_COST


def cost_of(objects: int, statements: int, values: int) -> int:
    """The cost of an answer with so many objects and values of their fields, read by so many statements."""
    return max(objects, values // VALUES_PER_COST) + STATEMENT_COST * statements


@dataclass(frozen=True, slots=True)
class Costliest:
    """The list that most of an estimate is due to, or else the field."""

    path: tuple[str, ...]
    cost: int
    page: int | None
    """The size of its page; None where it has none."""


class Formula:
    """How an operation's cost follows from its variables. Where it depends on none, it is evaluated once.

    Estimates are stored by the sizes that the variables give; a formula and its sizes decide an estimate, so that none
    is ever wrong. There are MAX_ESTIMATES at most, which `weight` counts in full from the start.
    """

    def __init__(self, root: CostField, sizes: Sequence[Size], defaults: Mapping[str, Any]) -> None:
        self.keys = root.keys
        """The number of fields of the root."""
        self.fields = _count(root) if sizes else 0
        """The number of fields that are evaluated for sizes that were not seen before."""
        self._sizes = tuple(sizes)
        used = {name for size in sizes for name in size.variables}
        self._defaults = {name: bounded(value) for name, value in defaults.items() if name in used}
        self._estimates: dict[tuple[int, ...], Estimate] = {}
        self._root: CostField | Costliest = root if sizes else _costliest(root, ())
        if not sizes:
            self._estimates[()] = _estimate(root, ())

    @property
    def weight(self) -> int:
        """Its memory in bytes, once it has as many estimates as it may have."""
        if not self._sizes:
            return BYTES_PER_ESTIMATE
        estimates = MAX_ESTIMATES * (BYTES_PER_ESTIMATE + 8 * len(self._sizes))
        return estimates + self.fields * BYTES_PER_FIELD

    def has_estimate(self, variables: Mapping[str, Any] | None) -> bool:
        """True if the estimate for these variables is stored, so that nothing has to be evaluated."""
        return not self._sizes or self._values(variables) in self._estimates

    def estimate(self, variables: Mapping[str, Any] | None) -> Estimate:
        """The estimate for these variables."""
        values = self._values(variables) if self._sizes else ()
        found = self._estimates.get(values)
        if found is None:
            if len(self._estimates) >= MAX_ESTIMATES:
                self._estimates.clear()
            assert isinstance(self._root, CostField)
            found = self._estimates[values] = _estimate(self._root, values)
        return found

    def costliest(self, variables: Mapping[str, Any] | None) -> Costliest:
        """The field that most of the cost is due to."""
        return self._root if isinstance(self._root, Costliest) else _costliest(self._root, self._values(variables))

    def least(self) -> tuple[Estimate, Callable[[], Costliest]]:
        """The least that the operation costs, whatever its variables are, and what that is due to most."""
        root, sizes = self._root, [size.least for size in self._sizes]
        if isinstance(root, Costliest):
            return self._estimates[()], lambda: root
        return _estimate(root, sizes), lambda: _costliest(root, sizes)

    def _values(self, variables: Mapping[str, Any] | None) -> tuple[int, ...]:
        given = {**self._defaults, **variables} if variables else self._defaults
        return tuple([size.value(given) for size in self._sizes])


Measured = tuple[float, int, float, float]
"""The objects of a field for one object above it, the statements of the field and all below, the values, and those of
introspection."""


def _count(field: CostField) -> int:
    return 1 + sum(_count(below) for each in field.alternatives for below in each)


def _estimate(root: CostField, sizes: Sequence[int]) -> Estimate:
    objects, statements, values, introspections = _evaluate(root, sizes, {})
    return Estimate(ceil(objects), statements, ceil(values), ceil(introspections))


def _evaluate(field: CostField, sizes: Sequence[int], found: dict[CostField, Measured]) -> Measured:
    """Measure a field and all below it; `found` gets what each has."""
    if field.switch >= 0 and not sizes[field.switch]:
        found[field] = 0, 0, 0, 0
        return found[field]
    most_objects, most_values, statements, introspections = 0.0, 0.0, field.statements, 0.0
    for alternative in field.alternatives:
        objects = values = 0.0
        for below in alternative:
            inner, more, inner_values, described = _evaluate(below, sizes, found)
            objects += inner
            values += inner_values
            statements += more
            introspections += described
        most_objects, most_values = max(most_objects, objects), max(most_values, values)
    size = _size(field, sizes)
    introspections += field.keys if field.is_introspective else 0
    objects, values = field.is_list + size * (field.objects + most_objects), size * (field.keys + most_values)
    found[field] = objects, statements, values, size * introspections
    return found[field]


def _size(field: CostField, sizes: Sequence[int]) -> float:
    return sizes[field.variable] if field.variable >= 0 else field.size


def _costliest(root: CostField, sizes: Sequence[int]) -> Costliest:
    """Follow the costliest field from the root down, as long as it has more than half of the whole cost.

    The last page on this path is returned, which an argument makes smaller; else the last list, or the first field.
    """
    measured: dict[CostField, Measured] = {}
    _evaluate(root, sizes, measured)
    whole = _cost(measured[root], 1)
    field, path, times = root, list[str](), 1.0
    found: Costliest | None = None
    while below := [each for alternative in field.alternatives for each in alternative if each in measured]:
        costs = [_cost(measured[each], times) for each in below]
        cost = max(costs)
        if found is not None and cost <= whole / 2:
            break
        field = below[costs.index(cost)]
        path.append(field.key)
        is_longer = field.is_list and not field.is_row and found is not None and found.page is None
        if found is None or field.page is not None or is_longer:
            size = None if field.page is None else field.page[0] if field.page[1] < 0 else sizes[field.page[1]]
            found = Costliest(tuple(path), round(cost), None if size is None else round(size))
        times *= _size(field, sizes)
    return found or Costliest((), round(whole), None)


def _cost(measured: Measured, times: float) -> float:
    objects, statements, values, introspections = measured
    most = max(objects, values / VALUES_PER_COST, introspections / INTROSPECTIONS_PER_COST)
    return times * most + STATEMENT_COST * statements
