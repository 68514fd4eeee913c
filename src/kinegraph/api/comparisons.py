"""How much validation compares: that fields of one response key can be merged is found out pair by pair."""

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import DocumentNode, FieldNode, FragmentSpreadNode

from kinegraph.api.limits import MOST_LEVELS, fragments_of

MOST_COMPARISONS = 100_000
"""How many pairs of fields validation may have to compare; fifty fragments that share five fields make 6,000."""


MOST_KEYS = 300
"""How many response keys may be selected of one object below the root: no type has a tenth of it."""


def comparisons(document: DocumentNode) -> tuple[int, int]:
    """How many pairs validation compares: of fields with one response key at one place, and of fragments spread there.

    The fields themselves are counted too. The second number is that of response keys, of one object at most. Stops
    where there are more comparisons than it may be.
    """
    fragments = fragments_of(document)
    pending: list[tuple[int, list[Any]]] = [(1, [definition]) for definition in document.definitions]
    count = widest = 0
    while pending and count <= MOST_COMPARISONS:
        level, nodes = pending.pop()
        fields, spread = _merged(nodes, fragments)
        widest = max(widest, len(fields) if level > 1 else 0)
        count += _pairs(spread) + sum(len(each) + _pairs(len(each)) for each in fields.values())
        if level <= MOST_LEVELS:  # a fragment may be spread in itself, which validation refuses
            pending += [(level + 1, each) for each in fields.values()]
    return count, widest


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


def _merged(nodes: Sequence[Any], fragments: Mapping[str, Any]) -> tuple[Mapping[str, list[FieldNode]], int]:
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
