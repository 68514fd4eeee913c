"""What a document may ask for beyond being valid: something, what is shown, not too deep, not too much."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import DocumentNode, FieldNode, FragmentDefinitionNode, FragmentSpreadNode, SelectionSetNode

MOST_LEVELS = 40
"""How deep fields may be nested; what a frontend asks for has about ten levels, introspection about fifteen."""

MOST_FIELDS = 10_000
"""How many fields a document may come to when its fragments are written out."""

MOST_REPEATS = 50
"""How often one selection may name the same response key: validation compares them pair by pair."""

INTROSPECTION = frozenset({"__schema", "__type"})


def selects_nothing(document: DocumentNode) -> bool:
    """Whether any selection is empty, which graphql-core parses though the grammar does not allow it."""
    return any(not selections.selections for selections in _selection_sets(document))


def introspects(document: DocumentNode) -> bool:
    """Whether any selection asks for the schema."""
    fields = (node for selections in _selection_sets(document) for node in selections.selections)
    return any(isinstance(node, FieldNode) and node.name.value in INTROSPECTION for node in fields)


def _selection_sets(document: DocumentNode) -> Iterator[SelectionSetNode]:
    pending: list[Any] = list(document.definitions)
    while pending:
        node = pending.pop()
        selections = getattr(node, "selection_set", None)
        if selections is not None:
            yield selections
            pending.extend(selections.selections)


def repeats(document: DocumentNode) -> int:
    """How often a selection names one response key at most."""
    return max((max(_keys(selections).values(), default=0) for selections in _selection_sets(document)), default=0)


def _keys(selections: SelectionSetNode) -> Counter[str]:
    fields = (node for node in selections.selections if isinstance(node, FieldNode))
    return Counter((field.alias or field.name).value for field in fields)


Size = tuple[int, int]
"""How deep fields are nested, and how many they are."""


def size(document: DocumentNode) -> Size:
    """The size of a valid document. A fragment is looked at once, however often it is spread."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
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
                known[name] = _size(fragments[name].selection_set, fragments, known)
            inner = known[name]
        else:
            levels, below = _size(getattr(node, "selection_set", None), fragments, known)
            itself = isinstance(node, FieldNode)
            inner = levels + itself, below + itself
        deepest, fields = max(deepest, inner[0]), fields + inner[1]
    return deepest, fields
