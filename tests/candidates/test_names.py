"""Names of muscles and equipment: groups, synonyms, plurals; unknown ones are refused with the nearest."""

import pytest

from generator_check.library import shipped_catalogue
from kinegraph.candidates.rules_regions import trained_by
from kinegraph.candidates.rules_terms import checked_equipment, checked_muscles
from kinegraph.care.rules_exercises import PatternGroup, pattern_group_of
from kinegraph.kit.checks import Checks
from kinegraph.taxonomy.rules import equipment_key
from kinegraph.taxonomy.rules_muscles import muscle_keys


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Dumbbells", "dumbbell"),
        ("weight plate", "weight_plate"),
        ("Pull-up bar", "pull_up_bar"),
        ("dip_bars", "dip_bar"),
    ],
)
def test_equipment_is_compared_without_case_plural_and_hyphens(name: str, key: str) -> None:
    assert equipment_key(name) == key


def test_groups_and_synonyms_in_three_languages_are_muscles() -> None:
    checks = Checks()
    found = dict(checked_muscles(["quads", "shoulders", "трапеция", "חזה"], shipped_catalogue(), checks, "muscles"))
    checks.done()
    assert "quadriceps" in found["quads"]
    assert {"anterior_deltoid", "lateral_deltoid"} <= found["shoulders"]
    assert "upper_traps" in found["трапеция"]
    assert "chest" in found["חזה"]


def test_who_wants_a_muscle_is_served_by_what_includes_it() -> None:
    assert trained_by(frozenset({"gastrocnemius"})) >= {"gastrocnemius", "calves"}
    assert "soleus" not in trained_by(frozenset({"gastrocnemius"}))


def test_free_texts_of_own_exercises_mean_a_muscle_or_themselves() -> None:
    assert muscle_keys(["Quads", "heart", "chest"]) == ("quadriceps", "heart", "chest")


def test_nothing_needs_no_name_and_unknown_names_are_refused_by_position() -> None:
    checks = Checks()
    assert checked_equipment(["none", "Bodyweight"], shipped_catalogue(), checks, "equipment") == frozenset()
    assert checked_equipment(None, shipped_catalogue(), checks, "equipment") is None
    checks.done()
    checked_equipment(["barbell", "barbel", "quantum"], shipped_catalogue(), checks, "equipment")
    assert [(refusal.path, refusal.message) for refusal in checks.refusals] == [
        (("equipment", "1"), "There is no equipment 'barbel'; the nearest are: barbell."),
        (("equipment", "2"), "There is no equipment 'quantum'; no exercise of the library needs it, so leave it out."),
    ]


@pytest.mark.parametrize(
    ("pattern", "muscles", "group"),
    [
        ("squat", ["glutes"], PatternGroup.SQUAT),
        ("gymnastics", ["lats", "chest"], PatternGroup.PULL),
        ("other", ["hamstrings"], PatternGroup.HINGE),
        ("other", ["abdominals"], PatternGroup.CORE),
        ("oly", ["quadriceps"], PatternGroup.OTHER),
        (None, [], PatternGroup.OTHER),
    ],
)
def test_the_group_follows_from_the_pattern_or_the_first_muscle(
    pattern: str, muscles: list[str], group: PatternGroup
) -> None:
    assert pattern_group_of(pattern, muscles) is group
