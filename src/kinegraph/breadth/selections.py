"""What is selected: fields, and the selections of them at one place of a document."""

from collections.abc import Callable, Hashable
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLLeafType, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.executor import Executor, to_nodes
from graphql.execution.values import get_argument_values

from kinegraph.breadth.convert import Convert, Shape
from kinegraph.breadth.ways import Call, Embedded, Read, Resolve, Way


class Field:
    """One selection over a whole scope."""

    __slots__ = (
        "arguments",
        "child",
        "convert",
        "definition",
        "is_document",
        "is_kept",
        "key",
        "leaf",
        "nodes",
        "place",
        "shape",
        "way",
    )

    def __init__(
        self, key: str, parent: GraphQLObjectType, definition: GraphQLField, details: list[FieldDetails], way: Way
    ) -> None:
        self.key = key
        self.place = parent.name, details[0].node.name.value
        self.is_document = False
        """Whether the objects that it reads are documents (dicts), which are written down with the object above."""
        self.is_kept = False
        """Whether its whole answer can be kept for others: all below holds as long as the edge says."""
        self.definition = definition
        self.nodes: list[FieldNode] = to_nodes(details)
        self.way = way
        self.shape = Shape(definition.type)
        self.leaf: GraphQLLeafType | None = None
        self.convert: Convert | None = None
        self.child: Selection | None = None
        first = details[0]

        def arguments(executor: Executor[Any]) -> dict[str, Any]:
            if not definition.args and not first.node.arguments:
                return {}
            return get_argument_values(
                definition, first.node, executor.variable_values, first.fragment_variable_values, True
            )

        self.arguments = arguments


class Selection:
    """The fields that are selected of one type at one place, in the order of the answer."""

    __slots__ = ("builders", "columns", "fields", "has_resolvers", "names", "text", "type")

    def __init__(self, type: GraphQLObjectType, fields: list[Field | str]) -> None:
        self.type = type
        self.fields = fields
        """A str stands for __typename, under that key."""
        self.columns = [f for f in fields if not isinstance(f, str) and not _is_inline(f)]
        """The fields whose values come from elsewhere than the object itself."""
        self.has_resolvers: bool = any(
            isinstance(f.way, Resolve) or (f.child is not None and f.child.has_resolvers)
            for f in fields
            if not isinstance(f, str)
        )
        self.text: str = " ".join(field if isinstance(field, str) else _text(field) for field in fields)
        """What is selected, in words: the same for selections of the same, where all is worked out from the object."""
        self.names = _names(fields)
        """What is read of the objects; None where that is not known."""
        self.builders: dict[Hashable, Callable[..., list[Any]]] = {}


def _names(fields: list[Field | str]) -> frozenset[str] | None:
    found: set[str] = set()
    for field in fields:
        if isinstance(field, str):
            continue
        reads = _reads(field)
        if reads is None:
            return None
        found |= reads
    return frozenset(found)


def _text(field: Field) -> str:
    below = f"{{{field.child.text}}}" if field.child else ""
    return f"{field.key}:{field.place[1]}{below}"


def _reads(field: Field) -> frozenset[str] | None:
    way = field.way
    if isinstance(way, Read):
        return frozenset((way.name,))
    if isinstance(way, Embedded):
        below = field.child.names if field.child else None
        return None if below is None else frozenset(way.prefix + name for name in below)
    return None if isinstance(way, Resolve) else way.reads


def _is_inline(field: Field) -> bool:
    """Whether the field's value can be worked out from the object alone, with what is below it."""
    if field.child is None:
        return isinstance(field.way, Read | Call)
    if field.shape.item is not None:
        return False
    return isinstance(field.way, Embedded) or (
        isinstance(field.way, Read) and field.is_document and not field.child.columns
    )


def is_value(field: Field) -> bool:
    """Whether the field is a value of the object, and nothing more."""
    return field.child is None and isinstance(field.way, Read)
