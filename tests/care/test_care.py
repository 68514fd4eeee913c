"""Conditions in sessions: what is left out, what treats them, when to stop."""

from dataclasses import replace

import pytest

from generator_check.laws import TRAINING, movements
from generator_check.library import shipped, shipped_catalogue
from generator_check.review import request_of
from kinegraph.candidates.rules_treatments import with_treatments
from kinegraph.care.rules import care_rules_of, excluded_by, is_on_floor
from kinegraph.care.rules_persons import condition_words
from kinegraph.care.rules_stop import UNKNOWN, stop_rules
from kinegraph.classification.rules_safety import Person
from kinegraph.dosing.rules import is_gripped
from kinegraph.generator.rules import Generated
from kinegraph.generator.rules_assembly import generated
from kinegraph.programming.rules import Demand
from kinegraph.taxonomy.rules_conditions import vocabulary
from kinegraph.workout.rules import SectionType


def case(number: int, without: str = "") -> Generated:
    request = request_of(number - 1)
    if request.equipment is not None:
        request = replace(request, equipment=request.equipment - {without})
    return generated(request, shipped_catalogue())


def keys(workout: Generated, *types: SectionType) -> list[str]:
    return [each.candidate.key for each in movements(workout, *types)]


@pytest.mark.parametrize(
    ("condition", "slug"),
    [
        ("wrist_pain", "ab-wheel-rollout"), ("elbow_tendinopathy", "ab-wheel-rollout"),
        ("hypertension", "warrior-ii"), ("balance_disorder", "goblet-squat"),
        ("knee_pain", "wood-chop"), ("acl_reconstruction", "90-90-hip-switches"), ("pregnancy", "push-ups"),
        ("pregnancy", "dumbbell-floor-press"), ("shoulder_impingement", "childs-pose"),
        ("hip_pain", "seated-forward-fold"), ("osteoporosis", "dumbbell-floor-press"),
        ("cardiovascular_disease", "quad-foam-rolling"), ("cardiovascular_disease", "cable-pull-through"),
        ("hypertension", "plank"), ("knee_pain", "russian-kettlebell-swing"), ("acl_reconstruction", "quad-set"),
        ("balance_disorder", "push-ups"), ("balance_disorder", "knee-push-ups"),
        ("elbow_tendinopathy", "dumbbell-shoulder-press"),
        ("shoulder_impingement", "barbell-shrug"), ("neck_pain", "barbell-shrug"),
        ("cardiovascular_disease", "single-leg-hip-thrust"), ("knee_osteoarthritis", "single-leg-glute-bridge"),
    ],
)  # fmt: skip
def test_what_loads_the_sore_part_is_left_out(condition: str, slug: str) -> None:
    """An exercise is left out by its attributes, though the matrix has no warning."""
    person = Person([condition])
    assert excluded_by(shipped(slug), care_rules_of(person), person, is_treatment=False) is not None


@pytest.mark.parametrize(
    ("condition", "slug"),
    [("wrist_pain", "machine-chest-press"), ("wrist_pain", "machine-shoulder-press"),
     ("wrist_pain", "dumbbell-floor-press"),
     ("shoulder_impingement", "farmers-carry"),
     ("knee_pain", "pallof-press"), ("pregnancy", "deck-push-ups"),
     ("shoulder_impingement", "doorway-pec-stretch"), ("hypertension", "wood-chop")],
)  # fmt: skip
def test_what_spares_the_sore_part_stays(condition: str, slug: str) -> None:
    """Machines, standing trunk work and raised push-ups are not left out."""
    person = Person([condition])
    assert excluded_by(shipped(slug), care_rules_of(person), person, is_treatment=False) is None


def test_without_conditions_nothing_is_left_out() -> None:
    """A healthy person has no rules."""
    assert care_rules_of(Person(())) == ()


@pytest.mark.parametrize(
    ("slug", "is_there"),
    [("glute-bridge", True), ("push-ups", True), ("deck-push-ups", False), ("bench-press", False),
     ("machine-chest-press", False), ("quad-foam-rolling", True), ("sit-to-stand", False)],
)  # fmt: skip
def test_the_floor_is_lying_kneeling_and_being_held_up(slug: str, is_there: bool) -> None:
    """Benches and machines are not the floor."""
    assert is_on_floor(shipped(slug)) is is_there


@pytest.mark.parametrize("condition", sorted(vocabulary()))
def test_every_condition_has_a_text_that_says_when_to_stop(condition: str) -> None:
    """The text is its own, or that of a condition that it is a kind of."""
    (found,) = stop_rules(Person([condition]))
    assert found.condition == condition
    assert found.text != UNKNOWN


@pytest.mark.parametrize(
    ("condition", "slug"),
    [("pregnancy", "pelvic-floor-contractions"), ("hip_pain", "glute-bridge"), ("knee_pain", "sit-to-stand"),
     ("acl_reconstruction", "air-squats")],
)  # fmt: skip
def test_treatments_of_choice(condition: str, slug: str) -> None:
    """Conditions without a treatment in the library have one by choice."""
    exercise, person = shipped(slug), Person([condition])
    assert condition in with_treatments(exercise, exercise.assessed(person), person).indicated_for


def test_a_condition_that_nothing_treats_is_said() -> None:
    """The second condition of request 18 has no exercise in the library; lifts are the treatment of bones."""
    unmet = {
        number: [each.subject for each in case(number).unmet_demands if each.demand is Demand.TREATMENT]
        for number in (11, 18)
    }
    assert unmet == {11: [], 18: ["wrist_pain"]}


def test_after_a_reconstruction_the_thigh_is_trained_by_lifts_and_no_early_drill() -> None:
    """Request 13 has a leg press in range and rising from a chair, and no quad set.

    Steps and a hinge with a load wait for weeks, which are no input.
    """
    assert keys(case(13), *TRAINING)[:2] == ["leg-press", "sit-to-stand"]
    assert "quad-set" not in keys(case(13))


def test_a_sore_grip_is_spared_in_every_lift() -> None:
    """Request 18 presses and rows on machines, and no lift of it is held."""
    trained = movements(case(18), *TRAINING)
    assert [e for e in trained if is_gripped(e.candidate) and e.candidate.is_compound] == []
    assert {"machine-row", "machine-chest-press"} <= {each.candidate.key for each in trained}


def test_a_session_ends_easily_though_no_stretch_suits() -> None:
    """Request 12 walks, and request 11 without a wall to press, whose balance is poor, marches on a chair."""
    ends = [keys(each, SectionType.COOLDOWN) for each in (case(11, without="wall"), case(12))]
    assert ends == [["seated-marching"], ["walking"]]


def test_the_heart_warms_up_with_one_exercise_for_six_minutes_and_rests_for_one() -> None:
    """Request 10 begins with one graded bout, and never rests less than a minute."""
    (only,) = movements(case(10), SectionType.WARMUP)
    assert only.prescription["duration_seconds"] >= 360
    assert only.prescription["notes"] == "Begin very easily, and do a little more each minute."
    rests = [each.prescription.get("rest_seconds", 60) for each in movements(case(10), *TRAINING)]
    assert min(rests) == 60


def test_the_floor_is_one_block_for_who_falls() -> None:
    """Request 11 has what is on the floor in a row, and nothing of it in the warm-up."""
    on_floor = [is_on_floor(each.candidate) for each in movements(case(11), *TRAINING)]
    assert on_floor == sorted(on_floor)
    assert not any(is_on_floor(each.candidate) for each in movements(case(11), SectionType.WARMUP))


def test_the_heaviest_hinge_comes_first_and_isolation_last() -> None:
    """Request 3 has its lifts before the leg curl."""
    found = keys(case(3), *TRAINING)
    assert found.index("seated-leg-curl") > found.index("bulgarian-split-squat")


def test_a_back_without_a_row_is_said() -> None:
    """Request 20 has a row with a band; without bands it names the row that is missing."""
    assert "band-seated-row" in keys(case(20), *TRAINING)
    without = case(20, without="resistance_band")
    assert "back: row" in [each.subject for each in without.unmet_demands]


def test_conditions_in_words() -> None:
    """Abbreviations have capital letters."""
    assert condition_words("acl_reconstruction") == "ACL reconstruction"
    assert condition_words("knee_pain") == "knee pain"


@pytest.mark.parametrize(
    ("condition", "slug"),
    [("osteoporosis", "warrior-ii"), ("lumbar_disc_herniation", "massage-ball-glute-release"),
     ("sciatica", "hamstring-foam-rolling"), ("wrist_pain", "calf-foam-rolling"),
     ("elbow_tendinopathy", "shoulder-pass-throughs"), ("wrist_pain", "supine-hamstring-stretch")],
)  # fmt: skip
def test_what_is_no_rest_for_the_sore_part_ends_no_session(condition: str, slug: str) -> None:
    """A pose on bent legs, a ball on the nerve, a roller under hands that hold the body, a stick in a sore grip."""
    person = Person([condition])
    rules = care_rules_of(person, is_light=True)
    assert excluded_by(shipped(slug), rules, person, is_treatment=False) is not None
