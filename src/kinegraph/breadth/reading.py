"""Reading values and keys off the objects of a scope, and counting how often objects stand in the answer."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from kinegraph.breadth.adapter import Adapter


def tally(counts: list[int] | None, index: Sequence[int] | None, size: int) -> list[int] | None:
    """How often each of `size` values stands in the answer, where `index` says which one each object has.

    `counts` says how often each object stands there. None stands for all once.
    """
    if index is None or (counts is None and len(index) == size):
        return counts
    found = [0] * size
    for place, value in enumerate(index):
        found[value] += 1 if counts is None else counts[place]
    return found


def read_values(adapter: Adapter, objects: Sequence[Any], name: str) -> list[Any]:
    """A value of every object."""
    return list(map(adapter.source(objects[0]).getter(name), objects)) if objects else []


def _steady(values: list[Any]) -> list[Any]:
    """The values, where they are all equal the very same one: what is hashed once need not be hashed again."""
    return [values[0]] * len(values) if values and values.count(values[0]) == len(values) else values


def keys_of(
    adapter: Adapter, objects: Sequence[Any], key: str | tuple[str, ...] | Callable[[Any], Any]
) -> Iterable[Any]:
    """The key of every object of a scope."""
    if isinstance(key, str):
        return read_values(adapter, objects, key)
    if isinstance(key, tuple):
        return zip(*(_steady(read_values(adapter, objects, name)) for name in key), strict=True)
    return map(key, objects)
