"""The lexicon of search: what is refused in its files, and what the shipped ones contain."""

from collections import Counter
from typing import Any  # JSON of a concept

import orjson
import pytest

from kinegraph.lexicon.rules_lexicon import (
    LANGUAGES,
    Concept,
    LexiconError,
    concepts_of,
    faults_of,
    lexicon,
    term_key,
)

ROW: dict[str, Any] = {"concept": "lunge", "en": ["lunge"], "he": ["מכרע", "לאנג'"], "ru": ["выпад"]}
MIN_CONCEPTS = 600
"""Fewest concepts that the lexicon is wanted to have, as a loss of a file would show."""


def read(*rows: dict[str, Any]) -> list[Concept]:
    return concepts_of("some", orjson.dumps([*rows]))


def concepts_with(language: str, text: str) -> set[str]:
    """The names of the shipped concepts that a term means, whatever its weight."""
    key = term_key(text)
    return {name for name, each in lexicon().items() if any(term_key(t.text) == key for t in each.terms[language])}


# ---------------------------------------------------------------------------------- what is refused


def test_a_concept_with_terms_in_three_languages_has_no_fault() -> None:
    assert [*faults_of(read(ROW))] == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"exercises": ["no such exercise"]}, "exercise 'no such exercise' is no English term"),
        ({"concept": "Walking lunge"}, "its name is not lower-case words joined by hyphens"),
        ({"he": []}, "has no first he term of weight 1"),
        ({"ru": [{"term": "выпад", "weight": 0.5}]}, "has no first ru term of weight 1"),
        ({"ru": ["выпад", "Выпад"]}, "is 2 terms in ru"),
        ({"ru": ["подъём", "подъем"]}, "is 2 terms in ru"),
        ({"he": ["לאנג'", "לאנג"]}, "is 2 terms in he"),
        ({"en": ["step-up", "step up"]}, "is 2 terms in en"),
        ({"en": [" lunge"]}, "is not NFC, or has white space to strip"),
        ({"ru": ["выпад \u0438\u0306"]}, "is not NFC, or has white space to strip"),
        ({"en": ["lunge" * 13]}, "is empty, or longer than 60"),
        ({"en": ["lunge", {"term": "L", "weight": 0}]}, "has weight 0.0"),
        ({"en": ["lunge", {"term": "L", "weight": 2}]}, "has weight 2.0"),
        ({"he": ["רצועות TRX"]}, "has Latin letters and is not marked"),
        ({"ru": [{"term": "выпад", "latin": True}]}, "is marked as latin, and has no such letters"),
        ({"ru": ["выпад מכרע"]}, "has letters of he"),
        ({"en": ["выпад"]}, "has letters of ru"),
        ({"en": ["lunge", "…"]}, "has no letter and no digit"),
        ({"parts": ["squat"]}, "part 'squat' is no other concept"),
        ({"parts": ["lunge"]}, "part 'lunge' is no other concept"),
    ],
)
def test_a_concept_that_contradicts_the_rules_is_a_fault_that_names_it(change: dict[str, Any], fault: str) -> None:
    faults = [*faults_of(read({**ROW, **change}))]
    assert faults and all(fault in each and each.startswith("some, ") for each in faults)


def test_a_name_that_two_concepts_have_is_a_fault() -> None:
    other = {"concept": "lunge", "en": ["split"], "he": ["ספליט"], "ru": ["сплит"]}
    assert [*faults_of(read(ROW, other))] == ["lunge: 2 concepts have this name"]


def test_a_term_may_have_the_full_weight_in_one_concept_only() -> None:
    other = {"concept": "split", "en": ["Lunge", "split"], "he": ["ספליט"], "ru": ["сплит"]}
    assert [*faults_of(read(ROW, other))] == ["en term 'lunge' has weight 1 in lunge, split"]
    weak = {**other, "en": ["split", {"term": "Lunge", "weight": 0.5}]}
    assert [*faults_of(read(ROW, weak))] == []


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"3",
        b'["lunge"]',
        b'[{"concept": "lunge", "en": ["lunge"], "he": ["x"]}]',
        b'[{"concept": "lunge", "en": [1], "he": ["x"], "ru": ["x"]}]',
        b'[{"concept": "lunge", "en": ["lunge"], "he": ["x"], "ru": ["x"], "fr": ["fente"]}]',
        b'[{"concept": "lunge", "en": [{"term": "lunge", "boost": 2}], "he": ["x"], "ru": ["x"]}]',
    ],
)
def test_a_file_of_another_form_is_refused_with_its_name(content: bytes) -> None:
    with pytest.raises(LexiconError, match=r"^some: "):
        concepts_of("some", content)


# ---------------------------------------------------------------------------------- what ships


def test_few_concepts_are_generic_and_none_of_them_is_an_exercise() -> None:
    generic = [each for each in lexicon().values() if each.generic]
    assert 0 < len(generic) < 20
    assert {each.subject for each in generic} <= {"movements", "modifiers", "muscles", "training"}


def test_the_parts_of_a_concept_lead_back_to_none() -> None:
    def reached(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, (*path, name)
        for part in lexicon()[name].parts:
            reached(part, (*path, name))

    for name in lexicon():
        reached(name, ())


def test_the_shipped_lexicon_has_no_fault_and_hundreds_of_concepts() -> None:
    assert len(lexicon()) >= MIN_CONCEPTS


def test_every_subject_has_more_than_two_terms_a_concept_in_each_language() -> None:
    concepts = Counter(each.subject for each in lexicon().values())
    for language in LANGUAGES:
        terms = Counter(each.subject for each in lexicon().values() for _ in each.terms[language])
        assert {subject for subject, count in concepts.items() if terms[subject] <= 2 * count} == set(), language


def test_every_whole_exercise_has_a_name_of_two_words_or_a_word_of_its_own_in_english() -> None:
    exercises = [each for each in lexicon().values() if each.subject.startswith("exercises_")]
    assert [each.name for each in exercises if not any(len(t.text) > 3 for t in each.terms["en"])] == []


@pytest.mark.parametrize(
    ("language", "text", "concept"),
    [
        ("en", "RDL", "romanian-deadlift"),
        ("en", "OHP", "overhead-press"),
        ("en", "T2B", "toes-to-bar"),
        ("en", "skull crusher", "skull-crusher"),
        ("en", "CGBP", "close-grip-bench-press"),
        ("he", "בורפיס", "burpee"),
        ("he", "דדליפט", "deadlift"),
        ("he", "סקווט", "squat"),
        ("he", "לאנג", "lunge"),
        ("he", "פטישים", "hammer-curl"),
        ("he", "טי טו בי", "toes-to-bar"),
        ("he", "אליפטיקל", "elliptical"),
        ("ru", "бурпи", "burpee"),
        ("ru", "становая", "deadlift"),
        ("ru", "даблы", "double-under"),
        ("ru", "бицуха", "biceps"),
        ("ru", "жим лежа", "bench-press"),
        ("ru", "болгарки", "bulgarian-split-squat"),
        ("ru", "эллипс", "elliptical"),
        ("ru", "скакалка", "jump-rope"),
        ("ru", "ракушка", "clamshell"),
    ],
)
def test_a_term_as_people_type_it_means_its_concept(language: str, text: str, concept: str) -> None:
    assert concept in concepts_with(language, text)
