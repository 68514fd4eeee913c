"""Warm-ups and cool-downs over the shipped library."""

import pytest

from generator_check.laws import movements
from generator_check.library import shipped_catalogue
from kinegraph.candidates.rules import STEADY
from kinegraph.classification.rules_safety import Person
from kinegraph.generator.rules_assembly import generated
from kinegraph.layers.rules import TrainingGoal
from kinegraph.programming.rules import Request
from kinegraph.workout.rules import SectionType


def sections(goal: TrainingGoal, minutes: int, *conditions: str, **changes: object) -> dict[SectionType, list[str]]:
    values = {"equipment": None, "person": Person(conditions), "seed": 1, "with_cool_down": True, **changes}
    request = Request(goal=goal, targets=(), minutes=minutes, **values)  # type: ignore[arg-type]  # values by name
    workout = generated(request, shipped_catalogue())
    return {type: [each.candidate.key for each in movements(workout, type)] for type in SectionType}


@pytest.mark.parametrize("seed", range(6))
def test_a_warm_up_begins_with_two_to_three_minutes_for_the_pulse_and_ends_with_a_rehearsal(seed: int) -> None:
    request = Request(TrainingGoal.STRENGTH, (), None, 60, Person(()), seed=seed)
    first, *_, last = movements(generated(request, shipped_catalogue()), SectionType.WARMUP)
    assert first.candidate.class_key in (STEADY, "low_jump", "mixed_conditioning", "balance_training")
    assert 120 <= first.prescription["duration_seconds"] <= 180
    assert last.candidate.class_key in ("low_load_strengthening", "leg_compound", "bodyweight_upper_body")


@pytest.mark.parametrize("seed", range(6))
def test_a_gentle_warm_up_has_no_jumps_and_no_flows(seed: int) -> None:
    found = sections(TrainingGoal.ENDURANCE, 30, "knee_osteoarthritis", difficulty_max=2, seed=seed)
    strenuous = {"jumping-jacks", "butt-kicks", "high-knees", "sun-salutation", "inchworms", "worlds-greatest-stretch"}
    assert not strenuous & set(found[SectionType.WARMUP])


def test_explosive_work_is_rehearsed_by_small_jumps() -> None:
    assert "pogo-jumps" in sections(TrainingGoal.POWER, 60, difficulty_max=4)[SectionType.WARMUP]


def test_the_heart_is_eased_off_for_five_minutes() -> None:
    request = Request(TrainingGoal.ENDURANCE, (), None, 45, Person(["cardiovascular_disease"]), 2, with_cool_down=True)
    first = movements(generated(request, shipped_catalogue()), SectionType.COOLDOWN)[0]
    assert first.candidate.class_key == STEADY
    assert (first.prescription["duration_seconds"], first.prescription["load"]["value"]) == (300, 2)


def test_a_session_of_five_minutes_has_one_exercise_to_warm_up_and_no_cool_down() -> None:
    found = sections(TrainingGoal.ENDURANCE, 5)
    assert len(found[SectionType.WARMUP]) == 1
    assert found[SectionType.COOLDOWN] == []


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("condition", ["shoulder_impingement", "shoulder_pain", "rotator_cuff_injury"])
def test_a_sore_shoulder_is_prepared_by_a_light_set_of_its_treatment(condition: str, seed: int) -> None:
    """First movements after an operation are for those whom they treat."""
    found = set(sections(TrainingGoal.HYPERTROPHY, 45, condition, seed=seed)[SectionType.WARMUP])
    assert not found & {"pendulum", "table-slide", "wand-flexion"}


def test_a_frozen_shoulder_begins_with_its_first_movements() -> None:
    """They treat it."""
    found = [sections(TrainingGoal.HYPERTROPHY, 45, "frozen_shoulder", seed=seed) for seed in range(6)]
    assert any({"pendulum", "table-slide", "wand-flexion"} & set(each[SectionType.WARMUP]) for each in found)


@pytest.mark.parametrize("seed", range(6))
def test_a_pose_whose_muscles_work_ends_no_session_that_has_a_stretch(seed: int) -> None:
    """It is filed as a stretch, and is chosen where none is left."""
    assert "warrior-ii" not in sections(TrainingGoal.HYPERTROPHY, 60, seed=seed)[SectionType.COOLDOWN]
