"""The judged queries are as docs/search-quality.md promises, and the patterns of imported rows mean what it says."""

import itertools
from collections import Counter
from typing import Any  # JSON of the files

import orjson
import pytest

from kinegraph.canonical.rules_files import shipped_files
from search_bench.queries import KINDS, LANGUAGES, Query, imported_queries, library_queries, lines, matches

ROW: dict[str, Any] = {
    "name": "Farmer's Push-Up (wide)",
    "equipment": "foam roll",
    "primaryMuscles": ["chest"],
    "category": "strength",
}


def of_both() -> list[Query]:
    return [*library_queries(), *imported_queries([])]


def test_each_language_has_more_than_two_hundred_queries_and_every_kind_occurs() -> None:
    queries = library_queries()
    assert min(Counter(query.language for query in queries).values()) > 200
    assert {query.language for query in queries} == set(LANGUAGES) and {query.kind for query in queries} == {*KINDS}


def test_a_third_is_held_out_in_each_language_and_whole_topics_are() -> None:
    for queries in (library_queries(), imported_queries([])):
        for language in LANGUAGES:
            held = [query.is_held_out for query in queries if query.language == language]
            assert 0.28 < sum(held) / len(held) < 0.39, language
        by_topic = itertools.groupby(sorted(queries, key=lambda query: query.topic), key=lambda query: query.topic)
        assert all(len({query.is_held_out for query in group}) == 1 for _, group in by_topic)


def test_a_topic_of_both_libraries_is_held_out_in_both_or_open_in_both() -> None:
    held = {each["topic"]: each.get("heldOut", False) for each in lines("topics.jsonl")}
    both = [each for each in lines("imported_topics.jsonl") if each["topic"] in held]
    assert len(both) > 30
    assert [each["topic"] for each in both if each.get("heldOut", False) != held[each["topic"]]] == []


def test_every_judged_slug_is_in_the_library_and_every_topic_means_one() -> None:
    slugs = {entry["slug"] for _, content in shipped_files() for entry in orjson.loads(content)}
    for query in library_queries():
        assert query.judgments.keys() <= slugs, query.topic
        assert set(query.judgments.values()) <= {1, 2, 3} and 3 in query.judgments.values(), query.topic


def test_no_query_occurs_twice_and_every_topic_has_one() -> None:
    for name, topics in (("queries.jsonl", "topics.jsonl"), ("imported_queries.jsonl", "imported_topics.jsonl")):
        texts = Counter(each["text"].casefold() for each in lines(name))
        assert [text for text, number in texts.items() if number > 1] == []
        assert {each["topic"] for each in lines(name)} == {each["topic"] for each in lines(topics)}


def test_queries_are_in_their_language_and_say_nothing_else() -> None:
    for query in of_both():
        assert query.text == query.text.strip() and len(query.text) <= 60
        assert query.kind in KINDS and query.language in LANGUAGES


@pytest.mark.parametrize(
    ("pattern", "is_matched"),
    [
        ("push", True),
        ("up push", True),
        ("pus", True),
        ("ush", False),
        ("push -wide", False),
        ("push -narrow", True),
        ("#3657d515aa47", True),
        ("#0f1e1209186e", False),
        ("@muscle:chest", True),
        ("@muscle:back", False),
        ("push @equipment:foam_roll", True),
        ("push @category:stretching", False),
    ],
)
def test_a_pattern_is_words_that_begin_a_word_of_the_name_and_values_of_fields(pattern: str, is_matched: bool) -> None:
    assert matches(pattern, ROW) is is_matched


def test_the_highest_grade_of_a_row_s_patterns_is_its_grade() -> None:
    names = ("Barbell Squat", "Goblet Squat", "Jump Squat")
    rows = [{**ROW, "name": name, "primaryMuscles": ["quadriceps"]} for name in names]
    query = next(query for query in imported_queries(rows) if query.topic == "squat")
    assert query.judgments == {"Barbell Squat": 3, "Goblet Squat": 2, "Jump Squat": 1}
