"""Sizes of lists, as they are known before an execution: constants, and those that variables decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar  # Any: values of variables are JSON

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    Undefined,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_input_object_type,
    is_object_type,
)

MAX_SIZE = 100
"""The longest page, and the longest list of ids; more is refused by the field itself."""

Variables = Mapping[str, Any]
"""The values of an operation's variables as they were sent, with the defaults of those that were not."""


@dataclass(frozen=True, slots=True)
class PageSize:
    """The size of a page, from its arguments `first` and `last`: each a number, the name of a variable, or None."""

    first: int | str | None
    last: int | str | None
    default: int

    @property
    def variables(self) -> Sequence[str]:
        """The names of the variables that decide it."""
        return [each for each in (self.first, self.last) if isinstance(each, str)]

    @property
    def least(self) -> int:
        """The fewest rows that the variables can ask for."""
        return 0 if self.first is None or isinstance(self.first, str) else self.value({})

    def value(self, variables: Variables) -> int:
        """The rows of the page. A value that is no size is refused by the field; it counts as the default."""
        first, last = (_number(each, variables) for each in (self.first, self.last))
        size = first if first is not None else last if last is not None else self.default
        return min(max(size, 0), MAX_SIZE)


@dataclass(frozen=True, slots=True)
class Count:
    """The number of values in a variable's list."""

    variable: str
    least: ClassVar[int] = 0

    @property
    def variables(self) -> Sequence[str]:
        """The name of the variable that decides it."""
        return [self.variable]

    def value(self, variables: Variables) -> int:
        """The length of the list, where one value stands for a list of itself."""
        found = variables.get(self.variable)
        return min(len(found), MAX_SIZE) if isinstance(found, list) else 1


@dataclass(frozen=True, slots=True)
class Switch:
    """1 where a variable in @include or @skip selects a field, else 0."""

    variable: str
    selects: bool
    least: ClassVar[int] = 0

    @property
    def variables(self) -> Sequence[str]:
        """The name of the variable that decides it."""
        return [self.variable]

    def value(self, variables: Variables) -> int:
        """Whether the field is selected."""
        return int(bool(variables.get(self.variable)) is self.selects)


Size = PageSize | Count | Switch


def _number(value: int | str | None, variables: Variables) -> int | None:
    found = variables.get(value) if isinstance(value, str) else value
    if isinstance(found, float) and found.is_integer():
        return int(found)  # GraphQL's Int takes 100.0
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def bounded(value: Any) -> Any:
    """A variable's default as far as a size depends on it: of a list its length, up to MAX_SIZE."""
    if isinstance(value, list):
        return [None] * min(len(value), MAX_SIZE)
    return value if isinstance(value, int | float) else None


def page_size(node: FieldNode, definition: GraphQLField) -> Size | int:
    """The size of the page that a field with the argument `first`, or a list with `limit`, returns."""
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    name = "first" if "first" in definition.args else "limit"
    first, last = (_literal(given.get(each)) for each in (name, "last"))
    default = definition.args[name].default_value
    size = PageSize(first, last, MAX_SIZE if default is None or default is Undefined else default)
    return size if isinstance(first, str) or isinstance(last, str) else size.value({})


def _literal(value: Any) -> int | str | None:
    """The number or the name of the variable in an argument; None where there is neither, or null."""
    if isinstance(value, VariableNode):
        return value.name.value
    if isinstance(value, IntValueNode):
        return int(value.value) if len(value.value) < 10 else MAX_SIZE
    return None


def count_of(node: FieldNode, argument: str) -> Size | int:
    """The number of values in an argument that is a list."""
    for each in node.arguments or ():
        if each.name.value == argument:
            if isinstance(each.value, VariableNode):
                return Count(each.value.name.value)
            if isinstance(each.value, ListValueNode):
                return min(len(each.value.values), MAX_SIZE)
            return 0 if isinstance(each.value, NullValueNode) else 1
    return 0


@dataclass(frozen=True, slots=True)
class ListSize:
    """The length of a list of introspection: its average, and that of the longest."""

    usual: float
    largest: float


def introspection_sizes(schema: GraphQLSchema) -> Mapping[tuple[str, str], ListSize]:
    """The sizes of introspection's lists in this schema, by type and field.

    `ofType` is no list, but mostly null: half of all types are wrapped in another.
    """
    types = [*schema.type_map.values()]
    fields = [field for named in types if is_object_type(named) for field in named.fields.values()]
    inputs = [len(named.fields) for named in types if is_input_object_type(named)]
    of_type = {
        "fields": _size([len(named.fields) for named in types if is_object_type(named)], len(types)),
        "inputFields": _size(inputs, len(types)),
        "enumValues": _size([len(getattr(named, "values", ())) for named in types], len(types)),
        "interfaces": _size([len(getattr(named, "interfaces", ())) for named in types], len(types)),
        "possibleTypes": _size([len(schema.get_possible_types(t)) for t in types if is_abstract_type(t)], len(types)),
        "ofType": ListSize(0.5, 1),
    }
    return {
        ("__Schema", "types"): _size([len(types)], 1),
        ("__Schema", "directives"): _size([len(schema.directives)], 1),
        ("__Directive", "args"): ListSize(1, 1),
        ("__Field", "args"): _size([len(field.args) for field in fields], len(fields)),
        **{("__Type", name): size for name, size in of_type.items()},
    }


def _size(lengths: Sequence[int], count: int) -> ListSize:
    """The size of lists, of which `count` exist with those that are null."""
    return ListSize(sum(lengths) / max(1, count), max(lengths, default=0))


def is_introspective(parent: GraphQLObjectType, definition: GraphQLField) -> bool:
    """True for the fields of introspection, which no statement answers."""
    return parent.name.startswith("__") or get_named_type(definition.type).name.startswith("__")
