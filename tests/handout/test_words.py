"""The words of handouts: all languages have all of them, in grammatical forms, and amounts read as people say them."""

import re
from collections.abc import Iterator
from typing import Any  # the values of a JSON file

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kinegraph.handout import rules_words
from kinegraph.patient.rules import Language
from tests.handout.samples import prescribed

EN, HE, RU = Language.EN, Language.HE, Language.RU


def read(text: str) -> str:
    """A text with ordinary spaces."""
    return text.replace("\u00a0", " ")


def shape(words: Any) -> Iterator[tuple[str, Any]]:
    """The keys of the words, each with the values that its text is filled with, or with its length."""
    for key, value in sorted(words.items()):
        if isinstance(value, dict):
            yield key, {"one", "other"}
        else:
            yield key, sorted(re.findall(r"{(\w+)}", value)) if isinstance(value, str) else len(value)


@pytest.mark.parametrize("language", Language)
def test_every_language_has_the_same_texts_with_the_same_values_in_them(language: Language) -> None:
    words = rules_words.words_of(language)
    assert dict(shape(words)) == dict(shape(rules_words.words_of(EN)))
    forms = {"one", "few", "many"} if language is RU else {"one", "other"}
    assert all(set(value) == forms for value in words.values() if isinstance(value, dict))


@given(some.integers(1, 10_000), some.sampled_from(Language))
def test_a_plural_has_its_number_unless_the_form_for_one_says_it(number: int, language: Language) -> None:
    text = read(rules_words.plural(rules_words.words_of(language)["sets"], number, language))
    assert text.startswith(f"{number} ") or (language is HE and number == 1 and text == "סט אחד")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "1 подход"), (2, "2 подхода"), (4, "4 подхода"), (5, "5 подходов"), (11, "11 подходов"),
        (12, "12 подходов"), (14, "14 подходов"), (21, "21 подход"), (22, "22 подхода"), (25, "25 подходов"),
        (100, "100 подходов"), (101, "101 подход"), (111, "111 подходов"),
    ],
)  # fmt: skip
def test_russian_has_three_forms(number: int, text: str) -> None:
    assert read(rules_words.plural(rules_words.words_of(RU)["sets"], number, RU)) == text


AMOUNTS = [
    ({}, "3 sets of 10 repetitions", "3 סטים של 10 חזרות", "3 подхода по 10 повторений"),
    ({"sets": 1, "reps": 1}, "1 set of 1 repetition", "סט אחד של חזרה אחת", "1 подход по 1 повторению"),
    (
        {"reps": None, "duration_seconds": 30, "per_side": True},
        "3 sets of 30 seconds on each side", "3 סטים של 30 שניות בכל צד", "3 подхода по 30 секунд на каждую сторону",
    ),
    (
        {"reps": 21, "hold_seconds": 5, "rest_seconds": 60},
        "3 sets of 21 repetitions, hold each repetition for 5 seconds, rest 1 minute after each set",
        "3 סטים של 21 חזרות, החזקה בכל חזרה: 5 שניות, מנוחה אחרי כל סט: דקה אחת",
        "3 подхода по 21 повторению, удержание в каждом повторении: 5 секунд, отдых после каждого подхода: 1 минута",
    ),
    ({"sets": None, "reps": None, "duration_seconds": 150, "rest_seconds": 60}, "2 minutes 30 seconds",
     "2 דקות 30 שניות", "2 минуты 30 секунд"),
    ({"sets": 2, "reps": None, "rest_seconds": 0}, "2 sets, no rest between sets", "2 סטים, ללא מנוחה בין הסטים",
     "2 подхода, без отдыха между подходами"),
    ({"duration_seconds": 90}, "3 sets of 10 repetitions, 90 seconds for each set",
     "3 סטים של 10 חזרות, משך כל סט: 90 שניות", "3 подхода по 10 повторений, время каждого подхода: 90 секунд"),
    ({"reps": None, "duration_seconds": 61 * 60}, "3 sets of 61 minutes", "3 סטים של 61 דקות",
     "3 подхода по 61 минуте"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "english", "hebrew", "russian"), AMOUNTS)
def test_amounts_are_read_as_people_say_them(values: dict[str, Any], english: str, hebrew: str, russian: str) -> None:
    shown = [read(rules_words.amounts_of(prescribed(**values), language)) for language in (EN, HE, RU)]
    assert shown == [english, hebrew, russian]


def test_a_text_has_the_language_of_its_letters_and_the_direction_of_its_first_strong_character() -> None:
    for text, language, direction in (
        ("3 × 10 Hold", "en", "ltr"), ("30° הרמה Hold", "he", "rtl"), ("5 раз", "ru", "ltr"), ("مرحبا", "en", "rtl"),
        ("123", "en", "ltr"),
    ):  # fmt: skip
        found = rules_words.text_of(text)
        assert (found.lang, found.dir) == (language, direction)


def test_characters_that_turn_the_text_around_them_are_taken_out() -> None:
    assert rules_words.text_of("a\u202eb\u2066c\u200fd\u061ce").text == "abcde"


@given(some.text())
def test_what_the_pdf_draws_is_within_its_fonts_and_has_no_long_word(text: str) -> None:
    drawn = rules_words.drawable(text)
    assert all(each in "\u200b\u2066\u2069" or rules_words.is_drawn(each) for each in drawn)
    assert all(len(word) < 70 for word in re.split(r"[\s\u200b]", re.sub("[\u0300-\u036f\u05b0-\u05c3]", "", drawn)))


SIGNS = {
    EN: ("chest pain", "shortness of breath", "fainting", "weakness or numbness", "drooping face", "bladder or bowels",
         "groin"),
    HE: ("בחזה", "קוצר נשימה", "התעלפות", "חולשה או חוסר תחושה", "בצד אחד של הפנים", "שתן או צואה", "המפשעה"),
    RU: ("в груди", "одышка", "обморок", "слабость или онемение", "перекос лица", "мочи или кала", "промежности"),
}  # fmt: skip
"""Signs of an emergency, in the words of each language."""


@pytest.mark.parametrize("language", Language)
def test_signs_of_an_emergency_send_to_the_emergency_number_and_to_no_clinic(language: Language) -> None:
    words = rules_words.words_of(language)
    assert [sign for sign in SIGNS[language] if sign not in words["emergency"] or sign in words["clinic"]] == []
    assert words["emergency_heading"] != words["clinic_heading"]


def test_emoji_are_left_out_and_a_word_of_another_script_is_a_question_mark() -> None:
    assert rules_words.drawable("Go 😀 你好 now 5 ≥ 3 кг №1 ק״ג") == "Go  ? now 5 ≥ 3 кг №1 ק״ג"
