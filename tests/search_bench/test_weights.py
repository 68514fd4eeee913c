"""Weights of the lists are chosen on some topics and measured on others, and the held-out part takes no part."""

import pytest

from search_bench.ask import Hit, of_list
from search_bench.queries import Query
from search_bench.weights import choose, fused


def query(topic: str, *, is_held_out: bool = False) -> Query:
    return Query(topic, "en", "name", topic, is_held_out, {"right": 3})


RIGHT_BY_TRIGRAM = [Hit("wrong", {"lexical": 1}), Hit("right", {"lexical": 3, "trigram": 1})]
RIGHT_BY_WORDS = [Hit("right", {"lexical": 1, "trigram": 50}), Hit("wrong", {"lexical": 2, "trigram": 1})]


def test_fusion_sums_the_weighted_reciprocal_ranks() -> None:
    hits = [Hit("a", {"lexical": 1}), Hit("b", {"lexical": 2, "trigram": 1}), Hit("c", {"trigram": 2})]
    assert fused(hits, {"lexical": 1, "trigram": 1, "semantic": 0}) == ["b", "a", "c"]
    assert fused(hits, {"lexical": 1, "trigram": 0, "semantic": 0}) == ["a", "b"]


def test_a_list_alone_has_its_own_order() -> None:
    assert of_list([Hit("a", {"lexical": 2}), Hit("b", {"lexical": 1}), Hit("c", {"trigram": 1})], "lexical") == [
        "b",
        "a",
    ]


def test_each_class_of_query_gets_the_weights_that_are_best_for_it() -> None:
    spelled = {query(f"word {n}"): RIGHT_BY_WORDS for n in range(20)}
    misspelled = {query(f"wrod {n}"): RIGHT_BY_TRIGRAM for n in range(20)}
    classes = {**dict.fromkeys(spelled, "spelled"), **dict.fromkeys(misspelled, "misspelled")}
    wrong, right = choose({**spelled, **misspelled}, classes)
    assert (wrong.name, right.name) == ("misspelled", "spelled")
    assert wrong.best["trigram"] > 0 and wrong.validated == 1
    assert right.best["trigram"] == 0 and right.validated == 1 and right.equal == pytest.approx(0.63093, abs=1e-5)


def test_the_held_out_part_chooses_no_weights() -> None:
    opened, held = query("open"), query("held", is_held_out=True)
    answers = {opened: RIGHT_BY_WORDS, held: RIGHT_BY_TRIGRAM}
    (choice,) = choose(answers, dict.fromkeys(answers, "all"))
    assert choice.queries == 1 and choice.best["trigram"] == 0
