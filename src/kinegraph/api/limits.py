"""What a document may ask for beyond being valid: something, what is shown, not too deep, not too much."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    IntValueNode,
    Node,
    SelectionSetNode,
)

MAX_LEVELS = 40
"""How deep fields may be nested; what a frontend asks for has about ten levels, introspection about fifteen."""

MAX_FIELDS = 10_000
"""How many fields a document may come to when its fragments are written out."""

MAX_CHARACTERS = 100_000
"""How long a document's text may be. Clients send values as variables; what else is that long is white space."""

MAX_DIGITS = 1_000
"""Maximum length of an integer literal. GraphQL's Int has ten digits; Python does not convert more than 4,300."""

INTROSPECTION = frozenset({"__schema", "__type"})


def selects_nothing(document: DocumentNode) -> bool:
    """Whether any selection is empty, which graphql-core parses though the grammar does not allow it."""
    return any(not selections.selections for selections in _selection_sets(document))


def introspects(document: DocumentNode) -> bool:
    """Whether any selection asks for the schema."""
    fields = (node for selections in _selection_sets(document) for node in selections.selections)
    return any(isinstance(node, FieldNode) and node.name.value in INTROSPECTION for node in fields)


def has_long_integer(document: DocumentNode) -> bool:
    """Whether an integer literal has more digits than MAX_DIGITS."""
    integers = (node.value for node in nodes_of(document) if isinstance(node, IntValueNode))
    return any(len(value) > MAX_DIGITS for value in integers)


def nodes_of(document: DocumentNode) -> Iterator[Node]:
    """Yield every node of a tree, parents before children."""
    nodes: list[Node] = [document]
    for node in nodes:  # grows by the nodes below
        yield node
        for key in node.keys:
            below = getattr(node, key, None)
            each = below if isinstance(below, list | tuple) else (below,)
            nodes += [inner for inner in each if isinstance(inner, Node)]


def _selection_sets(document: DocumentNode) -> Iterator[SelectionSetNode]:
    pending: list[Any] = list(document.definitions)
    while pending:
        node = pending.pop()
        selections = getattr(node, "selection_set", None)
        if selections is not None:
            yield selections
            pending.extend(selections.selections)


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """The fragments by their names."""
    return {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}


Size = tuple[int, int]
"""How deep fields are nested, and how many they are."""


def size(document: DocumentNode) -> Size:
    """The size of a document, which may be invalid. A fragment is looked at once, however often it is spread."""
    fragments = fragments_of(document)
    known: dict[str, Size] = {}
    sizes = [_size(getattr(d, "selection_set", None), fragments, known) for d in document.definitions]
    return max(levels for levels, _ in sizes), max(fields for _, fields in sizes)


def _size(
    selections: SelectionSetNode | None, fragments: Mapping[str, FragmentDefinitionNode], known: dict[str, Size]
) -> Size:
    deepest, fields = 0, 0
    for node in selections.selections if selections else ():
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name not in known:
                known[name] = 0, 0  # where it is spread in itself
                known[name] = _size(getattr(fragments.get(name), "selection_set", None), fragments, known)
            inner = known[name]
        else:
            levels, below = _size(getattr(node, "selection_set", None), fragments, known)
            itself = isinstance(node, FieldNode)
            inner = levels + itself, below + itself
        deepest, fields = max(deepest, inner[0]), fields + inner[1]
    return deepest, fields
