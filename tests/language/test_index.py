"""The compact index of numbers by texts answers as a dict of sets would."""

from hypothesis import given
from hypothesis import strategies as st

from kinegraph.language.rules_index import MAX_NUMBER, TextIndex

ENTRIES = st.lists(st.tuples(st.text("abё", max_size=3), st.integers(0, MAX_NUMBER) | st.integers(0, 3)), max_size=30)


@given(ENTRIES, st.text("abё", max_size=3))
def test_a_text_has_its_numbers_in_ascending_order_and_no_others(entries: list[tuple[str, int]], sought: str) -> None:
    index = TextIndex(entries)
    for text in {sought, *(text for text, _ in entries)}:
        expected = sorted({number for each, number in entries if each == text})
        assert index.numbers(text) == expected
        assert (text in index) == bool(expected)
    assert len(index) == len(set(entries))
