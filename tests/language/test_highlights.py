"""Highlights: ranges of a text in UTF-16 code units that end between characters as people see them."""

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from kinegraph.language.rules_highlights import begun, marked
from kinegraph.language.rules_text import search_text

LETTERS = st.sampled_from(
    [*"abps -'", "é", "e\u0301", "ß", "𝐩", "💪🏽", "👩\u200d🦰", "ל", "לָ", "׳", "ё", "\u0301", "हि", "ﬁ"]
)
TEXTS = st.lists(LETTERS, max_size=12).map("".join)


def part(text: str, start: int, length: int) -> str:
    """The part of a text, as JavaScript cuts it."""
    return text.encode("utf-16-le")[2 * start : 2 * (start + length)].decode("utf-16-le")


@given(TEXTS, TEXTS)
@example("💪\u0301ab", "ab")
def test_ranges_are_in_order_do_not_overlap_and_cut_no_character(text: str, sought: str) -> None:
    words = search_text(sought).split()
    for ranges in (begun(text, words), marked(text, [words, *([word] for word in words)] if words else [])):
        end = 0
        for start, length in ranges:
            assert end <= start and start + length <= len(text.encode("utf-16-le")) // 2
            end = start + length
            found, following = part(text, start, length), part(text, end, 10_000)
            assert found == "" or not unicodedata.combining(found[0])
            assert not following or (unicodedata.category(following[0])[0] != "M" and following[0] != "\u200d")


def test_what_stands_there_is_marked_inflected_joined_and_in_any_order() -> None:
    for text, sought, parts in (
        ("Incline Push-Ups", ["pushup"], ["Push", "Ups"]),
        ("Pushups on Rings", ["push", "up"], ["Pushups"]),
        ("Press of the Bench", ["bench", "press"], ["Press", "Bench"]),
        ("Приседания со штангой", ["приседаний"], ["Приседания"]),
        ("הסקוואט הקדמי", ["סקוואט"], ["הסקוואט"]),
        ("לאנג' הליכה", ["לאנג"], ["לאנג'"]),
        ("Жим лёжа 💪🏽", ["жим", "лежа"], ["Жим", "лёжа"]),
        ("💪🏽 Squat", ["squat"], ["Squat"]),
        ("Bench Press", ["bench", "row"], []),
    ):
        assert [part(text, *each) for each in marked(text, [sought])] == parts, text
