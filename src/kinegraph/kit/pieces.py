"""What is kept of one object in the form in which it is answered, and what keeping takes."""

from collections.abc import Iterable
from typing import Any

from kinegraph.kit.kept import Shelf

MOST_PIECES = 4
"""How much of an object is kept ready; clients choose what."""

LARGEST_PIECE = 256 * 1024
"""In bytes; a larger one is not kept."""


def weight_of(row: Iterable[Any]) -> int:
    """About how many bytes a row takes: its texts, and somewhat for all else."""
    weight = 1_000
    for value in row:
        if value.__class__ is str:
            weight += len(value)
        elif value.__class__ is list:
            weight += sum(len(str(entry)) for entry in value)
    return weight


class Pieces(dict[str, Any]):
    """What was written down of one object for answers, by what they select; on a shelf."""

    __slots__ = ("_shelf", "_weights")

    def __init__(self, shelf: Shelf) -> None:
        super().__init__()
        self._shelf = shelf
        self._weights: dict[str, int] = {}

    def put(self, text: str, piece: Any, weight: int) -> None:
        """Keep a piece of this weight, unless it is large; the oldest of many goes."""
        if weight > LARGEST_PIECE:
            return
        if len(self) >= MOST_PIECES:
            oldest = next(iter(self))
            del self[oldest]
            self._shelf.grow(-self._weights.pop(oldest))
        self[text] = piece
        self._weights[text] = weight
        self._shelf.grow(weight)
