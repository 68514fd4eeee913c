"""The cache: one version of each key's entry, no more bytes than allowed, the least recently used evicted first."""

import gc
import weakref
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any  # Any: keys of any type

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kinegraph.kit.cache import BUCKET, BYTES_PER_SEEN_KEY, MAX_ENTRY_SHARE, Cache, entry_bytes

KEYS = st.tuples(st.integers(1, 2), st.integers(0, 6))
"""Of two kinds; of numbers, whose hashes are the same in each process (and no two share a slot of `admits`)."""
VERSIONS = st.integers(1, 3)


@dataclass(eq=False)
class Value:
    """A value of a test, whose garbage collection can be observed."""

    number: int


class Model(RuleBasedStateMachine):
    """The cache, compared with a simple model."""

    @initialize(max_bytes=st.sampled_from((0, 4_000, 9_000, 30_000)))
    def open(self, max_bytes: int) -> None:
        """Begin with an empty cache."""
        self.cache = Cache(max_bytes)
        self.entries: OrderedDict[Any, tuple[int, Value, int]] = OrderedDict()
        """The version, the value and the weight of each key's entry, the least recently used first."""
        self.counts = {"hits": 0, "misses": 0, "evictions": 0}
        self.numbers = 0

    @rule(key=KEYS, version=VERSIONS)
    def get(self, key: Any, version: int) -> None:
        """A hit is of the requested version; anything else is a miss."""
        entry = self.entries.get(key)
        expected = entry[1] if entry is not None and entry[0] == version else None
        if expected is not None:
            self.entries.move_to_end(key)
        self.counts["misses" if expected is None else "hits"] += 1
        assert self.cache.get(key, version) is expected

    @rule(key=KEYS)
    def peek(self, key: Any) -> None:
        """Peeking at an entry changes neither the counts nor the order of use."""
        entry = self.entries.get(key)
        assert self.cache.peek(key) is (entry[1] if entry else None)

    @rule(key=KEYS, version=VERSIONS, weight=st.one_of(st.integers(0, 400), st.integers(0, 5_000)))
    def put(self, key: Any, version: int, weight: int) -> None:
        """A new entry replaces the one of its key, and evicts the least recently used."""
        self.numbers += 1
        value = Value(self.numbers)
        self.cache.put(key, version, value, weight)
        self.entries.pop(key, None)
        weight += entry_bytes(key, version)
        if weight > self.cache.max_bytes // MAX_ENTRY_SHARE:
            return
        self.entries[key] = version, value, weight
        while self._weight() > self.cache.max_bytes:
            self.entries.popitem(last=False)
            self.counts["evictions"] += 1

    @rule(key=KEYS)
    def remove(self, key: Any) -> None:
        """Removing an entry does not count as an eviction."""
        self.cache.remove(key)
        self.entries.pop(key, None)

    def _weight(self) -> int:
        return sum(weight for _, _, weight in self.entries.values())

    @invariant()
    def has_the_entries_of_the_model(self) -> None:
        """The bytes are those of the entries, and never more than allowed; the order is that of use."""
        held = {key: self.cache.peek(key) for key in self.entries}
        assert held == {key: value for key, (_, value, _) in self.entries.items()}
        assert [*self.cache._entries] == [*self.entries]
        assert self.cache.bytes == self._weight() <= self.cache.max_bytes
        assert self.cache.bytes == sum(self.cache.bytes_by_kind().values())
        for event, count in self.counts.items():
            assert sum(n for (name, _), n in self.cache.counts.items() if name == event) == count


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)


def test_an_entry_of_another_version_is_a_miss_and_the_next_put_replaces_it() -> None:
    cache = Cache(100_000)
    cache.put(("a", 1), "old", "X", 10)
    assert cache.get(("a", 1), "new") is None
    cache.put(("a", 1), "new", "Y", 10)
    assert (cache.get(("a", 1), "old"), cache.get(("a", 1), "new"), len(cache)) == (None, "Y", 1)


def test_the_least_recently_used_entry_is_evicted_first() -> None:
    cache = Cache(MAX_ENTRY_SHARE * (entry_bytes(("a", 1), None) + 50))
    for number in range(1, MAX_ENTRY_SHARE + 1):
        cache.put(("a", number), None, number, 50)
    assert cache.get(("a", 1)) == 1
    cache.put(("a", 99), None, "new", 50)
    assert [cache.get(("a", number)) for number in (1, 2, 3, 99)] == [1, None, 3, "new"]


def test_an_entry_above_the_maximum_weight_is_not_cached_and_evicts_the_earlier_entry_of_its_key() -> None:
    cache = Cache(80_000)
    cache.put(("a", 1), None, "X", 10_000 - entry_bytes(("a", 1), None))
    assert cache.get(("a", 1)) == "X"
    cache.put(("a", 1), None, "Y", 10_001 - entry_bytes(("a", 1), None))
    assert (cache.get(("a", 1)), cache.bytes) == (None, 0)


def test_a_cache_of_zero_bytes_has_no_entries() -> None:
    cache = Cache(0)
    for _ in range(3):
        cache.put(("a", 1), None, "X", 0)
        assert cache.get(("a", 1)) is None
        assert not cache.admits(("a", 1))
    assert (len(cache), cache.bytes) == (0, 0)


def test_a_key_is_admitted_when_it_is_looked_up_again_and_while_an_entry_of_another_version_is_there() -> None:
    cache = Cache(100_000)
    assert [cache.admits(("a", number)) for number in (1, 2, 1, 2)] == [False, False, True, True]
    cache.put(("a", 3), "old", "X", 10)
    assert cache.admits(("a", 3))


def test_keys_that_share_a_bucket_and_are_looked_up_in_turn_are_all_admitted() -> None:
    cache = Cache(BYTES_PER_SEEN_KEY * BUCKET)
    keys = [("a", number) for number in range(BUCKET)]
    assert [cache.admits(key) for key in keys] == [False] * BUCKET
    assert [cache.admits(key) for key in keys] == [True] * BUCKET


def test_keys_that_are_looked_up_once_use_a_bounded_amount_of_memory() -> None:
    cache = Cache(BYTES_PER_SEEN_KEY * 2 * BUCKET)
    assert not any(cache.admits(("a", number)) for number in range(1_000))
    assert not cache.admits(("a", 1))
    assert (len(cache), cache.bytes, len(cache._seen)) == (0, 0, 2 * BUCKET)


@given(weights=st.lists(st.integers(0, 3_000), max_size=60))
def test_an_evicted_or_replaced_entry_is_freed_at_once_without_the_garbage_collector(weights: list[int]) -> None:
    cache = Cache(20_000)
    made: list[weakref.ref[Value]] = []
    gc.disable()
    try:
        for number, weight in enumerate(weights):
            value = Value(number)
            made.append(weakref.ref(value))
            cache.put(("a", number % 12), number, value, weight)
            del value
        assert sum(ref() is not None for ref in made) == len(cache)
        alive = weakref.ref(cache)
        del cache
        assert alive() is None
        assert all(ref() is None for ref in made)
    finally:
        gc.enable()
