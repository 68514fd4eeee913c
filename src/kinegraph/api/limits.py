"""What a document may ask for, beyond being valid: something, not the schema where it is not shown, not too deep."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import DocumentNode, FieldNode, FragmentDefinitionNode, FragmentSpreadNode, SelectionSetNode

MOST_LEVELS = 40
"""How deep fields may be nested; what a frontend asks for has about ten levels, introspection about fifteen."""

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


def levels(document: DocumentNode) -> int:
    """How deep the fields of a valid document are nested. A fragment is looked at once, however often it is spread."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    known: dict[str, int] = {}
    return max(_levels(getattr(d, "selection_set", None), fragments, known) for d in document.definitions)


def _levels(
    selections: SelectionSetNode | None, fragments: Mapping[str, FragmentDefinitionNode], known: dict[str, int]
) -> int:
    deepest = 0
    for node in selections.selections if selections else ():
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name not in known:
                known[name] = _levels(fragments[name].selection_set, fragments, known)
            deepest = max(deepest, known[name])
        else:
            inner = _levels(getattr(node, "selection_set", None), fragments, known)
            deepest = max(deepest, inner + isinstance(node, FieldNode))
    return deepest
