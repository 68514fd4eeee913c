"""What a vector is stored under, what is sent for it, and how many new ones may be asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinegraph.language.rules_text import search_text
from kinegraph.vectors.rules import Allowance, Rate, hash_of, sent_text, text_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Push-up", "push  UP!"),
        ("жим лёжа", "ЖИМ ЛЕЖА"),
        ("צ'ין אפ", "צין אפ"),
        ("squat", "squat 🙂🙂🙂 ???"),
        ("корпус", "rjhgec"),  # typed on another layout
    ],
)
def test_spellings_of_one_search_have_one_vector(one: str, other: str) -> None:
    assert text_of(one) == text_of(other)


def test_the_hash_depends_on_the_model_and_the_text() -> None:
    assert len({hash_of("a", "squat"), hash_of("b", "squat"), hash_of("a", "squats")}) == 3
    assert len(hash_of("a", "squat")) == 64


def test_hebrew_words_are_sent_with_their_final_letters() -> None:
    assert sent_text(text_of("לחיצת כתפיים")) == "לחיצת כתפיים"
    assert sent_text(text_of("סטפ אפ")) == "סטפ אפ"


@given(st.text(max_size=200))
def test_what_is_sent_follows_from_the_form_that_is_stored(q: str) -> None:
    assert search_text(sent_text(text_of(q))) == text_of(q)


@given(st.lists(st.tuples(st.floats(0, 100), st.integers(0, 20)), max_size=40), st.integers(1, 30), st.floats(0.1, 5))
def test_never_more_is_taken_than_the_rate_allows(
    requested: list[tuple[float, int]], burst: int, per_second: float
) -> None:
    now = 0.0
    allowance = Allowance(Rate(burst, per_second), lambda: now)
    taken = 0
    for seconds, count in requested:
        now += seconds
        got = allowance.take([f"text {n}" for n in range(count)])
        assert [*got] == [f"text {n}" for n in range(len(got))]
        taken += len(got)
        assert taken <= burst + now * per_second + 1e-6
