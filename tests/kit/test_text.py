"""Texts: which names are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinegraph.kit.text import distinct_slug, identity_of, likenesses, normalized, slug_of


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


def test_a_slug_that_is_taken_gets_the_next_number_within_its_length() -> None:
    assert distinct_slug("core", ()) == "core"
    assert distinct_slug("core", {"core", "core-2"}) == "core-3"
    assert distinct_slug("x" * 100, {"x" * 100}) == "x" * 98 + "-2"


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Push-ups", "push up", True),
        ("Pushups", "Push Up", True),
        ("Squat, Front", "front squats", True),
        ("Farmer's Walk", "Farmers walk", True),
        ("Plank", "Plank ++", True),
        ("Press 💪", "press", True),
        ("Knee flexion <90°", "Knee flexion > 90", False),
        ("Knee flexion <90°", "Knee Flexion < 90", True),
        ("Leg ↑", "Leg ↓", False),
        ("💪", "🦵", False),
        ("Press", "Pres", False),
        ("Push-up", "Incline Push-up", False),
        ("Squats - With Bands", "Squat with Bands", False),
        ("Cable Fly Low to High", "Cable Fly High to Low", False),
        ("Heel-to-Toe", "Toe-to-Heel", False),
        ("Elbow to Knee", "Knees-to-Elbows", False),
        ("Присед", "присед", True),
        ("סקוואט", "סקוואט קדמי", False),
        ("कि", "कु", False),
    ],
)
def test_names_are_alike_if_they_differ_only_in_case_symbols_plural_or_a_comma(
    one: str, other: str, alike: bool
) -> None:
    assert bool({*likenesses(one)} & {*likenesses(other)}) is alike
