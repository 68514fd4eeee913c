"""Selections: the fields that are selected of one type at one position in a document."""

from collections.abc import Callable, Hashable
from hashlib import blake2b

from graphql import FieldNode, GraphQLField, GraphQLLeafType, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.executor import to_nodes
from graphql.execution.values import get_argument_values

from kinegraph.breadth.aliases import Arguments, CoreExecutor, Output
from kinegraph.breadth.convert import Convert, Shape
from kinegraph.breadth.strategies import Cached, Call, Embedded, Read, Resolve, Strategy


class Field:
    """A field of the document, which is resolved for all objects of a scope at once."""

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
        "uncached_because",
        "varying",
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
        """The type and the name of the field in the schema."""
        self.is_document = False
        """True if its objects are documents (dicts), which are built together with the object above."""
        self.cached: Cached | None = None
        """How its answers are cached; None if they are not, or cannot be for this selection."""
        self.uncached_because: str | None = None
        """The reason why answers of a cacheable field are not cached: a field below it, or the number of gaps."""
        self.joined: tuple[Hashable, Hashable] | None = None
        """The batch function of an edge below that is answered with this field, and the function that answers both."""
        self.gaps: list[Field] = []
        """The edges below that are gaps in a fragment of this field, in the order of the text."""
        self.varying: list[Field] = []
        """The fields in a fragment of this field that have arguments, on whose values the fragment depends."""
        self.children: dict[str, Selection] | None = None
        """For an abstract type, the selection of each of its object types; `child` is None then."""
        self.definition = definition
        self.nodes: list[FieldNode] = to_nodes(details)
        self.strategy = strategy
        self.shape = Shape(definition.type)
        self.leaf: GraphQLLeafType | None = None
        self.convert: Convert | None = None
        self.child: Selection | None = None
        first = details[0]

        def arguments(executor: CoreExecutor) -> Arguments:
            if not definition.args and not first.node.arguments:
                return {}
            return get_argument_values(
                definition, first.node, executor.variable_values, first.fragment_variable_values, True
            )

        self.arguments = arguments

    def fragment_key(self, executor: CoreExecutor) -> bytes:
        """The part of a fragment's cache key that is of the document: the selection, and values of arguments in it.

        Raises GraphQLError for an argument that has no valid value.
        """
        assert self.child is not None
        if not self.varying:
            return self.child.digest
        given = repr([field.arguments(executor) for field in self.varying])
        return self.child.digest + blake2b(given.encode(errors="surrogatepass"), digest_size=16).digest()


class Selection:
    """The fields that are selected of one type at one position, in the order of the answer."""

    __slots__ = ("builders", "column_fields", "digest", "fields", "has_resolvers", "objects", "text", "type")

    def __init__(self, type: GraphQLObjectType, fields: list[Field | str]) -> None:
        self.type = type
        self.fields = fields
        """A str stands for __typename, under that key."""
        self.column_fields = [f for f in fields if not isinstance(f, str) and not _is_inline(f)]
        """The fields that get a column in a scope: their values are not read from the object while dicts are built."""
        self.has_resolvers: bool = any(_has_resolvers(field) for field in fields if not isinstance(field, str))
        """True if resolvers are called for its objects or for those below, and so need the path of each."""
        self.text = f"{type.name}{{{' '.join(f'{f}:' if isinstance(f, str) else _text(f) for f in fields)}}}"
        """The type with all that is selected (`key:` alone is __typename). Two selections of the same text give the
        same answer for the same objects, if no arguments and no resolvers take part."""
        self.digest = blake2b(self.text.encode(), digest_size=16).digest()
        """Represents the text in cache keys."""
        inline = (f.child for f in fields if not isinstance(f, str) and f.child is not None and _is_inline(f))
        lists = sum(f.shape.item is not None and f.leaf is None for f in self.column_fields)
        self.objects: int = 1 + lists + sum(child.objects for child in inline)
        """Objects counted by the budget for one object: itself, inline objects (null or not), its lists of objects."""
        self.builders: dict[Hashable, Callable[..., list[Output]]] = {}
        """The functions that build the dicts of objects, generated by `leaves`, by shape of the objects."""


def _has_resolvers(field: Field) -> bool:
    """True if it or a field below is resolved for each object; the type of an abstract field's object is, too."""
    below = field.child is not None and field.child.has_resolvers
    return below or field.children is not None or isinstance(field.strategy, Resolve)


def _text(field: Field) -> str:
    return f"{field.key}:{field.coordinate[1]}{field.child.text if field.child else ''}"


def _is_inline(field: Field) -> bool:
    """True if the field, with everything below it, is computed from the object alone while its dict is built."""
    if field.children is not None:
        return False
    if field.child is None:
        return isinstance(field.strategy, Read | Call)
    if field.shape.item is not None:
        return False
    return isinstance(field.strategy, Embedded) or (
        isinstance(field.strategy, Read) and field.is_document and not field.child.column_fields
    )


def is_value(field: Field) -> bool:
    """True if the field is a leaf value of the object."""
    return field.child is None and field.children is None and isinstance(field.strategy, Read)
