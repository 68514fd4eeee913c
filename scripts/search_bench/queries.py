"""The judged queries: those over the canonical library, and those over rows of free-exercise-db.

A *topic* is what somebody looks for; it has the judgments, and its queries are ways to type it.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any  # JSON of the files

import orjson

FOLDER = Path(__file__).parent / "queries"
LANGUAGES = ("en", "he", "ru")
KINDS: Mapping[str, str] = {
    "name": "the usual name",
    "synonym": "another usual name, or a description",
    "abbreviation": "RDL, T2B",
    "colloquial": "as it is said in the gym",
    "transliteration": "an English term in other letters, or the reverse",
    "inflected": "plural, case, prefix",
    "joined": "joined, hyphenated or separated otherwise than in the name",
    "misspelled": "with a slip of the finger or of spelling",
    "layout": "typed on the keyboard of another language",
    "order": "several words in another order",
    "partial": "the beginning of a word",
    "intent": "muscle, equipment or pattern",
    "physiotherapy": "a therapist's term, or a complaint",
}


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """A text that is searched, and the grades of the rows, by slug (in the canonical library) or name (imported)."""

    text: str
    language: str
    kind: str
    topic: str
    is_held_out: bool
    judgments: Mapping[str, int]


def lines(name: str) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines."""
    for line in (FOLDER / name).read_bytes().splitlines():
        yield orjson.loads(line)


def library_queries() -> Sequence[Query]:
    """The queries over the canonical library."""
    return _joined("queries.jsonl", {each["topic"]: each for each in lines("topics.jsonl")})


def imported_queries(rows: Sequence[Mapping[str, Any]]) -> Sequence[Query]:
    """The queries over these rows of free-exercise-db; their judgments are patterns of names."""
    topics = {}
    for each in lines("imported_topics.jsonl"):
        grades: dict[str, int] = {}
        for grade, patterns in sorted(each["judgments"].items()):  # a higher grade replaces a lower one
            grades |= {row["name"]: int(grade) for row in rows if any(matches(p, row) for p in patterns)}
        topics[each["topic"]] = {**each, "judgments": grades}
    return _joined("imported_queries.jsonl", topics)


def _joined(name: str, topics: Mapping[str, Mapping[str, Any]]) -> Sequence[Query]:
    found = []
    for each in lines(name):
        topic = topics[each["topic"]]
        is_held_out = topic.get("heldOut", False)
        found.append(Query(**each, is_held_out=is_held_out, judgments=topic["judgments"]))
    return found


def matches(pattern: str, row: Mapping[str, Any]) -> bool:
    """True if a row of free-exercise-db is one that the pattern stands for.

    `#` and twelve hexadecimal digits of its SHA-256 are a whole name, so that no name of the data is repeated here.
    Otherwise each of the pattern's words must hold: `curl`, a word of the name begins with it; `-incline`, none does;
    `@muscle:chest`, `@equipment:foam_roll`, `@category:stretching`, the row has that value.
    """
    words = re.findall("[a-z0-9]+", row["name"].lower().replace("'", ""))
    if pattern.startswith("#"):
        return pattern[1:] == hashlib.sha256(" ".join(words).encode()).hexdigest()[:12]
    return all(_holds(condition, words, row) for condition in pattern.split())


def _holds(condition: str, words: Sequence[str], row: Mapping[str, Any]) -> bool:
    if condition.startswith("@"):
        name, _, value = condition[1:].partition(":")
        actual = row["primaryMuscles"][0] if name == "muscle" else row[name]
        return bool(actual == value.replace("_", " "))
    if condition.startswith("-"):
        return not any(word.startswith(condition[1:]) for word in words)
    return any(word.startswith(condition) for word in words)
