"""The parts of a written text that have what was sought, as ranges in UTF-16 code units.

Ranges lie inside the text, in ascending order, do not overlap, and begin and end between characters as people see them:
no surrogate pair is cut, and no letter from its combining marks.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from kinegraph.language.rules_text import search_text, stem, without_prefix

Range = tuple[int, int]
"""The start and the length."""

MIN_COMMON = 4
"""Length of the shortest beginning that two forms of a word share where their stems differ."""
MAX_ENDING = 3
"""Maximum length of what follows it."""

_WRITTEN_WORD = re.compile("[\\w'\u2019\u05f3\u05f4\u0300-\u036f\u0591-\u05c7]+")


def begun(text: str, starts: Sequence[str]) -> list[Range]:
    """The beginnings of words that are one of `starts`, texts in the form of search."""
    found = []
    for word in _WRITTEN_WORD.finditer(text):
        written = word.group()
        for start in starts:
            if search_text(written).startswith(start):
                end = next(end for end in range(1, len(written) + 1) if search_text(written[:end]).startswith(start))
                found.append(_range(text, word.start(), word.start() + end))
                break
    return found


def marked(text: str, sought: Iterable[Sequence[str]]) -> list[Range]:
    """The words of a text that make one of these texts in the form of search: inflected, joined, or in any order."""
    written = [*_WRITTEN_WORD.finditer(text)]
    words = [search_text(each.group()) for each in written]
    found: set[int] = set()
    for terms in sought:
        found |= _places(words, terms)
    return [_range(text, written[place].start(), written[place].end()) for place in sorted(found)]


def _places(words: Sequence[str], terms: Sequence[str]) -> set[int]:
    """The places of all terms among words, or of the words that are joined to them; none where one term is missing."""
    joined = "".join(terms)
    whole = {place for place, word in enumerate(words) if _has_stem(word, joined)}
    pairs = {place for place in range(len(words) - 1) if _has_stem(words[place] + words[place + 1], joined)}
    places = [[place for place, word in enumerate(words) if _is_form(word, term)] for term in terms]
    each = {place for of in places for place in of} if all(places) else set()
    return whole | pairs | {place + 1 for place in pairs} | each


def _is_form(word: str, term: str) -> bool:
    """True if a word is a form of the other: of one stem, or with another ending, or a Hebrew prefix."""
    common = len(_common(word, term))
    return _has_stem(word, term) or (common >= MIN_COMMON and max(len(word), len(term)) - common <= MAX_ENDING)


def _has_stem(word: str, term: str) -> bool:
    bare = without_prefix(word)
    return bool(word) and (stem(word) == stem(term) or bare == term or stem(bare) == stem(without_prefix(term)))


def _common(one: str, other: str) -> str:
    shorter = min(len(one), len(other))
    return one[: next((index for index in range(shorter) if one[index] != other[index]), shorter)]


def _range(text: str, start: int, end: int) -> Range:
    """The range between two places of a text, with the marks that follow, and without those of what is before."""
    while start < end and _is_joined(text[start]):
        start += 1
    while end < len(text) and _is_joined(text[end]):
        end += 1
    return _units(text[:start]), _units(text[start:end])


def _is_joined(character: str) -> bool:
    """True for what makes one visible character with the one before: marks, joiners, and what modifies an emoji."""
    is_modifier = "\U0001f3fb" <= character <= "\U0001f3ff"
    return is_modifier or character in "\u200c\u200d" or unicodedata.category(character)[0] == "M"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
