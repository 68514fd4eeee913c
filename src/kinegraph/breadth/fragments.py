"""Cached fields: finished JSON of a field's answers, with gaps for what is loaded for each request.

The fragment of a workout's sections, say, holds for a version of the data, but for the comments in it, which are
gaps: JSON text, the key of a comment edge, JSON text, and so on. On a hit the gaps' keys are known at once, so their
edges are loaded in the level of the fragment itself. A miss is resolved as usual; where an entry is to be made of it
(`FragmentCache.admits`), each gap is written down as a mark between two NUL bytes, which JSON text never holds, and the
text is cut there.

Texts are compressed by Zstandard: a tree of twenty exercises of the canonical library takes a third of its 40 kB, and
is unpacked in some 0.05 ms. So the cache holds three times as many.
"""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Protocol

from zstandard import ZstdCompressor, ZstdDecompressor

from kinegraph.breadth.adapter import Adapter, FragmentCache
from kinegraph.breadth.budget import Budget
from kinegraph.breadth.columns import Column
from kinegraph.breadth.selections import Field, Selection

BYTES_PER_FRAGMENT = 250
"""What a fragment takes in memory beside its text and its gaps."""

BYTES_PER_GAP = 160
"""What a gap takes in memory beside the text around it: its key (a tuple of ids), a place in three tuples."""

Entry = tuple[tuple[Hashable, ...], Hashable]
"""A cache key and its version."""


_compress = ZstdCompressor(level=1, write_checksum=False).compress
_decompress = ZstdDecompressor().decompress


class Fragment:
    """The JSON text of one answer, compressed, and how many objects it holds.

    Between two chunks of text is a gap: `order` has the number of each gap's field, `keys` by that number the keys that
    it asks for, in the order of the text.
    """

    __slots__ = ("keys", "objects", "order", "packed")

    def __init__(self, chunks: Sequence[bytes], order: bytes, keys: tuple[tuple[Any, ...], ...], objects: int) -> None:
        self.packed = bytes(memoryview(_compress(b"\0".join(chunks))))  # a copy: the first has room for a worst case
        self.order = order
        self.keys = keys
        self.objects = objects

    @property
    def weight(self) -> int:
        """About how many bytes of memory it takes."""
        return len(self.packed) + BYTES_PER_FRAGMENT + BYTES_PER_GAP * len(self.order)

    def fill(self, gaps: Iterable[bytes]) -> bytes:
        """The text with its gaps filled in."""
        text = _decompress(self.packed)
        return _filled(text.split(b"\0"), gaps) if self.order else text


def _filled(chunks: Sequence[bytes], gaps: Iterable[bytes]) -> bytes:
    """Chunks of text with what is in the gaps between them."""
    parts = [b""] * (2 * len(chunks) - 1)
    parts[::2] = chunks
    parts[1::2] = gaps
    return b"".join(parts)


class GapColumn(Protocol):
    """The values of a gap's field for each of its keys."""

    def values(self) -> Sequence[Any]:
        """What fills each gap."""


class StandIn(Protocol):
    """The scope of the objects in the fragments found, whose one column holds the values of a gap."""

    columns: list[Any]


class CachedColumn:
    """The values of a cached field for a scope: fragments that were found, and answers that were not.

    `places` are the unique keys' places that each object has; `missing` those of the keys that are to be asked for.
    `column` holds the answers to these, `gaps` for each gap its values in the fragments found, one after the other.
    """

    def __init__(
        self, field: Field, entries: Sequence[Entry], cache: FragmentCache, adapter: Adapter, budget: Budget
    ) -> None:
        self.field = field
        self.places: Sequence[int] = ()
        self.counts: list[int] | None = None
        """How often each key's answer stands in the whole answer; None for all once."""
        self._cache = cache
        self._adapter = adapter
        self._budget = budget
        child = field.child
        assert child is not None
        self._entries = [((*key, child.digest), version) for key, version in entries]
        self.found: list[Fragment | None] = [cache.get(key, version) for key, version in self._entries]
        self.missing = [place for place, fragment in enumerate(self.found) if fragment is None]
        self._admitted = {place for place in self.missing if cache.admits(self._entries[place][0])}
        self.column: Column | None = None
        self.gaps: list[StandIn] = []
        self._marked: dict[int, tuple[GapColumn, list[Any]]] = {}

    @property
    def is_recorded(self) -> bool:
        """Whether fragments are made of the missing answers: where one of their keys was asked for before."""
        return bool(self._admitted)

    def gap_keys(self, gap: int) -> tuple[list[Any], list[int] | None]:
        """The keys that a gap's field is asked for in the fragments found, in order, and how often each stands."""
        keys: list[Any] = []
        counts: list[int] = []
        for number, fragment in enumerate(self.found):
            if fragment is not None:
                keys += fragment.keys[gap]
                if self.counts is not None:
                    counts += [self.counts[number]] * len(fragment.keys[gap])
        return keys, None if self.counts is None else counts

    def mark(self, field: Field, column: GapColumn, keys: list[Any]) -> "Marks | None":
        """Marks in place of a field's column in the missing answers, if it is the field of a gap."""
        for gap, each in enumerate(self.field.gaps):
            if each is field:
                self._marked[gap] = column, keys
                return Marks(gap, len(keys), self._adapter)
        return None

    def values(self) -> list[Any]:
        """What the answer holds for each object of the scope; makes entries of missing answers that are admitted."""
        dump = self._adapter.dump
        made: list[Any] = [None] * len(self.found)
        if self.column is not None:
            for place, value in zip(self.missing, self.column.values(), strict=True):
                made[place] = value
            if self._admitted:
                self._record(made)
        gaps = [iter(column.values()) for stand_in in self.gaps for column in stand_in.columns]
        for place, fragment in enumerate(self.found):
            if fragment is not None:
                made[place] = self._written(fragment.fill([dump(next(gaps[gap])) for gap in fragment.order]), place)
        return [made[place] for place in self.places]

    def _record(self, made: list[Any]) -> None:
        """Put the text of the missing answers in the answer, and fragments of those that are admitted in the cache."""
        dump = self._adapter.dump
        columns = {gap: (column.values(), keys) for gap, (column, keys) in self._marked.items()}
        gaps, child = range(len(self.field.gaps)), self.field.child
        assert child is not None
        for place in self.missing:
            text = dump(made[place])
            pieces = text.split(b"\0")
            chunks = pieces[::2]
            marks = [(int(gap), int(row)) for gap, _, row in (mark.partition(b":") for mark in pieces[1::2])]
            if place in self._admitted:
                keys = tuple(tuple([columns[gap][1][row] for of, row in marks if of == gap]) for gap in gaps)
                objects = count_objects(made[place], child)
                fragment = Fragment(chunks, bytes([gap for gap, _ in marks]), keys, objects)
                self._cache.put(*self._entries[place], fragment, fragment.weight)
            if marks:
                text = _filled(chunks, [dump(columns[gap][0][row]) for gap, row in marks])
            made[place] = self._written(text, place)

    def _written(self, text: bytes, place: int) -> Any:
        """What stands for a finished text in the answer."""
        self._budget.spend_bytes(len(text) * (1 if self.counts is None else self.counts[place]))
        return self._adapter.fragment(text)


class Marks:
    """Stands in the place of a gap's column while a fragment is made: a mark for each object, which tells its row."""

    def __init__(self, gap: int, count: int, adapter: Adapter) -> None:
        self._gap = gap
        self._count = count
        self._adapter = adapter

    def values(self) -> list[Any]:
        """The marks."""
        return [self._adapter.fragment(b"\0%d:%d\0" % (self._gap, row)) for row in range(self._count)]


def count_objects(value: Any, selection: Selection) -> int:
    """The objects that a finished answer holds, counted as scopes count them; those in gaps are not among them."""
    if value.__class__ is list:
        return sum([count_objects(entry, selection) for entry in value])
    if value.__class__ is not dict:
        return 0
    objects = selection.objects
    for field in selection.columns:
        if field.child is not None:
            objects += count_objects(value[field.key], field.child)
    return objects
