"""How large an answer is as JSON text, before the text is made."""

from typing import Any

MAX_TEXT_LENGTH = 10_000
"""Characters of a value, at most: what the rooms' rules let in."""


def size_of(data: Any, enough: int) -> int:
    """About how many bytes an answer takes as text; at least `enough` where it takes more than that.

    An object that stands in several places (breadth first such are shared) is measured once and counted in each.
    Text that was finished beforehand (orjson.Fragment) does not tell its length, and is not counted.
    """
    return _size(data, enough, {})


def _size(value: Any, enough: int, known: dict[int, int]) -> int:
    found = known.get(id(value))
    if found is not None:
        return found
    each = value.values() if value.__class__ is dict else value
    size = 6 * len(value) + sum([len(inner) for inner in each if inner.__class__ is str])
    for inner in each:
        if inner.__class__ is dict or inner.__class__ is list:
            size += _size(inner, enough, known)
            if size > enough:
                break
    known[id(value)] = size
    return size
