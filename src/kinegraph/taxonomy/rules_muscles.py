"""The muscles by which exercises are tagged, with groups and synonyms in three languages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any  # JSON of the file

import orjson

from kinegraph.taxonomy.rules_conditions import folded


@dataclass(frozen=True, slots=True)
class Muscle:
    """A muscle, or a group of muscles."""

    key: str
    group: str | None
    is_group: bool
    synonyms: tuple[str, ...]


@cache
def all_muscles() -> tuple[Muscle, ...]:
    """The groups, then the muscles, in the order of the file."""
    stored: dict[str, Any] = orjson.loads((files("kinegraph.taxonomy") / "muscles.json").read_bytes())
    return tuple(
        Muscle(each["key"], each.get("group"), kind == "groups", tuple(each["synonyms"]))
        for kind in ("groups", "muscles")
        for each in stored[kind]
    )


@cache
def groups() -> Mapping[str, str | None]:
    """Each muscle and group with the group that includes it, or None."""
    return {each.key: each.group for each in all_muscles()}


@cache
def muscles() -> frozenset[str]:
    """The muscles that an exercise may be tagged with."""
    return frozenset(each.key for each in all_muscles() if not each.is_group)


@cache
def _by_spelling() -> Mapping[str, str]:
    return {folded(text): each.key for each in all_muscles() for text in (*each.synonyms, each.key)}


@cache
def members(key: str) -> frozenset[str]:
    """The muscles that a muscle or group stands for: itself, and all that it includes."""
    inside = {each for each, group in groups().items() if group == key}
    return frozenset({key} & muscles()).union(*(members(each) for each in inside))


def muscles_meant(text: str) -> frozenset[str]:
    """The muscles that a text means: a key, a group or a synonym, in singular or plural; none for an unknown one."""
    name, keys = folded(text), _by_spelling()
    key = next((keys[each] for each in (name, f"{name}s", name.removesuffix("s")) if each in keys), None)
    return frozenset() if key is None else members(key)


@cache
def spellings_of(key: str) -> tuple[str, ...]:
    """The key of a muscle and its synonyms."""
    found = (each for each in all_muscles() if each.key == key and not each.is_group)
    return (key, *(text for each in found for text in each.synonyms))


def nearest_muscles(text: str) -> list[str]:
    """At most three known muscles and groups whose names are like an unknown one."""
    close = get_close_matches(folded(text)[:60], _by_spelling(), n=3, cutoff=0.6)
    return list(dict.fromkeys(_by_spelling()[spelling] for spelling in close))


def muscle_keys(names: Iterable[str]) -> tuple[str, ...]:
    """The muscles that an exercise's tags mean, in their order; a tag that is not in the vocabulary means itself."""
    found: dict[str, None] = {}
    for name in names:
        keys = (name,) if name in muscles() else sorted(muscles_meant(name)) or (folded(name),)
        found.update(dict.fromkeys(keys))
    return tuple(found)
