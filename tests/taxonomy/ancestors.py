"""The parents of conditions, as an oracle of what assessing and listing derive from them."""

from collections.abc import Iterable

from kinegraph.taxonomy.rules_conditions import vocabulary


def with_ancestors(keys: Iterable[str]) -> set[str]:
    """The conditions that somebody with these ones has: these, their parents, and so on."""
    found: set[str] = set()
    for key in keys:
        current: str | None = key
        while current is not None and current not in found:
            found.add(current)
            current = vocabulary()[current].parent
    return found
