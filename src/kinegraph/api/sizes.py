"""Estimating the size of an answer as JSON text, before it is serialized."""

from typing import Any  # data of a response: JSON

MAX_TEXT_LENGTH = 10_000
"""Maximum length of a text value, in characters: the rules of the rooms allow no more."""


def size_of(data: Any, enough: int) -> int:
    """Estimate an answer's size in bytes as text; at least `enough` if it is larger than that.

    An object that occurs several times (the breadth-first executor shares them) is measured once and counted each time.
    The length of a fragment (orjson.Fragment) is not accessible, and is not counted.
    """
    return _size(data, enough, {})


def _size(value: Any, enough: int, measured: dict[int, int]) -> int:
    found = measured.get(id(value))
    if found is not None:
        return found
    each = value.values() if value.__class__ is dict else value
    size = 6 * len(value) + sum([len(inner) for inner in each if inner.__class__ is str])
    for inner in each:
        if inner.__class__ is dict or inner.__class__ is list:
            size += _size(inner, enough, measured)
            if size > enough:
                break
    measured[id(value)] = size
    return size
