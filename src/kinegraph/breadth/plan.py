"""Compilation of an operation to a plan: the selections and fields of its answer, with their strategies."""

from collections.abc import Hashable, Iterator

from graphql import (
    GraphQLAbstractType,
    GraphQLObjectType,
    OperationType,
    is_leaf_type,
    is_object_type,
)
from graphql.execution.collect_fields import CollectedFields, FieldDetails, collect_fields

from kinegraph.breadth.adapter import Adapter
from kinegraph.breadth.aliases import CoreExecutor, Definition
from kinegraph.breadth.convert import converter
from kinegraph.breadth.requested_columns import RequestedColumns
from kinegraph.breadth.selections import Field, Selection, is_value
from kinegraph.breadth.strategies import Call, Edge, Embedded, Resolve

MAX_GAPS = 255
"""Gap fields in one fragment, which stores their numbers as bytes."""


class Unplannable(Exception):
    """The operation has no plan, and graphql-core executes it; the message is the reason, one of a few."""


class Plan:
    """A compiled operation."""

    __slots__ = ("adapter", "columns", "fields", "is_mutation", "root")

    def __init__(self, root: Selection, adapter: Adapter, *, is_mutation: bool = False) -> None:
        self.root = root
        self.adapter = adapter
        self.is_mutation = is_mutation
        """True if the root's fields are executed one after the other, each with everything below it."""
        self.fields = _count_fields(root)
        """The number of its fields, which determines its memory."""
        self.columns = RequestedColumns(root, adapter.requested_columns)


def _count_fields(selection: Selection) -> int:
    """Count the selection itself, its fields, and those below."""
    count = 1 + len(selection.fields)
    for field in selection.fields:
        if not isinstance(field, str):
            below = [*(field.children or {}).values(), *([field.child] if field.child else [])]
            count += sum(map(_count_fields, below))
    return count


def compile_plan(executor: CoreExecutor, adapter: Adapter) -> Plan:
    """Compile the executor's operation, for the values of its variables. Raises Unplannable.

    A subscription is executed once for each event, which is its root value.
    """
    operation = executor.operation
    is_mutation = operation.operation is OperationType.MUTATION
    root = executor.schema.get_root_type(operation.operation)
    if root is None:
        raise Unplannable("no root type")
    collected = _collect_root(executor, root)
    if collected.new_defer_usages:
        raise Unplannable("defer")
    selection = _Compiler(executor, adapter).selection(root, collected.grouped_field_set)
    return Plan(selection, adapter, is_mutation=is_mutation)


def _collect_root(executor: CoreExecutor, root: GraphQLObjectType) -> CollectedFields:
    try:
        return collect_fields(
            executor.schema, executor.fragments, executor.variable_values, root, executor.operation, False
        )
    except RecursionError:
        raise Unplannable("too deep") from None


class _Compiler:
    """One compilation: from fields that graphql-core collected to selections, down to the leaves."""

    def __init__(self, executor: CoreExecutor, adapter: Adapter) -> None:
        self._executor = executor
        self._adapter = adapter

    def selection(self, type: GraphQLObjectType, grouped: dict[str, list[FieldDetails]]) -> Selection:
        """Compile the selection of a type."""
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
        """Add what depends on the field's type: a conversion for a leaf, else the selections below."""
        named: Definition = field.definition.type
        while hasattr(named, "of_type"):
            named = named.of_type
        if any(directive.name.value == "stream" for node in field.nodes for directive in node.directives or ()):
            raise Unplannable("stream")
        if is_leaf_type(named):
            field.leaf = named
            field.convert = converter(named, field.shape, self._adapter)
        elif is_object_type(named):
            self._add_child(field, named, details)
        else:
            self._add_children(field, named, details)

    def _add_child(self, field: Field, named: GraphQLObjectType, details: list[FieldDetails]) -> None:
        """Compile the selection below a field of an object type."""
        if named.is_type_of is not None and not self._adapter.is_trusted(named):
            raise Unplannable("type test")
        collected = self._executor.collect_subfields(named, details)
        if collected.new_defer_usages:
            raise Unplannable("defer")
        field.child = self.selection(named, collected.grouped_field_set)
        field.is_document = self._adapter.is_document(named)
        if isinstance(field.strategy, Embedded) and not all(
            isinstance(f, str) or is_value(f) for f in field.child.fields
        ):
            field.strategy = Call(field.strategy.resolver)
        if isinstance(field.strategy, Edge | Resolve) and field.strategy.cached is not None:
            gaps = _gaps(field.child, field.strategy.cached.covers, field.varying)
            if isinstance(gaps, Field):
                field.uncached_because = ".".join(gaps.coordinate)
            elif len(gaps) > MAX_GAPS:
                field.uncached_because = f"{len(gaps)} gaps"
            else:
                field.cached, field.gaps = field.strategy.cached, gaps
        if field.child.has_resolvers:
            _require_paths(field)
        if isinstance(field.strategy, Edge) and field.strategy.joined:
            for below in field.child.column_fields:
                if isinstance(below.strategy, Edge) and below.strategy.batch in field.strategy.joined:
                    field.joined = below.strategy.batch, field.strategy.joined[below.strategy.batch]

    def _add_children(self, field: Field, named: GraphQLAbstractType, details: list[FieldDetails]) -> None:
        """Compile the selection of each object type that an object of an abstract type may have."""
        if isinstance(field.strategy, Embedded):
            field.strategy = Call(field.strategy.resolver)
        _require_paths(field)
        field.children = {}
        for possible in self._executor.schema.get_possible_types(named):
            collected = self._executor.collect_subfields(possible, details)
            if collected.new_defer_usages:
                raise Unplannable("defer")
            field.children[possible.name] = self.selection(possible, collected.grouped_field_set)


def _require_paths(field: Field) -> None:
    """Raise Unplannable unless the field has objects, or lists of objects.

    Resolvers get the path of each object, and scopes store positions in such lists only.
    """
    if field.shape.item and field.shape.item.item:
        raise Unplannable("resolvers below a list of lists")


def _gaps(selection: Selection, covers: frozenset[Hashable], varying: list[Field]) -> list[Field] | Field:
    """The edges of a selection that are gaps in a fragment of it; if none can be made of it, a field that prevents it.

    Such a field is outside `covers` and has arguments, has objects of an abstract type, is a resolver that waits or
    takes `info`, or is an edge to a value or with a value that is computed from the answer. A resolver that takes its
    parent alone (`Call`) and a plain field are part of the fragment. Fields with arguments that are part of it, by
    `covers`, are added to `varying`.
    """
    gaps: list[Field] = []
    for field in selection.fields:
        if isinstance(field, str):
            continue
        strategy = field.strategy
        if field.children is not None or (field.definition.args and field.coordinate not in covers):
            return field
        if field.definition.args:
            varying.append(field)
        if isinstance(strategy, Resolve) and field.coordinate not in covers:
            return field
        if isinstance(strategy, Edge) and strategy.batch not in covers:
            if strategy.extract is not None or field.child is None:
                return field
            gaps.append(field)
        elif field.child is not None:
            below = _gaps(field.child, covers, varying)
            if isinstance(below, Field):
                return below
            gaps += below
    return gaps
