"""Prescriptions from the profiles, and the seconds that they take."""

import pytest

from generator_check.library import shipped
from kinegraph.classification.rules_safety import Person
from kinegraph.layers.rules import TrainingGoal
from kinegraph.programming.rules_prescriptions import light_prescription, repetition_seconds, timed_prescriptions

NOBODY = Person(())


@pytest.mark.parametrize(
    ("tempo", "seconds"), [(None, 3), ("3-1-1-0", 5), ("X-0-X-0", 2), ("2-0-2", 4), ("0-0-0-0", 1)]
)
def test_a_repetition_takes_the_sum_of_its_tempo_and_three_seconds_without_one(tempo: str | None, seconds: int) -> None:
    assert repetition_seconds(tempo) == seconds


def test_a_loaded_exercise_takes_set_up_lighter_sets_work_and_rests() -> None:
    exercise = shipped("front-squat")  # 4 sets of 3 to 6 repetitions, 180 s of rest, tempo 3-1-1-0
    fullest = timed_prescriptions(exercise, TrainingGoal.STRENGTH, exercise.assessed(NOBODY))[0]
    assert fullest.seconds == 60 + 2 * 60 + 4 * 6 * 5 + 3 * 180
    assert {key: fullest.prescription[key] for key in ("sets", "reps_min", "reps_max", "rest_seconds", "tempo")} == {
        "sets": 4, "reps_min": 3, "reps_max": 6, "rest_seconds": 180, "tempo": "3-1-1-0",
    }  # fmt: skip
    assert fullest.prescription["load"] == {"unit": "rpe", "value": 8}


def test_prescriptions_go_from_the_usual_sets_down_to_two() -> None:
    exercise = shipped("push-ups")
    options = timed_prescriptions(exercise, TrainingGoal.HYPERTROPHY, exercise.assessed(NOBODY))
    assert [timed.prescription["sets"] for timed in options] == [3, 2]
    assert [timed.seconds for timed in options] == [60 + 3 * 15 * 4 + 2 * 90, 60 + 2 * 15 * 4 + 90]


def test_a_condition_that_warns_leaves_one_repetition_more_in_reserve() -> None:
    exercise = shipped("forward-lunges")
    timed = timed_prescriptions(exercise, TrainingGoal.HYPERTROPHY, exercise.assessed(Person(["knee_pain"])))[0]
    assert timed.prescription["load"] == {"unit": "rir", "value": 3}
    assert timed.prescription["per_side"] is True


def test_steady_cardio_has_one_bout_of_thirty_to_ten_minutes() -> None:
    exercise = shipped("stationary-cycling")
    options = timed_prescriptions(exercise, TrainingGoal.ENDURANCE, exercise.assessed(NOBODY))
    assert [timed.prescription["duration_seconds"] for timed in options] == [1800, 1500, 1200, 900, 600]
    assert options[-1].seconds == 660


def test_power_is_done_as_fast_as_possible() -> None:
    exercise = shipped("bench-press")
    timed = timed_prescriptions(exercise, TrainingGoal.POWER, exercise.assessed(NOBODY))[0]
    assert timed.prescription["tempo"] == "2-1-X-0"
    assert timed.prescription["load"] == {"unit": "rpe", "value": 6}
    assert timed.prescription["notes"].startswith("As fast as possible")


def test_an_exercise_that_is_not_offered_has_no_prescription() -> None:
    exercise = shipped("dumbbell-curl")
    assert timed_prescriptions(exercise, TrainingGoal.POWER, exercise.assessed(NOBODY)) == ()


def test_a_warm_up_has_one_set_and_a_stretch_of_both_sides_takes_twice_the_time() -> None:
    swings, stretch = (
        light_prescription(shipped("leg-swings")),
        light_prescription(shipped("standing-quad-stretch"), is_stretch=True),
    )
    assert swings is not None
    assert swings.prescription["sets"] == 1
    assert stretch is not None
    assert (stretch.prescription["duration_seconds"], stretch.seconds) == (45, 20 + 90)
