"""The cache of a process: entries of several kinds share one bound in bytes; the least recently used is evicted first.

A key is a tuple whose first element names the kind of entry, such as "tree" or "viewer". Whoever makes a key makes sure
that it holds everything that the value depends on, but for what the version says; the module that makes it says why it
is complete.

An entry is valid for one version. A lookup with another version is a miss, and the next `put` replaces the entry, so
that an old value is never returned. Where the versions are read in the snapshot of the session that uses the value, an
entry is exact: two snapshots with the same version hold the same rows.

No entry is part of a cycle of references once it is evicted: it is freed at once, without the garbage collector.
"""

from array import array
from collections import Counter, OrderedDict
from collections.abc import Hashable
from sys import getsizeof
from typing import Any  # values: each kind of entry has its own type

Key = tuple[Hashable, ...]

ENTRY_OVERHEAD_BYTES = 260
"""Memory of an entry beside its key, version and value: its tuple, and its row in the ordered dictionary. Measured."""

MAX_ENTRY_SHARE = 8
"""No entry takes more than one eighth of the cache."""

BYTES_PER_SEEN_KEY = 1024
"""One key without an entry is remembered for each KiB of the cache's bound, in 8 bytes."""

BUCKET = 8
"""Keys that share a bucket of remembered keys. When a bucket is full, its oldest key is forgotten."""


class Cache:
    """Entries by key and version. Their sizes add up to at most `max_bytes`; a cache of 0 bytes holds none."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self.counts: Counter[tuple[str, Hashable]] = Counter()
        """How often each event (`hits`, `misses`, `evictions`) happened, by event and kind of entry."""
        self._entries: OrderedDict[Key, tuple[Hashable, Any, int]] = OrderedDict()
        """Version, value and size in bytes of each entry, the least recently used first."""
        self._seen = array("q", bytes(8 * BUCKET * (max_bytes // BYTES_PER_SEEN_KEY // BUCKET)))
        """Hashes of keys that were looked up and have no entry (`admits`), as buckets one after the other."""

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Key, version: Hashable = None) -> Any:
        """The value of the key's entry if it has this version, else None. Counts a hit or a miss."""
        entry = self._entries.get(key)
        if entry is None or entry[0] != version:
            self.counts["misses", key[0]] += 1
            return None
        self._entries.move_to_end(key)
        self.counts["hits", key[0]] += 1
        return entry[1]

    def admits(self, key: Key) -> bool:
        """True if a value should be cached under the key: if this is called for it a second time, or it has an entry.

        Making an entry costs more than it saves where nobody looks it up again. Which keys were seen before is known by
        their hashes, in a table of fixed size, so that keys that are seen once cost next to nothing.
        """
        if not self._seen:
            return False
        key_hash = hash(key)
        start = key_hash % (len(self._seen) // BUCKET) * BUCKET
        bucket = self._seen[start : start + BUCKET]
        if key_hash in bucket:
            return True
        bucket.insert(0, key_hash)
        self._seen[start : start + BUCKET] = bucket[:BUCKET]
        return key in self._entries  # of an earlier version

    def peek(self, key: Key) -> Any:
        """The value of the key's entry, whatever its version, or None. Changes neither counts nor order."""
        entry = self._entries.get(key)
        return None if entry is None else entry[1]

    def put(self, key: Key, version: Hashable, value: Any, value_bytes: int) -> None:
        """Cache a value of this size in place of the key's earlier one, and evict entries until all fit.

        Nothing is cached where the entry would take more than its share (MAX_ENTRY_SHARE).
        """
        size = entry_bytes(key, version) + value_bytes
        if size > self.max_bytes // MAX_ENTRY_SHARE:
            self.remove(key)
            return
        before = self._entries.pop(key, None)
        self._entries[key] = version, value, size
        self.bytes += size - (before[2] if before else 0)
        while self.bytes > self.max_bytes:
            evicted, (_, _, freed) = self._entries.popitem(last=False)
            self.bytes -= freed
            self.counts["evictions", evicted[0]] += 1

    def remove(self, key: Key) -> None:
        """Remove the key's entry, if there is one."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.bytes -= entry[2]

    def bytes_by_kind(self) -> Counter[Hashable]:
        """The size of all entries of each kind, in bytes. Takes time in proportion to their number."""
        sizes: Counter[Hashable] = Counter()
        for key, (_, _, size) in self._entries.items():
            sizes[key[0]] += size
        return sizes


def entry_bytes(key: Key, version: Hashable) -> int:
    """The memory of an entry beside its value, in bytes: its key and version with their elements, and the overhead."""
    elements = sum(map(getsizeof, (*key, *version) if isinstance(version, tuple) else key))
    return getsizeof(key) + getsizeof(version) + elements + ENTRY_OVERHEAD_BYTES
