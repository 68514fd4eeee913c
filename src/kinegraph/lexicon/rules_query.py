"""The analysis of a search query: what it may mean, as full-text queries with weights.

A query is split into segments: the longest phrases that the lexicon has, and single words. Each segment, each word
and each concept that a segment consists of is a *slot*, with alternatives: what was written, which weighs most, and
terms of the concept in all languages. The statement (`search.sql`) gives a row for each slot the best alternative that
it has.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, combinations, islice

from kinegraph.kit.checks import character_fault
from kinegraph.kit.errors import InvalidInput
from kinegraph.language.rules_fulltext import BEGINNING, Alternative, Words, all_of, any_of, of_slots
from kinegraph.language.rules_text import EVERY_PART, STOP_WORDS, Part, language_of, search_text
from kinegraph.lexicon.rules_lexicon import Concept, composed_of, lexicon, meanings, term_words, weighted_terms
from kinegraph.lexicon.rules_spelling import (
    Segment,
    completions_beside,
    corrections,
    in_other_layout,
    is_word,
    with_pairs,
)

MAX_LENGTH = 200
"""Maximum length of a query, in characters."""
MAX_WORDS = 12
"""Maximum number of words that are searched; the others of a longer query are left out."""
MAX_PHRASE = 6
"""Maximum number of words in a phrase of the lexicon."""
MAX_CORRECTED = 4
"""Maximum number of words of a query that are corrected."""
ALL_BUT_ONE = (3, 4)
"""The numbers of segments of which rows are sought that lack one; of more segments there would be too many queries."""
MAX_CHOICES = 8
"""Maximum number of choices of segments of which rows are sought that have not all."""
MAX_ALTERNATIVES = 16
"""Maximum number of texts of a segment that rows may have, the written one included."""
MAX_TERMS: Mapping[bool, int] = {True: 8, False: 2}
"""Maximum number of a concept's terms that rows may have, of each language.

True for English, and for Hebrew and Russian where the query is in one of them; False for both where it is in English.
"""
MAX_WHOLE: Mapping[bool, int] = {True: 6, False: 2}
"""The same, of terms that whole names are compared with; later terms of a concept name variants."""
MAX_CONDITION: Mapping[bool, int] = {True: 2, False: 1}
"""The same, of the terms of a condition."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """An analysed query."""

    text: str
    """The query in the form of search, corrected where it was typed on another layout."""
    segments: tuple[Segment, ...]
    alternatives: tuple[Alternative, ...]
    exact: tuple[tuple[str, float], ...] = field(default=())
    """Whole names and aliases without spaces, with the weight of a row that has one."""

    every: tuple[str, ...] = ()
    """Full-text queries, any of which the rows have that have the first segment.

    Of one segment each of its texts is a query of its own: an index finds these sooner than one of all of them.
    """
    others: str = ""
    """The full-text query of the other segments: an index finds two queries sooner than one that has both."""
    some: tuple[str, ...] = ()
    """Full-text queries of rows with one segment; before them, of those that lack one of three or four.

    Where there is one segment alone, of rows with the movement of its concept: variants of what is meant.
    """
    texts: tuple[tuple[Words, ...], ...] = ()
    """The texts of each segment, any of which its rows have."""

    @property
    def is_misspelled(self) -> bool:
        """True if a segment means no concept, or was corrected; a last word that is unfinished does not count."""
        doubtful = (each for each in self.segments if not each.is_unfinished)
        return any(segment.corrected or not segment.concepts for segment in doubtful)


def _some(texts: Sequence[Sequence[Words]], segments: Sequence[Segment]) -> Iterator[str]:
    if len(texts) in ALL_BUT_ONE:
        yield from (all_of(others) for others in combinations(texts, len(texts) - 1))
    if len(texts) > 1:
        yield from map(any_of, texts)
    elif heads := dict.fromkeys(words for segment in segments for words in _heads(segment)):
        yield any_of([*heads])


def checked_query(q: str) -> SearchQuery:
    """The analysed query. Raises InvalidInput where nothing in it can be searched, or it is too long."""
    require_words(q, "q")
    return analysed(q)


def require_words(text: str, path: str) -> None:
    """Raise InvalidInput where nothing in a text can be searched, or it is too long."""
    if len(text) > MAX_LENGTH:
        raise InvalidInput(f"Must be at most {MAX_LENGTH} characters; this is {len(text):,}.", path)
    if fault := character_fault(text):
        raise InvalidInput(fault, path)
    if not search_text(text):
        raise InvalidInput("Must have a letter or a digit: say what is searched.", path)


def prepare() -> None:
    """Build what follows from the lexicon before a query needs it: this takes a second."""
    analysed("xqzxqzxqz")
    for part in {part for concept in lexicon().values() for part in concept.parts}:
        _of_part(part)


@lru_cache(128)
def analysed(q: str, parts: frozenset[Part] = EVERY_PART) -> SearchQuery:
    """The analysis of a query that has a word, by these parts alone."""
    text = " ".join(search_text((Part.LAYOUT in parts and in_other_layout(q)) or q).split()[:MAX_WORDS])
    segments = _segments(text.split(), parts)
    alternatives = [a for a in _alternatives(segments) if a.slot < len(segments) or Part.COMPONENTS in parts]
    exact = _exact(text, segments) if Part.WHOLE_NAMES in parts else ()
    texts = tuple(of_slots(len(segments), alternatives))
    some = tuple(islice(_some(texts, segments), MAX_CHOICES))
    every = [[words] for words in texts[0]] if len(texts) == 1 else texts[:1]
    least = tuple(dict.fromkeys(map(any_of, every)))  # texts with the same stems are one
    return SearchQuery(text, segments, tuple(alternatives), tuple(exact), least, all_of(texts[1:]), some, texts)


# ------------------------------------------------------------------------------------------------ segments


def _segments(words: Sequence[str], parts: frozenset[Part]) -> tuple[Segment, ...]:
    """The segments of a query; words that say nothing are left out where others are there."""
    begun = completions_beside(words) if Part.SPELLING in parts else ()
    unfinished = words[-1] if begun else ""
    words = [*with_pairs(words[:-1]), unfinished] if unfinished else with_pairs(words)
    found = [*_split(words, parts)]
    wrong = {s.words[0]: s.corrected for s in found if not s.concepts and s.corrected}
    if unfinished:
        wrong[unfinished] = begun
    if wrong:
        mended = [*_split([wrong.get(word, (word,))[0] for word in words], parts)]
        found = [_with_written(segment, wrong, unfinished) for segment in mended]
    found = _with_conditions(found)
    said = [each for each in found if not each.is_generic and not set(each.words) <= STOP_WORDS]
    return tuple(said or found)


def _with_conditions(segments: Sequence[Segment]) -> list[Segment]:
    """The segments, of which those that make a condition together are one (`pain in the knee`)."""
    names = [{n for c, _ in s.concepts for n in (c.name, *c.parts)} for s in segments]
    composed = [(place, concept) for place, concept in composed_of(names) if concept.exercises]
    if not composed or any(segment.is_condition for segment in segments):
        return [*segments]
    condition = composed[0][1]
    places = [place for place, concept in composed if concept is condition]
    words = tuple(word for place in places for word in segments[place].words)
    others = [each for place, each in enumerate(segments) if place not in places]
    return [Segment(words, ((condition, 1.0),)), *others]


def _with_written(segment: Segment, wrong: Mapping[str, tuple[str, ...]], unfinished: str) -> Segment:
    """The segment of corrected words with the words as they were written."""
    written = {corrected[0]: word for word, corrected in wrong.items()}
    if not any(word in written for word in segment.words):
        return segment
    words = tuple(written.get(word, word) for word in segment.words)
    corrected = segment.words if len(words) > 1 else wrong[words[0]]
    mended = corrected if len(words) == 1 else (" ".join(segment.words),)
    return Segment(words, segment.concepts, mended, is_unfinished=words[-1] == unfinished)


def _split(words: Sequence[str], parts: frozenset[Part]) -> Iterator[Segment]:
    """The longest phrases of the lexicon first, then single words, in their order."""
    taken: dict[int, Segment] = {}
    free = set(range(len(words)))
    for size in range(min(MAX_PHRASE, len(words)), 0, -1) if Part.LEXICON in parts else ():
        for start in range(len(words) - size + 1):
            span = range(start, start + size)
            concepts = meanings(words[start : start + size]) if free.issuperset(span) else ()
            if concepts:
                taken[start] = Segment(tuple(words[start : start + size]), concepts)
                free.difference_update(span)
    unknown = [words[index] for index in sorted(free) if words[index] not in STOP_WORDS and not is_word(words[index])]
    for index in free:
        word = words[index]
        is_corrected = Part.SPELLING in parts and word in unknown[:MAX_CORRECTED]
        mended = tuple(corrections(word)) if is_corrected else ()
        taken[index] = Segment((word,), (), mended)
    return (taken[index] for index in sorted(taken))


# ------------------------------------------------------------------------------------------------ alternatives

USUAL = ("barbell", "dumbbell", "bodyweight", "standing")
"""The first words of names of the usual form of a movement: the barbell squat is a squat."""
BESIDE = frozenset(("modifiers", "equipment", "muscles", "body_parts", "training", "conditions"))
"""Subjects of concepts that alone name no exercise."""
WORD_SHARE, PART_SHARE = 0.3, 0.25
"""The shares of a phrase's single words, and of what its concept consists of, beside the phrase's own of 1."""
USUAL_WEIGHT = 0.95
"""The weight of a concept's usual English term, which stays apart from those that are compared together."""


def _alternatives(segments: Sequence[Segment]) -> Iterator[Alternative]:
    composed = [*composed_of([{n for c, _ in s.concepts for n in (c.name, *c.parts)} for s in segments])]
    for slot, segment in enumerate(segments):
        best: dict[tuple[str, ...], float] = {}
        of_several = (weighted_terms(concept, 3, 1) for place, concept in composed if place == slot)
        for words, weight in (*_of_segment(segment), *_used(segment), *chain.from_iterable(of_several)):
            best[words] = max(weight, best.get(words, 0))
        heaviest = sorted(best.items(), key=lambda each: -each[1])[:MAX_ALTERNATIVES]
        yield from _by_weight(slot, 1.0, heaviest)
    slot = len(segments)
    for segment in segments:
        if segment.is_condition:
            continue
        for word in segment.sought if len(segment.words) > 1 else ():
            if word not in STOP_WORDS:
                yield Alternative(slot, WORD_SHARE, 1.0, ((word,),))
                slot += 1
        for part in segment.concepts[0][0].parts if segment.concepts else ():
            yield from (each._replace(slot=slot) for each in _of_part(part))
            slot += 1


@lru_cache(1_000)
def _of_part(name: str) -> tuple[Alternative, ...]:
    """The alternatives of a concept that others consist of, for slot 0."""
    return tuple(_by_weight(0, PART_SHARE, dict(weighted_terms(lexicon()[name], 4, 2)).items()))


def _by_weight(slot: int, share: float, texts: Iterable[tuple[tuple[str, ...], float]]) -> Iterator[Alternative]:
    """The texts of a slot, those whose weights are almost equal together: the statement compares each with each row."""
    found: defaultdict[float, list[Words]] = defaultdict(list)
    for words, weight in texts:
        found[_level(weight, share)].append(words)
    yield from (Alternative(slot, share, weight, tuple(of)) for weight, of in found.items())


def _level(weight: float, share: float) -> float:
    """The weight that stands for almost equal ones; those of a phrase's part differ by less than a word of a name."""
    if share < 1:
        return USUAL_WEIGHT if weight >= 0.75 else 0.5
    return USUAL_WEIGHT if USUAL_WEIGHT - 0.01 < weight < 1 else int(10 * weight + 1e-6) / 10


def _heads(segment: Segment) -> Iterator[tuple[str, ...]]:
    """The usual terms of the movements or exercises that the segment's concept consists of."""
    for part in segment.concepts[0][0].parts if segment.concepts else ():
        if lexicon()[part].subject not in BESIDE:
            for words, _ in islice(weighted_terms(lexicon()[part], 2, 1), 4):
                yield words


def _of_segment(segment: Segment, most: Mapping[bool, int] = MAX_TERMS) -> Iterator[tuple[tuple[str, ...], float]]:
    """The words that a row may have for a segment, with their weights."""
    yield segment.sought, 0.9 if segment.corrected and not segment.is_unfinished else 1.0
    for text in segment.corrected:
        yield tuple(text.split()), 0.95
    own = language_of(segment.words[0])
    for concept, weight in segment.concepts:
        bounds = MAX_CONDITION if concept.exercises else most
        for words, each in weighted_terms(concept, bounds[True], bounds[own != "en"]):
            yield words, weight * each
        if len(concept.parts) > 1 and not concept.exercises:
            yield words_of_parts(concept), weight * 0.6


def words_of_parts(concept: Concept) -> Words:
    """The usual English words of what a concept consists of."""
    return tuple(dict.fromkeys(word for part in concept.parts for word in lexicon()[part].terms["en"][0].words))


def _used(segment: Segment) -> Iterator[tuple[tuple[str, ...], float]]:
    """The names of the exercises that are used for the conditions of a segment, the most usual first."""
    language = language_of(segment.words[0])
    for concept, weight in segment.concepts:
        for position, term in enumerate(concept.exercises):
            words, usual = term_words(term), 0.9 - 0.04 * position
            yield words, weight * usual
            if language != "en":
                yield meanings(words)[0][0].terms[language][0].words, weight * usual / 2


def _exact(text: str, segments: Sequence[Segment]) -> Iterable[tuple[str, float]]:
    """Whole names: the query, and where it is one phrase, the terms of its concepts."""
    found = {text.replace(" ", ""): 1.0}
    if len(segments) == 1:
        for concept, weight in segments[0].concepts[:1] if not segments[0].corrected else ():
            usual = "".join(concept.terms["en"][0].words)
            found |= {f"{first}{usual}": 0.5 * weight for first in USUAL}
        for words, weight in _of_segment(segments[0], MAX_WHOLE):
            if not words[-1].endswith(BEGINNING):
                found.setdefault("".join(words), 0.8 * weight)
    return found.items()
