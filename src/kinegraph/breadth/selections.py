"""What is selected: fields, and the selections of them at one place of a document."""

from collections.abc import Callable, Hashable
from hashlib import blake2b
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLLeafType, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.executor import Executor, to_nodes
from graphql.execution.values import get_argument_values

from kinegraph.breadth.convert import Convert, Shape
from kinegraph.breadth.strategies import Cached, Call, Edge, Embedded, Read, Resolve, Strategy


class Field:
    """One selection over a whole scope."""

    __slots__ = (
        "arguments",
        "cached",
        "child",
        "children",
        "convert",
        "coordinate",
        "definition",
        "gaps",
        "is_document",
        "joined",
        "key",
        "leaf",
        "nodes",
        "shape",
        "strategy",
    )

    def __init__(
        self,
        key: str,
        parent: GraphQLObjectType,
        definition: GraphQLField,
        details: list[FieldDetails],
        strategy: Strategy,
    ) -> None:
        self.key = key
        self.coordinate = parent.name, details[0].node.name.value
        self.is_document = False
        """Whether the objects that it reads are documents (dicts), which are written down with the object above."""
        self.cached: Cached | None = None
        """How its answers are cached, if they can be for what is selected."""
        self.joined: tuple[Hashable, Hashable] | None = None
        """A batch function below whose answers come with this field's own, and the function that asks both."""
        self.gaps: list[Field] = []
        """The fields below that a cached fragment leaves open, in the order of the text."""
        self.children: dict[str, Selection] | None = None
        """For an abstract type, what is selected of each of its object types; `child` is None then."""
        self.definition = definition
        self.nodes: list[FieldNode] = to_nodes(details)
        self.strategy = strategy
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

    __slots__ = ("builders", "columns", "digest", "fields", "has_resolvers", "names", "objects", "text", "type")

    def __init__(self, type: GraphQLObjectType, fields: list[Field | str]) -> None:
        self.type = type
        self.fields = fields
        """A str stands for __typename, under that key."""
        self.columns = [f for f in fields if not isinstance(f, str) and not _is_inline(f)]
        """The fields whose values come from elsewhere than the object itself."""
        self.has_resolvers: bool = any(_has_resolvers(field) for field in fields if not isinstance(field, str))
        """Whether resolvers are called for its objects or for those below, and so need each one's path."""
        self.text = f"{type.name}{{{' '.join(f'{f}:' if isinstance(f, str) else _text(f) for f in fields)}}}"
        """The type, and what is selected of it and below (`key:` alone is __typename): two selections of one text make
        the same answer of the same objects, as far as no arguments and no resolvers take part."""
        self.digest = blake2b(self.text.encode(), digest_size=16).digest()
        """Stands for the text in keys of the cache."""
        inline = (f.child for f in fields if not isinstance(f, str) and f.child is not None and _is_inline(f))
        lists = sum(f.shape.item is not None and f.leaf is None for f in self.columns)
        self.objects: int = 1 + lists + sum(child.objects for child in inline)
        """The object, those that are written down with it, as if all were there, and its lists of objects."""
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


def _has_resolvers(field: Field) -> bool:
    """Whether it or a field below is resolved object by object; the type of an abstract field's object is, too."""
    below = field.child is not None and field.child.has_resolvers
    return below or field.children is not None or isinstance(field.strategy, Resolve)


def _text(field: Field) -> str:
    return f"{field.key}:{field.coordinate[1]}{field.child.text if field.child else ''}"


def _reads(field: Field) -> frozenset[str] | None:
    strategy = field.strategy
    if isinstance(strategy, Read) and field.children is None:
        return frozenset((strategy.name,))
    if isinstance(strategy, Embedded):
        below = field.child.names if field.child else None
        return None if below is None else frozenset(strategy.prefix + name for name in below)
    return strategy.required_columns if isinstance(strategy, Call | Edge) and field.children is None else None


def _is_inline(field: Field) -> bool:
    """Whether the field's value can be worked out from the object alone, with what is below it."""
    if field.children is not None:
        return False
    if field.child is None:
        return isinstance(field.strategy, Read | Call)
    if field.shape.item is not None:
        return False
    return isinstance(field.strategy, Embedded) or (
        isinstance(field.strategy, Read) and field.is_document and not field.child.columns
    )


def is_value(field: Field) -> bool:
    """Whether the field is a value of the object, and nothing more."""
    return field.child is None and field.children is None and isinstance(field.strategy, Read)
