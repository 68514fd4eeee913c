"""When to stop: one line for each condition of a person, whether or not an exercise of the session is modified."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any  # JSON of the file

import orjson

from kinegraph.care.rules_exercises import Having
from kinegraph.taxonomy.rules_conditions import vocabulary

UNKNOWN = "Stop with pain, dizziness or chest pain, and ask the doctor or physiotherapist before the next session."


@dataclass(frozen=True, slots=True)
class StopRule:
    """When a person with a condition stops, and for which phase the session is meant."""

    condition: str
    text: str


@cache
def _stored() -> Mapping[str, str]:
    stored: list[dict[str, Any]] = orjson.loads((files("kinegraph.care") / "stop_rules.json").read_bytes())
    return {key: each["text"] for each in stored for key in each["conditions"]}


def stop_rules(person: Having) -> Sequence[StopRule]:
    """The rule of each condition that was sent, equal texts once."""
    by_text: dict[str, str] = {}
    for key in sorted(person.conditions):
        by_text.setdefault(_text(key), key)
    return [StopRule(key, text) for text, key in by_text.items()]


def _text(condition: str) -> str:
    """The text of a condition, or of the nearest condition that it is a kind of."""
    key: str | None = condition
    while key is not None:
        if key in _stored():
            return _stored()[key]
        entry = vocabulary().get(key)
        key = entry.parent if entry is not None else None
    return UNKNOWN
