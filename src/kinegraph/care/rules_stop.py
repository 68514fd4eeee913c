"""When to stop: one line for each condition of a person, whether or not an exercise of the session is modified.

After an operation or birth the line says for which phase a session is meant; what advice says of weeks before that
phase is past, and is shown nowhere.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any  # JSON of the file

import orjson

from kinegraph.care.rules_exercises import Having
from kinegraph.taxonomy.rules_conditions import vocabulary

FIRST_WEEK: Mapping[str, int] = {
    "acl_reconstruction": 17,
    "hip_replacement": 13,
    "knee_replacement": 13,
    "postpartum": 6,
}
"""By condition, the week from which on a session is meant for it: month 4, month 3, the 6-week check."""
WEEKS_OF_MONTH = 4.33
TIME = r"(?:(?P<unit>week|month) (?P<number>\d+)|the (?P<check>\d+)-week check)"
UNTIL = re.compile(rf"(?P<before>[^,;.]*?)\b(?:until|before) {TIME}(?: and [^,;.]*?(?=[,;.]|$))?(?P<then>[,;] then )?")
"""A clause that holds until a week, with what holds then."""
FROM = re.compile(rf",? (?:from|after) (?:about )?{TIME}(?: at the earliest)?")
FROM_AT_FIRST = re.compile(rf"^(?P<word>From |After )(?:about )?{TIME}(?: at the earliest)?(?:(?P<more> and )|[,:]? )")
"""Advice that begins with a week; what is to be waited for besides stays."""
BEFORE = re.compile(rf"(?:^|[,;]) ?[Bb]efore {TIME} [^,;.]*")
LATER = re.compile(r"([^,;.]*degrees[^,;.]*?) until (?:week|month) \d+[,;] then [^,;.]*")
"""The later of two phases with a range of motion: the earlier one, which is stricter, holds all the time."""
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


@lru_cache(2_000)
def in_phase(text: str, condition: str) -> str:
    """Advice for the phase that a session is meant for: without what is past. Its limits of range stay.

    An entry is valid as long as the process: it depends on the arguments alone.
    """
    first = FIRST_WEEK.get(condition, 0)
    found = LATER.sub(r"\1", text)
    found = FROM_AT_FIRST.sub(lambda match: _after(match) if _week(match) <= first else match.group(), found)
    for pattern in (FROM, BEFORE):
        found = pattern.sub(lambda match: "" if _week(match) <= first else match.group(), found)
    found = UNTIL.sub(lambda match: "" if _is_past(match, first) else match.group(), found)
    found = re.sub(r"\s*[,;](?=\s*(?:[,;.]|$))|^[\s,;:]+", "", found).strip()
    found = re.sub(r"([,;])(?=[^\W\d])", r"\1 ", found)
    return f"{found[:1].upper()}{found[1:]}"


def _after(match: re.Match[str]) -> str:
    return match["word"] if match["more"] else ""


def _week(match: re.Match[str]) -> float:
    number = int(match["number"] or match["check"])
    return number * WEEKS_OF_MONTH if match["unit"] == "month" else number


def _is_past(match: re.Match[str], first: int) -> bool:
    return _week(match) <= first and "degrees" not in match["before"]
