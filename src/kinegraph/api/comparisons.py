"""The cost of validating a document.

The rule that fields with the same response key must be mergeable (OverlappingFieldsCanBeMerged) compares such fields
pair by pair, so its time is quadratic in their number.
"""

from collections.abc import Mapping, Sequence
from typing import Any  # nodes of a document, read by attributes

from graphql import DocumentNode, FieldNode, FragmentSpreadNode

from kinegraph.api.limits import MAX_LEVELS, fragments_of

MAX_COMPARISONS = 100_000
"""The limit of compared pairs in one document. Fifty fragments that share five fields make 6,000."""

MAX_KEYS = 300
"""The limit of response keys selected on one object below the root. The largest type has a tenth as many fields."""


def comparisons(document: DocumentNode) -> tuple[int, int]:
    """Count compared pairs in a document, and the response keys of its widest selection below the root.

    The first number is the sum, over every selection of the document, of its fields, of the pairs of fields with the
    same response key, and of the pairs of fragments spread there. Counting stops when it exceeds MAX_COMPARISONS.
    """
    fragments = fragments_of(document)
    pending: list[tuple[int, list[Any]]] = [(1, [definition]) for definition in document.definitions]
    count = widest = 0
    while pending and count <= MAX_COMPARISONS:
        level, nodes = pending.pop()
        fields, spread = merged(nodes, fragments)
        widest = max(widest, len(fields) if level > 1 else 0)
        count += _pairs(spread) + sum(len(each) + _pairs(len(each)) for each in fields.values())
        if level <= MAX_LEVELS:  # a fragment may be spread in itself, which validation refuses
            pending += [(level + 1, each) for each in fields.values()]
    return count, widest


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


def merged(nodes: Sequence[Any], fragments: Mapping[str, Any]) -> tuple[Mapping[str, list[FieldNode]], int]:
    """The fields that are selected of one object by their response key, and how many fragments are spread for it."""
    fields: dict[str, list[FieldNode]] = {}
    spread: set[str] = set()
    pending = list(nodes)
    while pending:
        selections = getattr(pending.pop(), "selection_set", None)
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                fields.setdefault((node.alias or node.name).value, []).append(node)
            elif not isinstance(node, FragmentSpreadNode):
                pending.append(node)
            elif node.name.value not in spread:
                spread.add(node.name.value)
                pending.append(fragments.get(node.name.value))
    return fields, len(spread)
