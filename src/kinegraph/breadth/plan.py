"""Compiling: from an operation to the scopes and fields of its answer."""

from collections.abc import Hashable, Iterator
from typing import Any

from graphql import (
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
from kinegraph.breadth.ways import Call, Edge, Embedded, Resolve


class Unplannable(Exception):
    """The operation is not taken on; the message is the reason, one of a few."""


class Plan:
    """A compiled operation."""

    __slots__ = ("adapter", "names", "notes", "root")

    def __init__(self, root: Selection, adapter: Adapter) -> None:
        self.root = root
        self.adapter = adapter
        self.names: dict[Hashable, frozenset[str] | None] = {}
        """What is read of each batch function's answers, anywhere in the operation; None where that is not known."""
        self.notes: dict[int, frozenset[str] | None] = {}
        """What the adapter noted for resolvers, by the id of their field's first node."""
        self._note(root)

    def _note(self, selection: Selection) -> None:
        for field in selection.fields:
            if isinstance(field, str) or field.child is None:
                continue
            if isinstance(field.way, Resolve):
                node, note = id(field.nodes[0]), self.adapter.note(field)
                before = self.notes.get(node, frozenset())  # a fragment's node may stand in several places
                self.notes[node] = None if before is None or note is None else before | note
            if isinstance(field.way, Edge):
                before, found = self.names.get(field.way.batch, frozenset()), field.child.names
                self.names[field.way.batch] = None if before is None or found is None else before | found
            self._note(field.child)


def compile_plan(executor: Executor[Any], adapter: Adapter) -> Plan:
    """The plan of the executor's operation, for the variables it has. Raises Unplannable."""
    operation = executor.operation
    if operation.operation is not OperationType.QUERY:
        raise Unplannable(operation.operation.value)
    root = executor.schema.query_type
    if root is None:
        raise Unplannable("no query type")
    grouped, deferred, _ = _collect_root(executor, root)
    if deferred:
        raise Unplannable("defer")
    return Plan(_Compiler(executor, adapter).selection(root, grouped), adapter)


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
                field = Field(key, type, definition, details, self._adapter.way(type, definition))
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
            raise Unplannable("abstract type")

    def _descend(self, field: Field, named: GraphQLObjectType, details: list[FieldDetails]) -> None:
        if named.is_type_of is not None and not self._adapter.trusted(named):
            raise Unplannable("type test")
        collected = self._executor.collect_subfields(named, details)
        if collected.new_defer_usages:
            raise Unplannable("defer")
        field.child = self.selection(named, collected.grouped_field_set)
        field.is_document = self._adapter.documents(named)
        if isinstance(field.way, Embedded) and not all(isinstance(f, str) or is_value(f) for f in field.child.fields):
            field.way = Call(field.way.otherwise)
        if isinstance(field.way, Edge) and field.way.kept is not None:
            field.is_kept = _is_covered(field.child, field.way.covers)
        if field.child.has_resolvers and field.shape.item and (field.shape.item.item or not field.shape.item.required):
            raise Unplannable("resolvers below a list whose places are not known")


def _is_covered(selection: Selection, batches: frozenset[Hashable]) -> bool:
    """Whether all that is selected comes from the objects themselves and from these batch functions."""
    for field in selection.fields:
        if isinstance(field, str):
            continue
        way = field.way
        if isinstance(way, Resolve) or (isinstance(way, Edge) and way.batch not in batches):
            return False
        if field.child is not None and not _is_covered(field.child, batches):
            return False
    return True
