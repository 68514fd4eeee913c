"""The analysis of queries: phrases, meanings, misspelled words, wrong layouts of the keyboard, and bounds."""

from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kinegraph.kit.errors import InvalidInput
from kinegraph.language.rules_text import search_text
from kinegraph.lexicon.rules_lexicon import LANGUAGES, lexicon
from kinegraph.lexicon.rules_query import MAX_ALTERNATIVES, MAX_CHOICES, MAX_WORDS, analysed, checked_query
from kinegraph.lexicon.rules_spelling import corrections, distance, in_other_layout


def meanings(q: str) -> list[str]:
    """The concept of each segment of a query that has one."""
    return [segment.concepts[0][0].name for segment in analysed(q).segments if segment.concepts]


@pytest.mark.parametrize(
    ("q", "concepts"),
    [
        ("OHP", ["overhead-press"]),
        ("romanian deadlift", ["romanian-deadlift"]),
        ("romanain deadlfit", ["romanian-deadlift"]),
        ("pushups", ["push-up"]),
        ("Push-Up", ["push-up"]),
        ("жим лёжа", ["bench-press"]),
        ("становой тягой", ["deadlift"]),
        ("бурпи", ["burpee"]),
        ("за голову", ["behind-the-neck"]),
        ("בורפיס", ["burpee"]),
        ("הסקוואט", ["squat"]),
        ("bench press with dumbbells", ["bench-press", "dumbbell"]),
        ("squat exercise", ["squat"]),
        ("incline db press", ["incline-dumbbell-press"]),
        ("סקווט בולגרי", ["bulgarian-split-squat"]),
        ("והמתח", ["pull-up"]),
        ("שבבטן", ["abs"]),
        ("mtn climbers", ["mountain-climber"]),
        ("סקווט גביע", ["goblet-squat"]),
    ],
)
def test_a_query_is_split_into_the_longest_phrases_of_the_lexicon(q: str, concepts: list[str]) -> None:
    assert meanings(q) == concepts


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("rjhgec", "корпус"),
        ("ghbctl", "присед"),
        ("ыйгфе", "squat"),
        ("xeuutr", None),
        ("ghbctlfybz c jgecrfybtv", "приседания с опусканием"),
        ("ghbctlfybz c vtlktyysv jgecrfybtv", "приседания с медленным опусканием"),
        ("cnfyjdfz nzuf c gjvjcnf", "становая тяга с помоста"),
        ("transfer until Some", None),
        ("מתח threshold required", None),
        ("squat", None),
        ("присед", None),
    ],
)
def test_a_query_on_another_layout_of_the_keyboard_is_understood(typed: str, meant: str | None) -> None:
    assert in_other_layout(typed) == meant


@pytest.mark.parametrize(
    ("qs", "concept"),
    [
        (("lower back pain", "LBP", "pain in the lower back", "כאבים בגב תחתון", "боль в пояснице"), "lower-back-pain"),
        (("back pain", "exercises for patient with back pain", "כאבים בגב", "боли в спине"), "back-pain"),
        (("herniated disc", "slipped disc", "פריצת דיסק", "грыжа", "грыжа диска"), "disc-herniation"),
        (("sciatica", "sciatica patient", "תרגילים לסיאטיקה", "упражнения при ишиасе"), "sciatica"),
        (("knee pain", "pain of the knee", "my knee hurts", "כאב בברך", "болит колено"), "knee-pain"),
        (("plantar fasciitis", "plantar", "דורבן", "пяточная шпора"), "plantar-fasciitis"),
        (("after ACL reconstruction", "רצועה צולבת", "ПКС"), "acl-injury"),
    ],
)
def test_a_condition_is_understood_in_three_languages_and_generic_words_beside_it_weigh_nothing(
    qs: tuple[str, ...], concept: str
) -> None:
    assert {q: meanings(q) for q in qs} == {q: [concept] for q in qs}


def test_every_condition_finds_the_exercises_that_are_used_for_it() -> None:
    for condition in (each for each in lexicon().values() if each.exercises):
        for language in LANGUAGES:
            query = analysed(condition.terms[language][0].text)
            sought = {words for each in query.alternatives for words in each.texts}
            names = {tuple(search_text(term).split()) for term in condition.exercises}
            assert meanings(query.text) == [condition.name] and names <= sought


def test_a_generic_word_that_stands_alone_is_searched() -> None:
    assert meanings("pain") == ["pain-relief"] and meanings("patients") == ["patient"]


@pytest.mark.parametrize(
    ("typed", "concept"),
    [
        ("bulg", "bulgarian-split-squat"),
        ("farm", "farmers-walk"),
        ("kett", "kettlebell"),
        ("kettleb", "kettlebell"),
        ("squ", "squat"),
        ("lun", "lunge"),
        ("thrus", "thrust"),
        ("front sq", "front-squat"),
        ("подтягив", "pull-up"),
    ],
)
def test_a_last_word_that_begins_one_of_the_vocabulary_is_unfinished_not_misspelled(typed: str, concept: str) -> None:
    query = analysed(typed)
    beginning = (*query.text.split()[:-1], f"{query.text.split()[-1]}:*")
    weights = {words: each.weight for each in query.alternatives for words in each.texts if each.share == 1}
    assert meanings(typed) == [concept] and not query.is_misspelled
    assert weights[beginning] == max(weights.values())


@pytest.mark.parametrize("typed", ["sq", "row", "sqaut", "xqz"])
def test_short_whole_and_misspelled_words_are_not_unfinished(typed: str) -> None:
    assert not any(segment.is_unfinished for segment in analysed(typed).segments)


@pytest.mark.parametrize(
    ("typed", "written", "meant", "concept"),
    [
        ("shh oulder join", ("shoulder", "join"), "shoulder joint", "shoulder-joint"),
        ("gll enohumeral join", ("glenohumeral", "join"), "glenohumeral joint", "shoulder-joint"),
        ("шш ейный отде", ("шейный", "отде"), "шейный отдела", "cervical-spine"),
    ],
)
def test_a_last_word_is_unfinished_beside_two_words_that_are_corrected_together(
    typed: str, written: tuple[str, ...], meant: str, concept: str
) -> None:
    (segment,) = analysed(typed).segments
    assert (segment.words, segment.corrected, segment.is_unfinished) == (written, (meant,), True)
    assert meanings(typed) == [concept]


TERMS = sorted({search_text(term.text) for each in lexicon().values() for of in each.terms.values() for term in of})
FAULTS = st.lists(st.tuples(st.sampled_from(("drop", "swap", "space")), st.integers(0, 60)), min_size=1, max_size=4)


def mistyped(text: str, faults: list[tuple[str, int]]) -> str:
    """The text with a letter dropped, two neighbours swapped (so spaces move), or a space inserted, for each fault."""
    for fault, place in faults:
        at = place % max(len(text), 1)
        if fault == "drop":
            text = text[:at] + text[at + 1 :]
        elif fault == "swap":
            text = text[:at] + text[at : at + 2][::-1] + text[at + 2 :]
        else:
            text = f"{text[:at]} {text[at:]}"
    return text


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(TERMS), min_size=1, max_size=3), FAULTS)
@example(["dead stop row"], [("swap", 9)])
def test_every_mistyped_text_of_words_of_the_lexicon_is_analysed(
    terms: list[str], faults: list[tuple[str, int]]
) -> None:
    text = mistyped(" ".join(terms), faults)
    words = search_text(text).split()[:MAX_WORDS]
    segments = analysed(text).segments
    assert bool(segments) == bool(words) and all(each.words for each in segments)


def test_a_word_is_corrected_to_the_nearest_of_the_vocabulary() -> None:
    assert corrections("deadlfit")[0] == "deadlift"
    assert corrections("kettelbel")[0] == "kettlebell"
    assert corrections("бурпы")[0] in ("бурпи", "бурпе")
    assert corrections("sqt") == []
    assert corrections("xkqzvwpf") == []


def test_the_distance_counts_a_swap_of_neighbours_as_one_fault() -> None:
    assert [
        distance(one, other) for one, other in (("press", "rpess"), ("row", "rows"), ("row", "bow"), ("a", "a"))
    ] == [
        1,
        1,
        1,
        0,
    ]


def test_what_is_written_weighs_most_and_other_terms_less() -> None:
    weights = {words: each.weight for each in analysed("deadlift").alternatives for words in each.texts}
    assert weights[("deadlift",)] == 1.0
    assert all(weight < 1 for words, weight in weights.items() if words != ("deadlift",))


@pytest.mark.parametrize("q", ["chest fly on cables", "cables, chest fly"])
def test_a_concept_is_understood_whose_parts_stand_apart(q: str) -> None:
    texts = {words for each in analysed(q).alternatives if each.share == 1 for words in each.texts}
    assert ("cable", "crossover") in texts


def test_a_single_concept_has_rows_with_its_movement_beside_it() -> None:
    (some,) = analysed("hammer curls").some
    assert "curl" in some and "hammer" not in some


def test_words_beyond_the_maximum_are_left_out() -> None:
    assert len(analysed(" ".join(["squat"] * 40)).text.split()) == MAX_WORDS


@pytest.mark.parametrize(
    "q",
    [
        "bench press squat deadlift row curl lunge plank pull up push jump",
        "benhc prses sqaut deadlfit curll lungge plnak pulll pussh jumpp extention rotattion",
        "a b c d e f g h i j k l m n",
        "жим тяга присед становая подтягивания отжимания планка выпады махи мост бег гребля",
    ],
)
def test_no_query_makes_more_than_a_bounded_number_of_choices_and_alternatives(q: str) -> None:
    query = analysed(q)
    assert len(query.segments) <= MAX_WORDS and len(query.some) <= MAX_CHOICES
    by_slot = Counter(each.slot for each in query.alternatives for _ in each.texts)
    assert max(by_slot.values()) <= MAX_ALTERNATIVES
    assert len(query.alternatives) <= 12 * MAX_WORDS


@pytest.mark.parametrize(
    "q", ["", " ", "\t\n", "...", "!?", "'", "%", "\\", "\u200f\u200e", "\U0001f4aa", "\u0301" * 9]
)
def test_a_query_without_a_letter_or_digit_is_refused(q: str) -> None:
    with pytest.raises(InvalidInput):
        checked_query(q)


@pytest.mark.parametrize("q", ["a" * 201, "\u0301" * 1_000_000, "squat\0", "squat \ud800"])
def test_a_query_that_is_too_long_or_no_text_is_refused(q: str) -> None:
    with pytest.raises(InvalidInput):
        checked_query(q)


@pytest.mark.parametrize("q", ["tc one", "tc row", "xr one", "Lb Press"])
def test_short_words_of_a_name_are_not_corrected_together(q: str) -> None:
    words = {word for segment in analysed(q).segments for word in segment.words}
    assert words == set(q.lower().split())
