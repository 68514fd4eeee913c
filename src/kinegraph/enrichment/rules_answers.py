"""The rules that answers of the language model must pass: their form, and which aliases are plausible.

An answer is as untrusted as any input: nothing of it is stored but texts that pass these rules, as proposals for the
exercises that were sent.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # the JSON of an answer
from uuid import UUID

import jsonschema

from kinegraph.enrichment.rules import AliasLanguage, alias_identity
from kinegraph.enrichment.rules_requests import Entry, answer_schema
from kinegraph.kit.text import normalized

MAX_ALIAS_LENGTH = 60
"""Characters of a proposed alias, at most."""
MAX_ALIASES = 5
"""Aliases that are proposed for an exercise and language by one answer, at most."""

LETTERS: Mapping[AliasLanguage, re.Pattern[str]] = {
    AliasLanguage.HE: re.compile("[א-ת]"),
    AliasLanguage.RU: re.compile("[А-Яа-яЁё]"),
}
"""The letters of each language."""
LATIN = re.compile("[A-Za-z]")
OTHERS = re.compile(r"[0-9 \-\u2013\u05be'\u2019\u05f3\u05f4\"()/+.,&°]")
"""Characters of names beside letters: digits, spaces, hyphens, apostrophes, geresh and a few more."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A text that passed the rules, for one exercise."""

    exercise_id: UUID
    language: AliasLanguage
    text: str

    @property
    def identity(self) -> str:
        """The form in which it is compared."""
        return alias_identity(self.text)


@dataclass(frozen=True, slots=True)
class Answer:
    """A readable answer: proposals in their order, the entries that it answers, the number of texts refused."""

    proposals: list[Proposed]
    answered: list[Entry]
    refused: int


def read_answer(values: Any, entries: Sequence[Entry]) -> Answer | None:
    """An answer of the language model; None for one that is not of the form that was requested.

    A text that is given for two exercises names neither, and is refused for both.
    """
    if not jsonschema.Draft202012Validator(answer_schema(len(entries))).is_valid(values):
        return None
    by_number = {int(each["number"]): each["aliases"] for each in values["exercises"]}
    if len(by_number) != len(values["exercises"]):
        return None
    answered = [entry for number, entry in enumerate(entries, 1) if number in by_number]
    given = [
        Proposed(entry.exercise_id, language, _cleaned(text))
        for number, entry in enumerate(entries, 1)
        for language in entry.languages
        for text in by_number.get(number, {}).get(language, ())
    ]
    count = sum(len(texts) for aliases in by_number.values() for texts in aliases.values())
    shared = _shared(given)
    proposals = _bounded([each for each in given if is_plausible(each) and each.identity not in shared])
    return Answer(proposals, answered, count - len(proposals))


def is_plausible(proposed: Proposed) -> bool:
    """True if a text may be a name of an exercise in its language.

    It is short, has at least two letters of the language and no more Latin ones, and nothing else but what names have.
    """
    own = LETTERS[proposed.language].findall(proposed.text)
    latin = LATIN.findall(proposed.text)
    others = OTHERS.findall(proposed.text)
    return (
        len(proposed.text) <= MAX_ALIAS_LENGTH
        and len(own) >= max(2, len(latin))
        and len(own) + len(latin) + len(others) == len(proposed.text)
    )


def alias_fault(text: str) -> str | None:
    """Why a reviewer's text is no name of an exercise; None if it may be one. Its language is the reviewer's choice."""
    letters = sum(len(each.findall(text)) for each in (*LETTERS.values(), LATIN))
    if letters >= 2 and letters + len(OTHERS.findall(text)) == len(text):
        return None
    return (
        "Must have two letters or more, Hebrew, Russian or Latin ones, and nothing else but what names have beside: "
        "digits, spaces, hyphens, apostrophes, quotation marks and ( ) / + . , & °."
    )


def new_proposals(proposals: Sequence[Proposed], names: Mapping[UUID, Collection[str]]) -> list[Proposed]:
    """The proposals for exercises that are there, and that are none of their names; `names` has these by exercise."""
    taken = {id: {alias_identity(name) for name in written} for id, written in names.items()}
    return [each for each in proposals if each.exercise_id in taken and each.identity not in taken[each.exercise_id]]


def _cleaned(text: str) -> str:
    """A text in the form in which it is stored: NFC, each white space one space. Vowel points are not written."""
    return " ".join(normalized(without_points(text)).split())


def without_points(text: str) -> str:
    """A text without Hebrew vowel points, which are not written in aliases."""
    return "".join(c for c in text if not ("\u0591" <= c <= "\u05c7" and unicodedata.combining(c)))


def _shared(proposals: Sequence[Proposed]) -> set[str]:
    """The identities that were given for more than one exercise."""
    exercises = Counter(identity for _, identity in {(each.exercise_id, each.identity) for each in proposals})
    return {identity for identity, count in exercises.items() if count > 1}


def _bounded(proposals: Sequence[Proposed]) -> list[Proposed]:
    """The proposals without repeated ones, at most MAX_ALIASES for each exercise and language."""
    found: dict[tuple[UUID, str], Proposed] = {}
    counts: Counter[tuple[UUID, AliasLanguage]] = Counter()
    for each in proposals:
        is_new = (each.exercise_id, each.identity) not in found
        if is_new and counts[each.exercise_id, each.language] < MAX_ALIASES:
            counts[each.exercise_id, each.language] += 1
            found[each.exercise_id, each.identity] = each
    return [*found.values()]
