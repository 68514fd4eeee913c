"""Cached fields: finished JSON of a field's answers (fragments), with gaps for fields that are loaded each time.

The fragment of a workout's sections, for example, is valid for one version of the data, except for the comments in it,
which are gaps: JSON text, the key of a comment edge, JSON text, and so on. On a hit the keys of the gaps are available
at once, so their edges are loaded in the level of the fragment itself. A miss is resolved as usual; where an entry is
to be made (`FragmentCache.admits`), each gap is serialized as a placeholder between two NUL bytes, which JSON text
never contains, and the text is split there.

Texts are compressed by Zstandard: a tree of twenty exercises of the canonical library takes a third of its 40 kB, and
is decompressed in about 0.05 ms. So the cache holds three times as many.
"""

from collections.abc import Hashable, Iterable, Sequence
from typing import Protocol

from zstandard import ZstdCompressor, ZstdDecompressor

from kinegraph.breadth.adapter import Adapter, FragmentCache
from kinegraph.breadth.aliases import Key, Output
from kinegraph.breadth.budget import Budget
from kinegraph.breadth.columns import Column
from kinegraph.breadth.selections import Field, Selection

BYTES_PER_FRAGMENT = 250
"""Memory of a fragment beside its text and its gaps."""

BYTES_PER_GAP = 160
"""Memory of a gap beside the text around it: its key (a tuple of ids), and an item in three tuples."""

Entry = tuple[tuple[Hashable, ...], Hashable]
"""A cache key and its version."""


_compress = ZstdCompressor(level=1, write_checksum=False).compress
_decompress = ZstdDecompressor().decompress


class Fragment:
    """The compressed JSON text of one answer, and the number of objects in it.

    Where the text leaves out the values of gap fields (`Field.gaps`), it is divided into chunks: between two chunks is
    one gap. `order` has one byte for each gap, in the order of the text: which gap field's value stands there, as an
    index in `Field.gaps`. `keys` has for each gap field, in the order of `Field.gaps`, the keys of its gaps in the
    order of the text. Where `order` is 0, 1, 0, for example, the key of the third gap is `keys[0][1]`.
    """

    __slots__ = ("compressed", "keys", "objects", "order")

    def __init__(self, chunks: Sequence[bytes], order: bytes, keys: tuple[tuple[Key, ...], ...], objects: int) -> None:
        self.compressed = bytes(memoryview(_compress(b"\0".join(chunks))))  # a copy of exact size
        self.order = order
        self.keys = keys
        self.objects = objects

    @property
    def weight(self) -> int:
        """Its memory in bytes, estimated."""
        return len(self.compressed) + BYTES_PER_FRAGMENT + BYTES_PER_GAP * len(self.order)

    def fill(self, gaps: Iterable[bytes]) -> bytes:
        """The whole text, with these texts in the gaps."""
        text = _decompress(self.compressed)
        return _interleave(text.split(b"\0"), gaps) if self.order else text


def _interleave(chunks: Sequence[bytes], gaps: Iterable[bytes]) -> bytes:
    """One text: the chunks with the texts of the gaps between them."""
    segments = [b""] * (2 * len(chunks) - 1)
    segments[::2] = chunks
    segments[1::2] = gaps
    return b"".join(segments)


class GapColumn(Protocol):
    """The values of a gap's field, one for each of its keys."""

    def values(self) -> Sequence[Output]:
        """The values, in the order of the keys."""


class GapScope(Protocol):
    """A scope for the objects in fragments that have a certain gap; its only column has the values of the gap."""

    @property
    def columns(self) -> Sequence[GapColumn | None]:
        """One column; None until it is attached."""


class CachedColumn:
    """The column of a cached field: fragments for the keys that were found in the cache, values for the others.

    Keys are numbered without duplicates; `selected` is the field's `fragment_key`. `index` has for each object of the
    scope the number of its key, `missing` the numbers of the keys that were not found; `column` has the values of
    these. `gap_scopes` has for each gap of the field the scope of its values in the fragments.
    """

    def __init__(
        self,
        field: Field,
        entries: Sequence[Entry],
        selected: bytes,
        cache: FragmentCache,
        adapter: Adapter,
        budget: Budget,
    ) -> None:
        self.field = field
        self.index: Sequence[int] = ()
        self.counts: list[int] | None = None
        """How often the answer of each key occurs in the whole answer; None for once each."""
        self._cache = cache
        self._adapter = adapter
        self._budget = budget
        self._entries = [((*key, selected), version) for key, version in entries]
        self.fragments: list[Fragment | None] = [cache.get(key, version) for key, version in self._entries]
        self.missing = [number for number, fragment in enumerate(self.fragments) if fragment is None]
        self._admitted = {number for number in self.missing if cache.admits(self._entries[number][0])}
        self.column: Column | None = None
        self.gap_scopes: list[GapScope] = []
        self._gap_columns: dict[int, tuple[GapColumn, list[Key]]] = {}

    @property
    def is_recorded(self) -> bool:
        """True if fragments are made of missing answers: if the cache admits one of their keys."""
        return bool(self._admitted)

    def gap_keys(self, gap: int) -> tuple[list[Key], list[int] | None]:
        """The keys of a gap in the fragments found, in order, and how often each occurs in the answer."""
        keys: list[Key] = []
        counts: list[int] = []
        for number, fragment in enumerate(self.fragments):
            if fragment is not None:
                keys += fragment.keys[gap]
                if self.counts is not None:
                    counts += [self.counts[number]] * len(fragment.keys[gap])
        return keys, None if self.counts is None else counts

    def placeholders(self, field: Field, column: GapColumn, keys: list[Key]) -> "GapPlaceholders | None":
        """Placeholders to use instead of `column` while fragments are made; None if the field is none of the gaps."""
        for gap, each in enumerate(self.field.gaps):
            if each is field:
                self._gap_columns[gap] = column, keys
                return GapPlaceholders(gap, len(keys), self._adapter)
        return None

    def values(self) -> list[Output]:
        """The value in the answer for each object of the scope. Stores the fragments of keys that are admitted."""
        dump = self._adapter.dump
        outputs: list[Output] = [None] * len(self.fragments)
        if self.column is not None:
            for number, value in zip(self.missing, self.column.values(), strict=True):
                outputs[number] = value
            if self._admitted:
                self._record(outputs)
        gaps = [iter(column.values()) for scope in self.gap_scopes for column in scope.columns if column]
        for number, fragment in enumerate(self.fragments):
            if fragment is not None:
                text = fragment.fill([dump(next(gaps[gap])) for gap in fragment.order])
                outputs[number] = self._finish(text, number)
        return [outputs[number] for number in self.index]

    def _record(self, outputs: list[Output]) -> None:
        """Replace missing answers by their JSON text, and store the fragments of those that are admitted."""
        dump = self._adapter.dump
        columns = {gap: (column.values(), keys) for gap, (column, keys) in self._gap_columns.items()}
        gaps, child = range(len(self.field.gaps)), self.field.child
        assert child is not None
        for number in self.missing:
            text = dump(outputs[number])
            segments = text.split(b"\0")
            chunks = segments[::2]
            found = [(int(gap), int(row)) for gap, _, row in (each.partition(b":") for each in segments[1::2])]
            if number in self._admitted:
                keys = tuple(tuple([columns[gap][1][row] for of, row in found if of == gap]) for gap in gaps)
                objects = count_objects(outputs[number], child)
                fragment = Fragment(chunks, bytes([gap for gap, _ in found]), keys, objects)
                self._cache.put(*self._entries[number], fragment, fragment.weight)
            if found:
                text = _interleave(chunks, [dump(columns[gap][0][row]) for gap, row in found])
            outputs[number] = self._finish(text, number)

    def _finish(self, text: bytes, number: int) -> Output:
        """The object that stands for a finished text in the answer; its bytes are counted."""
        self._budget.spend_bytes(len(text) * (1 if self.counts is None else self.counts[number]))
        return self._adapter.fragment(text)


class GapPlaceholders:
    """The column of a gap while fragments are made: a placeholder for each row, with the numbers of gap and row."""

    def __init__(self, gap: int, count: int, adapter: Adapter) -> None:
        self._gap = gap
        self._count = count
        self._adapter = adapter

    def values(self) -> list[Output]:
        """The placeholders."""
        return [self._adapter.fragment(b"\0%d:%d\0" % (self._gap, row)) for row in range(self._count)]


def count_objects(value: Output, selection: Selection) -> int:
    """The number of objects in a finished answer, counted as scopes count them; without the objects in gaps."""
    if value.__class__ is list:
        return sum([count_objects(entry, selection) for entry in value])
    if value.__class__ is not dict:
        return 0
    objects = selection.objects
    for field in selection.column_fields:
        if field.child is not None:
            objects += count_objects(value[field.key], field.child)
    return objects
