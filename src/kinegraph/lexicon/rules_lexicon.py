"""The lexicon: concepts of training with their terms in English, Hebrew and Russian (docs/content.md, The lexicon)."""

import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from operator import itemgetter
from typing import Any  # JSON of the files

import orjson

from kinegraph.language.rules_index import TextIndex
from kinegraph.language.rules_text import language_of, search_text, stem, without_prefix

LANGUAGES = ("en", "he", "ru")
MAX_FAULTS = 20
"""Maximum number of faults in one error message."""
MAX_TERM_LENGTH = 60
MAX_MEANINGS = 3
"""Maximum number of concepts of one phrase."""

KEYS = {"concept", *LANGUAGES, "parts", "generic", "exercises"}
TERM_KEYS = {"term", "weight", "latin"}
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LETTERS: Mapping[str, re.Pattern[str]] = {
    "en": re.compile("[A-Za-z]"),
    "he": re.compile("[\u05d0-\u05ea]"),
    "ru": re.compile("[\u0400-\u04ff]"),
}
DROPPED = re.compile("['\"`\u2018\u2019\u201c\u201d\u05f3\u05f4]")
SPACED = re.compile("[-\u2010-\u2014\u05be/\\s]+")


class LexiconError(Exception):
    """The files of the lexicon contradict its rules. The message has a line for each fault, with file and concept."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase that names a concept, as people write it.

    `weight`, above 0 and at most 1: 1 where the term usually means this concept, less where it usually means another,
    or names a variant of it (`incline hammer curls` of `hammer-curl`).
    `latin`: a Hebrew or Russian term that contains Latin letters, as people type it (`TRX`, `V`).
    """

    text: str
    weight: float = 1.0
    latin: bool = False
    words: tuple[str, ...] = field(init=False, repr=False)
    """Its words in the form of search. The strings are shared with other terms."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", tuple(map(sys.intern, search_text(self.text).split())))


@dataclass(frozen=True, slots=True)
class Concept:
    """What the terms of three languages mean. The first term of each language is the usual one."""

    name: str
    subject: str
    terms: Mapping[str, tuple[Term, ...]]
    parts: tuple[str, ...] = ()
    """Names of the concepts that it consists of: `incline-curl` has `dumbbell-curl` and `incline`."""
    generic: bool = False
    """True where its terms say nothing about which exercise is meant: exercise, muscle, set."""
    exercises: tuple[str, ...] = ()
    """Of a condition (sciatica): English terms of the exercises that are often used for it, the most usual first.

    They say what a search finds, and nothing about what is safe for anybody.
    """


@cache
def lexicon() -> Mapping[str, Concept]:
    """The shipped concepts by name. Raises LexiconError."""
    folder = files("kinegraph.lexicon") / "concepts"
    named = sorted((file.name, file.read_bytes()) for file in folder.iterdir() if file.name.endswith(".json"))
    concepts = [concept for name, content in named for concept in concepts_of(name.removesuffix(".json"), content)]
    if faults := [*faults_of(concepts)]:
        raise LexiconError("\n".join(faults[:MAX_FAULTS]))
    return {concept.name: concept for concept in concepts}


def concepts_of(subject: str, content: bytes) -> list[Concept]:
    """The concepts of a file. Raises LexiconError where it is not JSON of their form."""
    try:
        return [_concept(subject, row) for row in orjson.loads(content)]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise LexiconError(f"{subject}: {error}") from None


def _concept(subject: str, row: Mapping[str, Any]) -> Concept:
    if unexpected := row.keys() - KEYS:
        raise ValueError(f"{row['concept']}: unexpected {sorted(unexpected)}")
    terms = {language: tuple(map(_term, row[language])) for language in LANGUAGES}
    parts, exercises = tuple(row.get("parts", ())), tuple(row.get("exercises", ()))
    return Concept(row["concept"], subject, terms, parts, bool(row.get("generic", False)), exercises)


def _term(value: str | Mapping[str, Any]) -> Term:
    if isinstance(value, str):
        return Term(value)
    if unexpected := value.keys() - TERM_KEYS:
        raise ValueError(f"{value}: unexpected {sorted(unexpected)}")
    return Term(value["term"], float(value.get("weight", 1)), bool(value.get("latin", False)))


def term_key(text: str) -> str:
    """The form in which terms are compared: no case, no quotation marks and geresh, hyphens as spaces, yo as ye."""
    folded = unicodedata.normalize("NFC", text).casefold().replace("ё", "е")
    return SPACED.sub(" ", DROPPED.sub("", folded)).strip()


def faults_of(concepts: Sequence[Concept]) -> Iterator[str]:
    """Every contradiction to the rules of the lexicon, a line each."""
    names = Counter(concept.name for concept in concepts)
    yield from (f"{name}: {count} concepts have this name" for name, count in names.items() if count > 1)
    for concept in concepts:
        for fault in (*_faults_of_parts(concept, names), *_faults_of_terms(concept)):
            yield f"{concept.subject}, {concept.name}: {fault}"
    yield from _faults_of_shared(concepts)
    yield from _faults_of_exercises(concepts)


def _faults_of_parts(concept: Concept, names: Mapping[str, int]) -> Iterator[str]:
    if not NAME.fullmatch(concept.name):
        yield "its name is not lower-case words joined by hyphens"
    others = names.keys() - {concept.name}
    yield from (f"part {part!r} is no other concept" for part in concept.parts if part not in others)


def _faults_of_terms(concept: Concept) -> Iterator[str]:
    for language, terms in concept.terms.items():
        if not terms or terms[0].weight < 1:
            yield f"has no first {language} term of weight 1"
        keys = Counter(term_key(term.text) for term in terms)
        yield from (f"{key!r} is {count} terms in {language}" for key, count in keys.items() if count > 1)
        for term in terms:
            yield from (f"{language} term {term.text!r} {fault}" for fault in _faults_of_term(language, term))


def _faults_of_term(language: str, term: Term) -> Iterator[str]:
    if term.text != " ".join(unicodedata.normalize("NFC", term.text).split()):
        yield "is not NFC, or has white space to strip"
    if not 0 < len(term.text) <= MAX_TERM_LENGTH:
        yield f"is empty, or longer than {MAX_TERM_LENGTH}"
    if not 0 < term.weight <= 1:
        yield f"has weight {term.weight}"
    if language != "en" and bool(LETTERS["en"].search(term.text)) != term.latin:
        yield "has Latin letters and is not marked" if not term.latin else "is marked as latin, and has no such letters"
    foreign = [other for other in LANGUAGES if other not in ("en", language) and LETTERS[other].search(term.text)]
    if foreign:
        yield f"has letters of {foreign[0]}"
    if not any(character.isalnum() for character in term.text):
        yield "has no letter and no digit"


def _faults_of_shared(concepts: Iterable[Concept]) -> Iterator[str]:
    """A term of several concepts means one of them usually: it has less than the full weight in all others."""
    full: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for concept in concepts:
        for language, terms in concept.terms.items():
            for term in terms:
                if term.weight == 1:
                    full[language, term_key(term.text)].add(concept.name)
    for (language, key), names in full.items():
        if len(names) > 1:
            yield f"{language} term {key!r} has weight 1 in {', '.join(sorted(names))}"


def _faults_of_exercises(concepts: Sequence[Concept]) -> Iterator[str]:
    """The exercises of a condition are English terms of other concepts."""
    terms = {term_key(term.text) for concept in concepts if not concept.exercises for term in concept.terms["en"]}
    for concept in concepts:
        for term in concept.exercises:
            if term_key(term) not in terms:
                yield f"{concept.subject}, {concept.name}: exercise {term!r} is no English term"


# ------------------------------------------------------------------------------------------------ phrases


MIN_USUAL = 0.9
"""Least weight of a meaning by which a word stands for the usual one."""
WEIGHTS = 10_000
"""Weights are stored as whole numbers of this fraction, below the number of the concept, in the index of phrases."""


@cache
def _concepts() -> tuple[Concept, ...]:
    """The concepts by their numbers in the index of phrases."""
    return tuple(lexicon().values())


@cache
def _phrases() -> TextIndex:
    """The concepts by each of their terms without spaces, as written and without endings."""
    return TextIndex(_entries())


def _entries() -> Iterator[tuple[str, int]]:
    for number, concept in enumerate(_concepts()):
        for terms in concept.terms.values():
            for term in terms:
                stems = "".join(map(stem, term.words))
                for key, weight in (("".join(term.words), term.weight), (f"~{stems}", term.weight * 0.9)):
                    yield key, number << 16 | round(weight * WEIGHTS)


def _meant(key: str) -> list[tuple[Concept, float]]:
    """The concepts of a key of the index, with the weight of the heaviest of their terms, these first."""
    found: dict[int, int] = {}
    for entry in _phrases().numbers(key):  # ascending: the heaviest of a concept is the last
        found[entry >> 16] = entry & 0xFFFF
    heaviest = sorted(found.items(), key=lambda each: -each[1])[:MAX_MEANINGS]
    return [(_concepts()[number], weight / WEIGHTS) for number, weight in heaviest]


def meanings(words: Sequence[str]) -> tuple[tuple[Concept, float], ...]:
    """The concepts of a phrase: as it is written, without endings, without Hebrew prefixes, or with usual words."""
    for key in _written(words):
        if found := _meant(key):
            return tuple(found)
    usual = [_usual(word) for word in words] if len(words) > 1 else words
    return tuple(next(filter(None, map(_meant, _keys(usual))), ())) if [*usual] != [*words] else ()


def _written(words: Sequence[str]) -> Iterator[str]:
    """The keys of a phrase as it is written, without endings and without Hebrew prefixes."""
    yield from _keys(words)
    bare = [without_prefix(word) for word in words]
    if bare != [*words]:
        yield "".join([bare[0], *words[1:]])
        yield f"~{''.join(map(stem, bare))}"
    if (twice := without_prefix(bare[0])) != words[0]:
        yield from _keys([twice, *words[1:]])


def _keys(words: Sequence[str]) -> Iterator[str]:
    """The keys of a phrase in the index, as written and without endings."""
    yield "".join(words)
    yield f"~{''.join(map(stem, words))}"


@lru_cache(2_000)
def _usual(word: str) -> str:
    """The usual word, in its language, for the concept that a word means: `dumbbell` for `db`."""
    found = _meant(word)[:1] or _meant(f"~{stem(word)}")[:1]
    terms = found[0][0].terms[language_of(word)] if found and found[0][1] >= MIN_USUAL else ()
    return terms[0].words[0] if terms and len(terms[0].words) == 1 else word


@cache
def _compositions() -> Mapping[str, Sequence[tuple[int, Concept, frozenset[str]]]]:
    """The concepts that consist of several others, by the first of these: with their numbers and the names of these."""
    found: defaultdict[str, list[tuple[int, Concept, frozenset[str]]]] = defaultdict(list)
    for number, each in enumerate(_concepts()):
        if len(each.parts) > 1:
            found[each.parts[0]].append((number, each, frozenset(each.parts)))
    return found


def composed_of(names: Sequence[AbstractSet[str]]) -> Iterator[tuple[int, Concept]]:
    """Concepts that several sets of names have all parts of, together: each with the place of each of these sets.

    So a phrase is understood whose words stand apart, or in another order.
    """
    said = frozenset[str]().union(*names) if len(names) > 1 else frozenset()
    begun = (each for name in said for each in _compositions().get(name, ()) if each[2] <= said)
    for _, concept, parts in sorted(begun, key=itemgetter(0)):
        places = [place for place, of in enumerate(names) if of & parts]
        yield from ((place, concept) for place in places if len(places) > 1)


@lru_cache(4_000)
def term_words(term: str) -> tuple[str, ...]:
    """The words of a term in the form of search, which follow from its text alone."""
    return tuple(search_text(term).split())


def weighted_terms(concept: Concept, english: int, others: int) -> tuple[tuple[tuple[str, ...], float], ...]:
    """The words of a concept's first terms, with their weights: the usual English term weighs most."""
    return _weighted(concept.name, english, others)


@lru_cache(2_000)
def _weighted(name: str, english: int, others: int) -> tuple[tuple[tuple[str, ...], float], ...]:
    found = []
    for language, terms in lexicon()[name].terms.items():
        for position, term in enumerate(terms[: english if language == "en" else others]):
            usual = 0.95 if position == 0 else 0.85
            found.append((term.words, term.weight * (usual if language == "en" else usual - 0.05)))
    return tuple(found)
