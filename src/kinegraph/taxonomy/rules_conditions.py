"""The conditions that contraindicate exercises: keys, parents, synonyms (docs/domain.md, Training layers).

A text *means* the entries of which it is the key or a synonym. Spellings differ by case, by underscores and hyphens for
spaces between words, and by forms of one character (`folded`); nothing else is replaced, so that `Flexion <90` never
means `Flexion >90`, nor `Rh-` `Rh`.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from itertools import islice

import orjson

from kinegraph.kit.text import identity_of

_SAME = str.maketrans({"\u2010": "-", "\u2011": "-", "\u2013": "-", "\u2014": "-", "\u2019": "'", "\u05f3": "'"})
_SEPARATORS = re.compile(r"[\s_]+|-")
_ALL_HYPHENS = re.compile(r"(?:[\s_]|-(?![0-9]))+")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of the vocabulary."""

    key: str
    synonyms: tuple[str, ...]
    parent: str | None = None
    """The condition that includes it: who has this one has that one too."""


@cache
def vocabulary() -> Mapping[str, Condition]:
    """The conditions by key, in the order of the file, which has the conditions of one kind together."""
    entries = orjson.loads((files("kinegraph.taxonomy") / "conditions.json").read_bytes())
    return {entry["key"]: Condition(entry["key"], tuple(entry["synonyms"]), entry.get("parent")) for entry in entries}


@cache
def inclusions() -> tuple[list[str], list[str]]:
    """Two lists of keys: the n-th of the second is the n-th of the first, or a condition that includes it."""
    pairs = []
    for key in vocabulary():
        of: str | None = key
        while of is not None:
            pairs.append((key, of))
            of = vocabulary()[of].parent
    return [key for key, _ in pairs], [of for _, of in pairs]


def folded(text: str) -> str:
    """The form in which the spellings of one condition are equal."""
    return _SEPARATORS.sub(_separator, identity_of(unicodedata.normalize("NFKC", text).translate(_SAME)))


def _separator(found: re.Match[str]) -> str:
    """A space for a hyphen or underscores between two words; at the edge of a word they are signs, and stay.

    A hyphen before a digit may be a minus sign.
    """
    before, after = found.string[max(found.start() - 1, 0) : found.start()], found.string[found.end() : found.end() + 1]
    is_hyphen = found[0] == "-"
    is_between = _is_one_of(before, "LMN") and _is_one_of(after, "L" if is_hyphen else "LN")
    return " " if is_between else found[0]


def _is_one_of(character: str, categories: str) -> bool:
    """True for a letter (L), mark (M) or number (N) of any script, as `categories` says."""
    return character != "" and unicodedata.category(character)[0] in categories


@cache
def _by_spelling() -> Mapping[str, frozenset[str]]:
    """The keys that each folded key and synonym means. One synonym may have several meanings."""
    found: dict[str, set[str]] = {}
    for condition in vocabulary().values():
        for text in (condition.key, *condition.synonyms):
            found.setdefault(folded(text), set()).add(condition.key)
    return {text: frozenset(keys) for text, keys in found.items()}


@cache
def _by_key() -> Mapping[str, frozenset[str]]:
    """The keys that each key means, as `_by_spelling` says: stored conditions are keys, which need not be folded."""
    return {key: _by_spelling()[folded(key)] for key in vocabulary()}


def meant(text: str) -> frozenset[str]:
    """The keys of the vocabulary that a text means; none for an unknown one.

    No two of its names differ by a hyphen at the edge of a word, so that `Knee - pain` means `knee_pain`.
    """
    if (of_key := _by_key().get(text)) is not None:
        return of_key
    spelling, spellings = folded(text), _by_spelling()
    return spellings.get(spelling) or spellings.get(_ALL_HYPHENS.sub(" ", spelling).strip(), frozenset())


MAX_CONDITION_LENGTH = 120
MAX_COMPARED = 1_000
"""The conditions of an organization's own, at most, that an unknown one is compared with."""
MAX_SUGGESTED = 5
"""The unknown conditions of an input, at most, for which the nearest known ones are sought."""

MIN_LIKENESS = 0.7
"""The least share of equal letters (`difflib`) with which a condition is suggested for an unknown one."""


def nearest(text: str, others: Iterable[str]) -> list[str]:
    """At most three known conditions that are nearest to an unknown one: keys, or texts of `others`.

    First those of the vocabulary whose key has all of its words, then those by a synonym, then those of others, the
    shortest first; then what is spelled alike.
    """
    sought = folded(text)[:MAX_CONDITION_LENGTH]
    named = {folded(other): (other,) for other in others}
    own = {spelling: tuple(sorted(keys)) for spelling, keys in _by_spelling().items()}
    names, words = {**named, **own}, set(sought.split())
    having = [spelling for spelling in names if words and words <= set(spelling.split())]
    keys = {folded(key) for key in vocabulary()}
    having.sort(key=lambda spelling: (spelling not in own, spelling not in keys, len(spelling), spelling))
    close = get_close_matches(sought, names, n=3, cutoff=MIN_LIKENESS)
    return list(dict.fromkeys(name for spelling in (*having, *close) for name in names[spelling]))[:3]


def unknown_fault(text: str, others: Iterable[str] = (), *, is_compared: bool = True) -> str:
    """The message for an unknown condition, with the nearest of the vocabulary and of `others` where it is compared."""
    close = nearest(text[:MAX_CONDITION_LENGTH], islice(others, MAX_COMPARED)) if is_compared else []
    hint = f"the nearest known: {', '.join(close)}" if close else "contraindicationConditions lists them"
    return f"There is no condition {text[:60]!r}; {hint}."
