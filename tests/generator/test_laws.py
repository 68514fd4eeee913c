"""The laws of generated workouts over the shipped library (`python -m generator_check` tries more requests)."""

from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator_check.laws import faults, movements
from generator_check.library import shipped_catalogue
from generator_check.requests import random_request
from kinegraph.classification.rules_safety import Person
from kinegraph.generator.rules_assembly import generated
from kinegraph.layers.rules import TrainingGoal
from kinegraph.programming.rules import Demand, Request
from kinegraph.taxonomy.rules_conditions import vocabulary


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
@example(86026)
@example(29463796)
def test_every_law_holds_for_every_request(seed: int) -> None:
    request = random_request(Random(seed), shipped_catalogue())
    workout = generated(request, shipped_catalogue())
    assert list(faults(workout, shipped_catalogue())) == [], request


def request(**changes: object) -> Request:
    values = {"goal": TrainingGoal.HYPERTROPHY, "targets": (), "equipment": None, "minutes": 60, "person": Person(())}
    return Request(**{**values, **changes})  # type: ignore[arg-type]  # values by name


def test_equal_sets_owe_no_movement_another_lift() -> None:
    """The sets of a hinge were lowered for equality, so that another hinge would have had room beside three squats."""
    wanted = request(
        goal=TrainingGoal.STRENGTH, minutes=180, person=Person({"frozen_shoulder"}), difficulty_max=5, seed=1,
        equipment=frozenset({"kettlebell", "calf_raise_machine", "reverse_hyper_machine"}),
    )  # fmt: skip
    assert list(faults(generated(wanted, shipped_catalogue()), shipped_catalogue())) == []


def test_other_seeds_give_other_workouts_and_the_same_seed_the_same() -> None:
    made = [generated(request(seed=seed), shipped_catalogue()) for seed in (1, 1, 2, 3)]
    chosen = [[each.candidate.key for each in movements(workout)] for workout in made]
    assert chosen[0] == chosen[1]
    assert len({tuple(keys) for keys in chosen}) == 3


def test_a_session_for_the_whole_body_has_every_movement() -> None:
    workout = generated(request(goal=TrainingGoal.STRENGTH, minutes=75), shipped_catalogue())
    groups = {each.candidate.pattern_group for each in movements(workout)}
    assert {"squat", "hinge", "push", "pull", "core"} <= groups
    assert workout.unmet_demands == []


def test_five_minutes_are_answered_with_the_minutes_that_would_do_for_all_that_is_missing() -> None:
    workout = generated(request(minutes=5, equipment=frozenset()), shipped_catalogue())
    assert workout.estimated_seconds <= 300
    unmet = [each for each in workout.unmet_demands if each.demand is Demand.SESSION_TIME]
    assert [(each.subject, each.suggestion) for each in unmet] == [("pull", "With about 8 minutes it would fit.")]


def test_a_muscle_that_nothing_trains_without_equipment_names_the_equipment_that_would_help() -> None:
    target = (("biceps", frozenset({"biceps"})),)
    (unmet,) = generated(request(targets=target, equipment=frozenset()), shipped_catalogue()).unmet_demands
    assert (unmet.demand, unmet.subject) == (Demand.TARGET_MUSCLE, "biceps")
    assert unmet.detail.startswith("No exercise for hypertrophy trains biceps without equipment.")
    assert " would give " in (unmet.suggestion or "")


def test_every_condition_at_once_gives_no_exercise_and_says_so() -> None:
    workout = generated(request(person=Person(vocabulary())), shipped_catalogue())
    assert movements(workout) == []
    assert {each.demand for each in workout.unmet_demands} == {Demand.MOVEMENT}
    assert len(workout.excluded) == len(shipped_catalogue().candidates)
