"""Compiling: from an operation to the scopes and fields of its answer."""

from collections.abc import Hashable, Iterator
from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLObjectType,
    OperationType,
    is_leaf_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetails, collect_fields
from graphql.execution.executor import Executor

from kinegraph.breadth.adapter import Adapter
from kinegraph.breadth.convert import converter
from kinegraph.breadth.selections import Field, Selection, is_value
from kinegraph.breadth.strategies import Call, Edge, Embedded, Resolve

MAX_GAPS = 255
"""Fields of gaps in one cached fragment, which stores their numbers as bytes."""


class Unplannable(Exception):
    """The operation is not taken on; the message is the reason, one of a few."""


class Plan:
    """A compiled operation."""

    __slots__ = ("adapter", "columns_by_node", "fields", "is_mutation", "names", "root")

    def __init__(self, root: Selection, adapter: Adapter, *, is_mutation: bool = False) -> None:
        self.root = root
        self.adapter = adapter
        self.is_mutation = is_mutation
        """Whether the root's fields are run one after the other, each with all that is below it."""
        self.fields = 0
        """How many fields it has, which is what its memory grows with."""
        self.names: dict[Hashable, frozenset[str] | None] = {}
        """What is read of each batch function's answers, anywhere in the operation; None where that is not known."""
        self.columns_by_node: dict[int, frozenset[str] | None] = {}
        """What the adapter noted for resolvers, by the id of their field's first node."""
        self._collect_columns(root)

    def _collect_columns(self, selection: Selection) -> None:
        self.fields += 1 + len(selection.fields)
        for field in selection.fields:
            if isinstance(field, str):
                continue
            for child in (field.children or {}).values():
                self._collect_columns(child)
            if field.child is None:
                continue
            if isinstance(field.strategy, Resolve):
                node, columns = id(field.nodes[0]), self.adapter.requested_columns(field)
                before = self.columns_by_node.get(node, frozenset())  # a fragment's node may stand in several places
                self.columns_by_node[node] = None if before is None or columns is None else before | columns
            if isinstance(field.strategy, Edge):
                before, found = self.names.get(field.strategy.batch, frozenset()), field.child.names
                self.names[field.strategy.batch] = None if before is None or found is None else before | found
            self._collect_columns(field.child)


def compile_plan(executor: Executor[Any], adapter: Adapter) -> Plan:
    """The plan of the executor's operation, for the variables it has. Raises Unplannable."""
    operation = executor.operation
    if operation.operation is OperationType.SUBSCRIPTION:
        raise Unplannable("subscription")
    is_mutation = operation.operation is OperationType.MUTATION
    root = executor.schema.mutation_type if is_mutation else executor.schema.query_type
    if root is None:
        raise Unplannable("no root type")
    grouped, deferred, _ = _collect_root(executor, root)
    if deferred:
        raise Unplannable("defer")
    return Plan(_Compiler(executor, adapter).selection(root, grouped), adapter, is_mutation=is_mutation)


def _collect_root(executor: Executor[Any], root: GraphQLObjectType) -> Any:
    try:
        return collect_fields(
            executor.schema, executor.fragments, executor.variable_values, root, executor.operation, False
        )
    except RecursionError:
        raise Unplannable("too deep") from None


class _Compiler:
    """One compilation: from collected fields to selections, all the way down."""

    def __init__(self, executor: Executor[Any], adapter: Adapter) -> None:
        self._executor = executor
        self._adapter = adapter

    def selection(self, type: GraphQLObjectType, grouped: dict[str, list[FieldDetails]]) -> Selection:
        """What is selected of a type."""
        return Selection(type, list(self._fields(type, grouped)))

    def _fields(self, type: GraphQLObjectType, grouped: dict[str, list[FieldDetails]]) -> Iterator[Field | str]:
        for key, details in grouped.items():
            name = details[0].node.name.value
            if name == "__typename":
                yield key
                continue
            if name.startswith("__"):
                raise Unplannable("introspection")
            definition = self._executor.schema.get_field(type, name)
            if definition is not None:
                field = Field(key, type, definition, details, self._adapter.strategy(type, definition))
                self._complete(field, details)
                yield field

    def _complete(self, field: Field, details: list[FieldDetails]) -> None:
        """What the field leads to: a leaf, or objects with a selection of their own."""
        named: Any = field.definition.type
        while hasattr(named, "of_type"):
            named = named.of_type
        if any(directive.name.value == "stream" for node in field.nodes for directive in node.directives or ()):
            raise Unplannable("stream")
        if is_leaf_type(named):
            field.leaf = named
            field.convert = converter(named, field.shape, self._adapter)
        elif is_object_type(named):
            self._descend(field, named, details)
        else:
            self._divide(field, named, details)

    def _descend(self, field: Field, named: GraphQLObjectType, details: list[FieldDetails]) -> None:
        if named.is_type_of is not None and not self._adapter.trusted(named):
            raise Unplannable("type test")
        collected = self._executor.collect_subfields(named, details)
        if collected.new_defer_usages:
            raise Unplannable("defer")
        field.child = self.selection(named, collected.grouped_field_set)
        field.is_document = self._adapter.documents(named)
        if isinstance(field.strategy, Embedded) and not all(
            isinstance(f, str) or is_value(f) for f in field.child.fields
        ):
            field.strategy = Call(field.strategy.otherwise)
        if isinstance(field.strategy, Edge | Resolve) and field.strategy.cached is not None:
            gaps = _gaps(field.child, field.strategy.cached.covers)
            if gaps is not None and len(gaps) <= MAX_GAPS:
                field.cached, field.gaps = field.strategy.cached, gaps
        if field.child.has_resolvers:
            _require_places(field)
        if isinstance(field.strategy, Edge) and field.strategy.joined:
            for below in field.child.columns:
                if isinstance(below.strategy, Edge) and below.strategy.batch in field.strategy.joined:
                    field.joined = below.strategy.batch, field.strategy.joined[below.strategy.batch]

    def _divide(self, field: Field, named: GraphQLAbstractType, details: list[FieldDetails]) -> None:
        """What is selected of each object type that an abstract type may turn out to be."""
        if isinstance(field.strategy, Embedded):
            field.strategy = Call(field.strategy.otherwise)
        _require_places(field)
        field.children = {}
        for possible in self._executor.schema.get_possible_types(named):
            collected = self._executor.collect_subfields(possible, details)
            if collected.new_defer_usages:
                raise Unplannable("defer")
            field.children[possible.name] = self.selection(possible, collected.grouped_field_set)


def _require_places(field: Field) -> None:
    """Resolvers are told each object's path, which is known for objects and for lists of them. Raises Unplannable."""
    if field.shape.item and (field.shape.item.item or not field.shape.item.required):
        raise Unplannable("resolvers below a list whose places are not known")


def _gaps(selection: Selection, covers: frozenset[Hashable]) -> list[Field] | None:
    """The edges of a selection that a fragment of it leaves open; None where no fragment can be made of it."""
    found: list[Field] = []
    for field in selection.fields:
        if isinstance(field, str):
            continue
        strategy = field.strategy
        if field.children is not None or field.definition.args:
            return None
        if isinstance(strategy, Resolve) and field.coordinate not in covers:
            return None
        if isinstance(strategy, Edge) and strategy.batch not in covers:
            if strategy.extract is not None or field.child is None or field.child.has_resolvers:
                return None
            found.append(field)
        elif field.child is not None:
            below = _gaps(field.child, covers)
            if below is None:
                return None
            found += below
    return found
