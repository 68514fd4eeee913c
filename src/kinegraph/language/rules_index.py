"""An index of numbers by texts that takes twelve bytes an entry, for vocabularies that every web process has."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable

MAX_NUMBER = 2**32 - 1


class TextIndex:
    """Numbers of 32 bits by texts; a text may have several.

    Texts are known by their hash of 64 bits: that two of a hundred thousand have the same one, or that a text which is
    not there has one of theirs, does not happen. Hashes differ from process to process.
    """

    __slots__ = ("_hashes", "_numbers")

    def __init__(self, entries: Iterable[tuple[str, int]]) -> None:
        ordered = sorted({_hash(text) << 32 | number for text, number in entries})
        self._hashes = array("Q", (each >> 32 for each in ordered))
        self._numbers = array("I", (each & MAX_NUMBER for each in ordered))

    def __len__(self) -> int:
        return len(self._hashes)

    def __contains__(self, text: str) -> bool:
        hashes, sought = self._hashes, _hash(text)
        start = bisect_left(hashes, sought)
        return start < len(hashes) and hashes[start] == sought

    def numbers(self, text: str) -> list[int]:
        """The numbers of a text, in ascending order; none for a text that is not there."""
        hashes, sought = self._hashes, _hash(text)
        start = end = bisect_left(hashes, sought)
        while end < len(hashes) and hashes[end] == sought:
            end += 1
        return self._numbers[start:end].tolist()


def _hash(text: str) -> int:
    return hash(text) & (2**64 - 1)
