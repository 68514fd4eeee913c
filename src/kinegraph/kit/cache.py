"""The one cache of a process: entries of every kind under one bound of bytes, least recently used evicted first.

A key is a tuple whose first element is the kind of entry, a text; `counts` tells hits, misses and evictions by kind.
An entry holds for one version; what that is, each kind says where its key is made. One that is asked for under another
version is a miss, and the next `put` replaces it. Versions that come from the snapshot that a session reads make an
entry exact: two snapshots with one version hold the same rows.

Nothing here refers to the cache or to another entry, so that what is evicted is freed at once, without the collector.
"""

from array import array
from collections import Counter, OrderedDict
from collections.abc import Hashable
from sys import getsizeof
from typing import Any

Key = tuple[Hashable, ...]

PLACE_BYTES = 260
"""What an entry's own tuple and its place in the order take. Measured."""

MAX_ENTRY_SHARE = 8
"""An entry that would take more than this part of the whole (1/8) is not admitted."""

BYTES_PER_SEEN_KEY = 1024
"""For each so many bytes of the bound, one key is remembered that was asked for and has no entry (8 bytes each)."""

BUCKET = 8
"""Keys that are remembered together: so many that are asked for in turn do not make each other forgotten."""


class Cache:
    """Entries by key and version, at most `max_bytes` of them; 0 holds none."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self.counts: Counter[tuple[str, Hashable]] = Counter()
        """By event (`hits`, `misses`, `evictions`) and kind."""
        self._entries: OrderedDict[Key, tuple[Hashable, Any, int]] = OrderedDict()
        self._seen = array("q", bytes(8 * BUCKET * (max_bytes // BYTES_PER_SEEN_KEY // BUCKET)))

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Key, version: Hashable = None) -> Any:
        """The value of a key's entry for this version, or None."""
        entry = self._entries.get(key)
        if entry is None or entry[0] != version:
            self.counts["misses", key[0]] += 1
            return None
        self._entries.move_to_end(key)
        self.counts["hits", key[0]] += 1
        return entry[1]

    def admits(self, key: Key) -> bool:
        """Whether an entry is worth its making, which costs more than it saves where it is not asked for again.

        It is for a key that was asked for before, as far as that is remembered: by the key's hash, in a bucket with
        a few others, of which the oldest is forgotten. So keys that are asked for once cost next to nothing.
        """
        if not self._seen:
            return False
        mark = hash(key)
        start = mark % (len(self._seen) // BUCKET) * BUCKET
        bucket = self._seen[start : start + BUCKET]
        if mark in bucket:
            return True
        bucket.insert(0, mark)
        self._seen[start : start + BUCKET] = bucket[:BUCKET]
        return key in self._entries  # of an earlier version

    def peek(self, key: Key) -> Any:
        """The value of a key's entry of any version, or None; counts for nothing."""
        entry = self._entries.get(key)
        return None if entry is None else entry[1]

    def put(self, key: Key, version: Hashable, value: Any, value_bytes: int) -> None:
        """Hold a value that takes so many bytes, evicting others for it."""
        weight = entry_bytes(key, version) + value_bytes
        if weight > self.max_bytes // MAX_ENTRY_SHARE:
            self.remove(key)
            return
        before = self._entries.pop(key, None)
        self._entries[key] = version, value, weight
        self.bytes += weight - (before[2] if before else 0)
        while self.bytes > self.max_bytes:
            evicted, (_, _, freed) = self._entries.popitem(last=False)
            self.bytes -= freed
            self.counts["evictions", evicted[0]] += 1

    def remove(self, key: Key) -> None:
        """Evict one entry, if there is one."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.bytes -= entry[2]

    def bytes_by_kind(self) -> Counter[Hashable]:
        """The bytes of the entries of each kind. Walks all entries."""
        found: Counter[Hashable] = Counter()
        for key, (_, _, weight) in self._entries.items():
            found[key[0]] += weight
        return found


def entry_bytes(key: Key, version: Hashable) -> int:
    """What an entry takes beside its value: key and version with what is in them, its tuple, its place in the order."""
    within = sum(map(getsizeof, (*key, *version) if isinstance(version, tuple) else key))
    return getsizeof(key) + getsizeof(version) + within + PLACE_BYTES
