"""Texts: which names are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinegraph.kit.text import identity_of, normalized, slug_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Knee flexion <90°", "Knee flexion >90°"),
        ("Plank", "Plank ++"),
        ("Step Up 1/2", "Step Up 1.2"),
        ("ハハ", "パパ"),
        ("कि", "का"),
        ("Press", "Près"),
        ("x" * 120 + "a", "x" * 120 + "b"),
    ],
)
def test_names_that_differ_in_any_character_are_different(one: str, other: str) -> None:
    assert identity_of(one) != identity_of(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Knee  Pain", " knee pain"), ("É", "e\u0301"), ("STRASSE", "straße"), ("a\u00a0b", "A b")]
)
def test_case_white_space_and_composition_make_no_difference(one: str, other: str) -> None:
    assert identity_of(one) == identity_of(other)


@given(st.text(max_size=40))
def test_the_compared_form_of_a_compared_form_is_itself(name: str) -> None:
    assert identity_of(identity_of(name)) == identity_of(name)
    assert identity_of(name) == identity_of(normalized(name)) == identity_of(f" {name}\n")


def test_a_slug_is_for_addresses() -> None:
    assert slug_of("Développé couché, 90°") == "developpe-couche-90"
