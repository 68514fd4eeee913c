"""What readings keep in memory for the next ones, told from what holds no more by a version of the data.

A version names a state of the data: whoever reads finds it in the snapshot that they read from, and two snapshots
with the same version hold the same. What was kept for another version is let go.
"""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any


class Shelf(dict[Any, Any]):
    """Entries of one version. Whoever adds one says with `grow` about how many bytes it takes."""

    def __init__(self, kept: "Kept", name: Hashable, version: Hashable) -> None:
        super().__init__()
        self.version = version
        self.weight = 0
        self._kept = kept
        self._name = name

    def clear(self) -> None:
        """Let every entry go."""
        super().clear()
        self.grow(EMPTY - self.weight)

    def grow(self, weight: int) -> None:
        """So many bytes more are kept here."""
        self.weight += weight
        self._kept.bound(self._name, self, weight)


EMPTY = 500
"""What a shelf weighs by itself."""


class Kept:
    """Shelves under names; the longest unused go when all weigh too much."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.weight = 0
        self._shelves: OrderedDict[Hashable, Shelf] = OrderedDict()

    def shelf(self, name: Hashable, version: Hashable) -> Shelf:
        """What is kept under a name for a version, to be read and added to."""
        held = self._shelves.get(name)
        if held is None or held.version != version:
            self.weight -= held.weight if held else 0
            held = self._shelves[name] = Shelf(self, name, version)
            self._shelves.move_to_end(name)
            held.grow(EMPTY)
        else:
            self._shelves.move_to_end(name)
        return held

    def bound(self, name: Hashable, shelf: Shelf, weight: int) -> None:
        """Let shelves go, the longest unused first, until no more is kept than may be."""
        if self._shelves.get(name) is shelf:
            self.weight += weight
        while self.weight > self._most:
            self.weight -= self._shelves.popitem(last=False)[1].weight
