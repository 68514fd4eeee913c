"""Substitutes of the shipped library's exercises: safe, with equipment that is there, the most alike first."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator_check.library import shipped, shipped_catalogue, shipped_entries
from kinegraph.candidates.rules import is_offered
from kinegraph.classification.rules_safety import Person
from kinegraph.substitution.rules import MAX_LIMIT, Offer, Substitute
from kinegraph.substitution.rules_loads import (
    NO_RATIO,
    TO_BAND,
    TO_BODY_WEIGHT,
    TO_MACHINE,
    TO_ONE_SIDE,
    conversion_of,
)
from kinegraph.substitution.rules_resistance import Resistance, resistance_of
from kinegraph.taxonomy.rules_conditions import vocabulary

EQUIPMENT = sorted(shipped_catalogue().equipment_names)


def substitutes(slug: str, *conditions: str, equipment: set[str] | None = None, limit: int = 5) -> list[Substitute]:
    offer = Offer(shipped_catalogue(), Person(conditions), None if equipment is None else frozenset(equipment))
    return offer.substitutes(shipped(slug), limit)


def test_dumbbells_replace_the_bar_on_the_bench_with_two_fifths_of_its_load_in_each_hand() -> None:
    first = substitutes("bench-press", equipment={"dumbbell", "bench"})[0]
    assert first.candidate.slug == "dumbbell-bench-press"
    assert first.conversion is not None
    assert (first.conversion.low, first.conversion.high) == (0.38, 0.42)
    assert first.shared_muscles == ("chest", "triceps")
    assert first.explanation.startswith("Trains chest and triceps too, with the same movement (push).")
    assert "Uses dumbbell instead of barbell" in first.explanation


def test_without_equipment_only_exercises_that_need_none_are_substitutes() -> None:
    found = substitutes("bench-press", equipment=set(), limit=MAX_LIMIT)
    assert found
    assert all(not each.candidate.equipment for each in found)


def test_equals_come_by_name_and_the_limit_bounds_them() -> None:
    found = substitutes("back-squat", limit=MAX_LIMIT)
    assert [(-each.score, each.candidate.name) for each in found] == sorted(
        (-each.score, each.candidate.name) for each in found
    ) or [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert substitutes("back-squat", limit=3) == found[:3]


@settings(max_examples=200, deadline=None)
@given(
    slug=st.sampled_from(sorted(shipped_entries())),
    conditions=st.lists(st.sampled_from(sorted(vocabulary())), max_size=5, unique=True),
    equipment=st.none() | st.sets(st.sampled_from(EQUIPMENT), max_size=8),
)
def test_substitutes_are_safe_available_other_and_no_tests(
    slug: str, conditions: list[str], equipment: set[str] | None
) -> None:
    found = substitutes(slug, *conditions, equipment=equipment, limit=10)
    of = shipped(slug)
    assert len({each.candidate.id for each in found} | {of.id}) == len(found) + 1
    for each in found:
        assert is_offered(each.candidate.assessed(Person(conditions)))
        assert not each.candidate.lacks(None if equipment is None else frozenset(equipment))
        assert each.candidate.kind != "test"
        assert (each.candidate.kind == "mobility") == (of.kind == "mobility")
        assert 0 <= each.score <= 100
        assert each.explanation
        assert each.candidate.involved & of.involved or each.relation


@pytest.mark.parametrize(
    ("slug", "resistance"),
    [
        ("bench-press", Resistance.BARBELL),
        ("dumbbell-bench-press", Resistance.DUMBBELLS),
        ("goblet-squat", Resistance.ONE_WEIGHT),
        ("smith-machine-squat", Resistance.SMITH_MACHINE),
        ("leg-press", Resistance.MACHINE),
        ("lat-pulldown", Resistance.CABLE),
        ("shoulder-external-rotation", Resistance.BAND),
        ("push-ups", Resistance.BODY_WEIGHT),
    ],
)
def test_the_resistance_follows_from_mechanics_and_equipment(slug: str, resistance: Resistance) -> None:
    assert resistance_of(shipped(slug)) is resistance


def test_loads_are_converted_by_the_table_and_stay_where_nothing_changes() -> None:
    assert conversion_of(shipped("back-squat"), shipped("front-squat")) is None
    assert conversion_of(shipped("bench-press"), shipped("machine-chest-press")) == TO_MACHINE
    assert conversion_of(shipped("bench-press"), shipped("push-ups")) == TO_BODY_WEIGHT
    assert conversion_of(shipped("push-ups"), shipped("bench-press")) == NO_RATIO
    assert conversion_of(shipped("push-ups"), shipped("shoulder-external-rotation")) == TO_BAND
    assert conversion_of(shipped("leg-press"), shipped("single-leg-leg-press")) == TO_ONE_SIDE
    of_one_leg = conversion_of(shipped("romanian-deadlift"), shipped("single-leg-romanian-deadlift"))
    assert of_one_leg is not None
    assert (of_one_leg.low, of_one_leg.high) == (0.19, 0.25)


def test_equipment_of_the_same_use_takes_the_place_of_what_is_not_there() -> None:
    """One dumbbell serves where the entry needs a kettlebell and names a dumbbell as optional."""
    found = next(each for each in substitutes("back-squat", equipment={"dumbbell"}, limit=MAX_LIMIT)
                 if each.candidate.slug == "goblet-squat")  # fmt: skip
    assert "Uses dumbbell instead of barbell" in found.explanation
    assert resistance_of(found.candidate) is Resistance.ONE_WEIGHT
