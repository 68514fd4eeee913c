"""What readings keep in memory for the next ones, told from what holds no more by a version of the data.

A version names a state of the data: whoever reads finds it in the snapshot that they read from, and two snapshots
with the same version hold the same. What was kept for another version is let go.
"""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any


class Kept:
    """Shelves of entries, each under a name and for one version; the longest unused go when there are too many."""

    def __init__(self, most: int) -> None:
        self.most = most
        """How many entries are kept in all; with 0 none are."""
        self._shelves: OrderedDict[Hashable, tuple[Hashable, dict[Any, Any]]] = OrderedDict()

    def shelf(self, name: Hashable, version: Hashable) -> dict[Any, Any]:
        """The entries under a name for a version, to be read and added to; call `bound` after adding."""
        held = self._shelves.get(name)
        if held is None or held[0] != version:
            held = self._shelves[name] = (version, {})
        self._shelves.move_to_end(name)
        return held[1]

    def bound(self) -> None:
        """Let shelves go, the longest unused first, until no more is kept than may be."""
        count = sum(len(entries) for _, entries in self._shelves.values())
        while count > self.most:
            count -= len(self._shelves.popitem(last=False)[1][1])
