"""Each part of the analysis of queries can be left out, to measure its effect."""

from kinegraph.language.rules_text import EVERY_PART, Part
from kinegraph.lexicon.rules_query import SearchQuery, analysed


def without(part: Part, q: str) -> SearchQuery:
    return analysed(q, EVERY_PART - {part})


def words(query: SearchQuery) -> set[str]:
    return {" ".join(words) for each in query.alternatives for words in each.texts}


def test_without_layouts_a_text_is_what_was_typed() -> None:
    assert analysed("rjhgec").text == "корпус"
    assert without(Part.LAYOUT, "rjhgec").text == "rjhgec"


def test_without_spelling_no_word_is_corrected() -> None:
    assert "squat" in words(analysed("sqaut"))
    assert words(without(Part.SPELLING, "sqaut")) == {"sqaut"}


def test_without_the_lexicon_a_query_means_its_words_alone() -> None:
    assert any("deadlift" in each for each in words(analysed("становая тяга")))
    assert words(without(Part.LEXICON, "становая тяга")) == {"становая", "тяга"}


def test_without_components_a_phrase_is_one_slot() -> None:
    phrase = "romanian deadlift"
    assert {each.slot for each in analysed(phrase).alternatives} > {0}
    assert {each.slot for each in without(Part.COMPONENTS, phrase).alternatives} == {0}


def test_without_whole_names_no_row_has_more_weight_for_its_name() -> None:
    assert analysed("plank").exact and not without(Part.WHOLE_NAMES, "plank").exact
