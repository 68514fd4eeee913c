"""Programming profiles: what follows from any class, modifiers and values of an exercise."""

import re
from math import floor
from typing import Any  # values of profiles, by column

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kinegraph.classification.rules_classes import GENERAL, GOALS, VALUES, Unit, classes, modifiers, stressors
from kinegraph.classification.rules_profiles import Profile, Subject, profile_of, recovery_hours

SCALES = {"stability_demand": 5, "skill_demand": 5, "muscular_damage_potential": 10, "neuromuscular_demand": 10,
          "caloric_demand": 10, "epoc_effect": 10, "lifespan": 365}  # fmt: skip
"""The greatest value of each scale; the least is 1."""
KINDS = ("strength_compound", "strength_isolation", "conditioning", "mobility", "skill", "test")
SUBJECTS = st.builds(
    Subject,
    class_key=st.sampled_from(sorted(classes())),
    modifiers=st.lists(st.sampled_from(sorted(modifiers())), max_size=4, unique=True),
    difficulty=st.none() | st.integers(1, 5),
    fatigue=st.none() | st.integers(1, 10),
    kind=st.sampled_from(KINDS),
    mechanics=st.sampled_from((None, "machine", "free_weight", "bodyweight")),
    stressors=st.frozensets(st.sampled_from(sorted(stressors())), max_size=4),
    adjust=st.none() | st.dictionaries(st.sampled_from(sorted(VALUES.values())[:3]), st.integers(-1, 1)),
)
TEMPO = re.compile("(X|[0-9])(-(X|[0-9])){3}")


def fatigue_of(subject: Subject) -> int:
    """The fatigue score that the profile has."""
    return subject.fatigue or classes()[subject.class_key].fatigue[0]


@given(SUBJECTS)
def test_every_value_is_within_its_scale(subject: Subject) -> None:
    values = profile_of(subject).values
    assert all(values[name] is None or 1 <= values[name] <= most for name, most in SCALES.items())  # type: ignore[operator]  # None is excluded
    assert values["difficulty_level"] == subject.difficulty
    assert values["fatigue_score"] == fatigue_of(subject)


@given(SUBJECTS)
def test_recovery_follows_from_damage_and_fatigue_and_bounds_the_frequency(subject: Subject) -> None:
    values = profile_of(subject).values
    hours, frequency = values["minimum_recovery"], values["optimal_frequency"]
    set_hours = classes()[subject.class_key].values["minimum_recovery"]
    assert hours in (0, 24, 48, 72)
    if set_hours is None and not any("minimum_recovery" in modifiers()[key].set for key in subject.modifiers):
        assert hours == recovery_hours(values["muscular_damage_potential"] or 1, fatigue_of(subject))
    assert frequency is None or 1 <= frequency <= min(7, floor(168 / hours) if hours else 7)


@pytest.mark.parametrize(
    ("damage", "fatigue", "hours"),
    [(1, 1, 0), (2, 3, 0), (3, 1, 24), (1, 4, 24), (4, 5, 24), (5, 1, 48), (1, 6, 48), (7, 8, 48), (8, 1, 72),
     (1, 9, 72), (10, 10, 72)],
)  # fmt: skip
def test_hours_of_recovery_at_each_bound(damage: int, fatigue: int, hours: int) -> None:
    assert recovery_hours(damage, fatigue) == hours


@given(SUBJECTS)
@example(Subject("long_length_eccentric", [], None, 1, "strength_isolation", None, frozenset()))
def test_energy_of_the_recovery_damage_and_demands_keep_within_what_fatigue_machines_and_isolation_permit(
    subject: Subject,
) -> None:
    values: Any = profile_of(subject).values
    assert values["epoc_effect"] <= fatigue_of(subject) + 1
    if fatigue_of(subject) <= 2:
        assert values["muscular_damage_potential"] <= 3
    if subject.mechanics == "machine":
        assert values["stability_demand"] <= 2 and values["skill_demand"] <= 2
    elif "fall_risk" in subject.stressors:
        assert values["stability_demand"] >= 3
    if subject.kind == "strength_isolation":
        most = 6 if values["muscular_damage_potential"] == 9 else 3
        assert values["caloric_demand"] <= 4 and values["neuromuscular_demand"] <= most


@given(SUBJECTS)
def test_a_tempo_has_four_digits_and_a_range_its_ends_in_order(subject: Subject) -> None:
    profile = profile_of(subject)
    assert profile.tempo is None or TEMPO.fullmatch(profile.tempo)
    for goal, of in profile.prescriptions.items():
        assert goal in (*GOALS, GENERAL) and 1 <= of.min <= of.max and of.rest_seconds >= 0 and 1 <= of.sets <= 10
    columns: Any = profile.columns()
    assert set(columns["recommended_rest_times"]) == set(columns["recommended_sets"]) == set(profile.prescriptions)
    assert not set(columns["recommended_rep_ranges"]) & set(columns["measured_ranges"])


def reps(profile: Profile, goal: str) -> tuple[int, int] | None:
    """The repetitions for a goal, where it is measured in them."""
    of = profile.prescriptions.get(goal)
    return (of.min, of.max) if of is not None and of.unit is Unit.REPS else None


@given(SUBJECTS)
def test_rests_do_not_grow_from_strength_over_hypertrophy_to_endurance(subject: Subject) -> None:
    prescriptions = profile_of(subject).prescriptions
    rests = [prescriptions[goal].rest_seconds for goal in GOALS[:3] if goal in prescriptions]
    assert rests == sorted(rests, reverse=True)


@pytest.mark.parametrize("key", sorted(classes()))
def test_repetitions_of_a_class_grow_from_strength_over_hypertrophy_to_endurance(key: str) -> None:
    profile = profile_of(Subject(key))
    ranges = [found for goal in GOALS[:3] if (found := reps(profile, goal))]
    assert ranges == sorted(ranges) and [high for _, high in ranges] == sorted(high for _, high in ranges)


@pytest.mark.parametrize("key", sorted(classes()))
def test_power_has_few_repetitions_and_long_rests(key: str) -> None:
    of_class = classes()[key]
    power = of_class.prescriptions.get("power")
    if power is not None:
        assert of_class.code in ("S1", "S2", "S4", "O1", "O2", "O3", "O4", "P1", "P2", "P3", "C3")
        assert power.unit is not Unit.REPS or power.max <= (20 if of_class.code == "P1" else 10)
        assert power.rest_seconds >= (120 if of_class.code in ("O1", "O2", "O3", "P2", "P3") else 60)


def test_modifiers_change_the_numbers_of_the_class_and_adjustments_come_last() -> None:
    plain = profile_of(Subject("barbell_squat", fatigue=8, difficulty=3))
    adjusted = profile_of(Subject("barbell_squat", fatigue=8, adjust={"skill_demand": 1}))
    assert plain.values["skill_demand"] == 3 and adjusted.values["skill_demand"] == 4
    assert (plain.values["minimum_recovery"], plain.values["optimal_frequency"], plain.tempo) == (72, 2, "3-1-1-0")
    assert reps(plain, "strength") == (3, 6) and reps(plain, "endurance") == (12, 20)


def test_isometric_exercises_are_measured_in_seconds_and_carries_in_metres() -> None:
    assert profile_of(Subject("isometric_hold")).prescriptions["endurance"].unit is Unit.SECONDS
    assert profile_of(Subject("carry")).prescriptions["strength"].unit is Unit.METERS
    assert profile_of(Subject("isometric_hold")).tempo is None


@pytest.mark.parametrize(
    ("kind", "force"),
    [("strength_compound", "compound"), ("strength_isolation", "isolation"), ("conditioning", "compound"),
     ("skill", "compound"), ("mobility", None), ("test", None)],
)  # fmt: skip
def test_the_kind_says_whether_one_joint_moves_or_several(kind: str, force: str | None) -> None:
    assert profile_of(Subject("isolation", kind=kind)).force_type == force
