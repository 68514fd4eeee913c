"""The choice of exercises over the shipped library: places, treatment, warnings, standards, order."""

from itertools import pairwise

import pytest

from generator_check.laws import TRAINING, movements, session_of
from generator_check.library import shipped, shipped_catalogue
from kinegraph.candidates.rules import STEADY
from kinegraph.candidates.rules_regions import trained_by
from kinegraph.care.rules_exercises import PatternGroup, is_row
from kinegraph.classification.rules_safety import Person
from kinegraph.composition.rules import Session
from kinegraph.composition.rules_order import Phase, comes_first, in_order
from kinegraph.generator.rules import Generated
from kinegraph.generator.rules_assembly import generated
from kinegraph.generator.rules_exchange import untrained
from kinegraph.layers.rules import TrainingGoal
from kinegraph.programming.rules import Request
from kinegraph.programming.rules_eligible import eligibility_of
from kinegraph.programming.rules_places import VERTICAL, places_of
from kinegraph.programming.rules_standard import first_choices, is_special
from kinegraph.taxonomy.rules_muscles import members


def request(
    goal: TrainingGoal, minutes: int, *conditions: str, muscles: tuple[str, ...] = (), **changes: object
) -> Request:
    targets = tuple((name, trained_by(members(name))) for name in muscles)
    values = {"equipment": None, "person": Person(conditions), "seed": 1, **changes}
    return Request(goal=goal, targets=targets, minutes=minutes, **values)  # type: ignore[arg-type]  # values by name


def trained(workout: Generated) -> list[str]:
    return [each.candidate.key for each in movements(workout, *TRAINING)]


@pytest.mark.parametrize("minutes", [15, 20, 30, 45])
@pytest.mark.parametrize("equipment", [frozenset(), frozenset({"dumbbell", "chair"}), None])
def test_the_whole_body_has_each_movement_from_a_quarter_of_an_hour_on(
    minutes: int, equipment: frozenset[str] | None
) -> None:
    workout = generated(request(TrainingGoal.ENDURANCE, minutes, equipment=equipment), shipped_catalogue())
    groups = {each.candidate.pattern_group for each in movements(workout, *TRAINING)}
    assert {PatternGroup.SQUAT, PatternGroup.HINGE, PatternGroup.PUSH, PatternGroup.PULL, PatternGroup.CORE} <= groups


@pytest.mark.parametrize(
    ("conditions", "slug"), [((), "kettlebell-deadlift"), (("pregnancy",), "dumbbell-romanian-deadlift")]
)
def test_no_dumbbell_is_lifted_from_the_floor_in_pregnancy(conditions: tuple[str, ...], slug: str) -> None:
    """Others stand the dumbbell on end, in place of a kettlebell."""
    wanted = request(
        TrainingGoal.ENDURANCE, 30, *conditions, equipment=frozenset({"dumbbell", "wall", "chair"}), difficulty_max=2
    )
    workout = generated(wanted, shipped_catalogue())
    hinge = next(each for each in movements(workout, *TRAINING) if each.candidate.pattern_group is PatternGroup.HINGE)
    assert hinge.candidate.key == slug
    assert ("With a dumbbell, stood on end" in hinge.prescription.get("notes", "")) is (not conditions)


def test_a_group_of_muscles_has_its_parts_and_a_muscle_itself() -> None:
    legs = places_of(request(TrainingGoal.STRENGTH, 60, muscles=("legs",)))
    assert [each.name for each in legs] == [
        "legs: front of the thigh", "legs: hip", "legs: calf", "legs: knee flexion",
    ]  # fmt: skip
    assert [each.name for each in places_of(request(TrainingGoal.STRENGTH, 60, muscles=("biceps",)))] == ["biceps"]


@pytest.mark.parametrize(
    ("slug", "group"),
    [
        ("upright-row", PatternGroup.OTHER), ("barbell-shrug", PatternGroup.OTHER),
        ("kettlebell-windmill", PatternGroup.CORE), ("bird-dog", PatternGroup.CORE),
        ("barbell-row", PatternGroup.PULL), ("romanian-deadlift", PatternGroup.HINGE),
    ],
)  # fmt: skip
def test_what_only_looks_like_a_pull_or_a_hinge_is_none(slug: str, group: PatternGroup) -> None:
    assert shipped(slug).pattern_group is group


def test_every_first_choice_is_in_the_library_and_nothing_special() -> None:
    assert [slug for slug in first_choices() if is_special(shipped(slug))] == []


@pytest.mark.parametrize(
    "slug", ["tire-flip", "log-press", "bar-muscle-ups", "pistol-squats", "bear-crawl", "kettlebell-windmill", "l-sit"]
)
def test_odd_objects_skills_and_crawls_are_special(slug: str) -> None:
    assert is_special(shipped(slug))


@pytest.mark.parametrize(
    ("conditions", "muscles", "treatment"),
    [
        (("achilles_tendinopathy",), ("legs",), "eccentric-heel-drop"),
        (("knee_osteoarthritis",), ("legs",), "leg-press"),
        (("neck_pain",), ("back", "shoulders"), "deep-neck-flexor-lift"),
    ],
)
def test_treatment_of_a_condition_is_first_or_second_whatever_muscles_are_wanted(
    conditions: tuple[str, ...], muscles: tuple[str, ...], treatment: str
) -> None:
    workout = generated(request(TrainingGoal.STRENGTH, 45, *conditions, muscles=muscles), shipped_catalogue())
    first = movements(workout, *TRAINING)[:2]
    assert any(each.assessment.indicated_for for each in first)
    assert treatment in {each.candidate.key for each in first} | set(trained(workout))


@pytest.mark.parametrize(("condition", "number"), [("elbow_tendinopathy", 1), ("shoulder_impingement", 2)])
def test_drills_of_wrist_and_shoulder_come_after_the_lifts_that_need_these_muscles(condition: str, number: int) -> None:
    """The treatments are there, and every lift of several joints comes before them."""
    found = movements(generated(request(TrainingGoal.HYPERTROPHY, 45, condition), shipped_catalogue()), *TRAINING)
    drills = [place for place, each in enumerate(found) if each.assessment.indicated_for]
    lifts = [place for place, each in enumerate(found) if each.candidate.is_compound]
    assert len(drills) == number
    assert max(lifts) < min(drills)


@pytest.mark.parametrize("goal", [TrainingGoal.STRENGTH, TrainingGoal.HYPERTROPHY])
@pytest.mark.parametrize("minutes", [45, 60, 90, 120])
def test_squat_hinge_push_and_pull_have_equal_sets(goal: TrainingGoal, minutes: int) -> None:
    """No movement has two sets more than another in a session for the whole body."""
    wanted = request(goal, minutes)
    session = session_of(generated(wanted, shipped_catalogue()), eligibility_of(shipped_catalogue(), wanted))
    sets = session.sets_by_group()
    assert len(sets) == 4
    assert max(sets.values()) - min(sets.values()) <= 1


def test_a_push_day_for_strength_begins_with_the_flat_bench() -> None:
    """Standard lifts come before variants, whatever the seed."""
    muscles = ("chest", "shoulders", "triceps")
    made = [request(TrainingGoal.STRENGTH, 60, muscles=muscles, seed=seed, difficulty_max=4) for seed in range(5)]
    assert {trained(generated(each, shipped_catalogue()))[0] for each in made} == {"bench-press"}


def test_calves_and_abductors_have_one_accessory_exercise() -> None:
    """A long session of the legs has no second calf raise, and no exercise of one joint beyond 12 % of its time."""
    found = movements(generated(request(TrainingGoal.STRENGTH, 75, muscles=("legs",)), shipped_catalogue()), *TRAINING)
    small = [each for each in found if not each.candidate.is_compound]
    assert len([each for each in small if each.candidate.primary & {"soleus", "gastrocnemius", "calves"}]) == 1
    assert max(each.seconds for each in small) <= 0.12 * 75 * 60


def test_physiotherapy_for_other_conditions_is_not_offered() -> None:
    found = eligibility_of(shipped_catalogue(), request(TrainingGoal.ENDURANCE, 30))
    eligible = {each.key for each in found.eligible}
    assert not {"pelvic-floor-contractions", "gaze-stabilisation", "chin-tucks", "short-foot"} & eligible
    postpartum = eligibility_of(shipped_catalogue(), request(TrainingGoal.ENDURANCE, 30, "postpartum"))
    assert "pelvic-floor-contractions" in {each.key for each in postpartum.eligible}


def test_a_heart_patient_has_steady_work_first_for_half_of_the_training() -> None:
    wanted = request(TrainingGoal.ENDURANCE, 45, "cardiovascular_disease", difficulty_max=2)
    found = movements(generated(wanted, shipped_catalogue()), *TRAINING)
    assert found[0].candidate.class_key == STEADY
    assert found[0].prescription["load"] == {"unit": "rpe", "value": 3}
    assert 0.5 <= found[0].seconds / sum(each.seconds for each in found) <= 0.65


def test_a_reason_names_the_condition_and_why() -> None:
    workout = generated(request(TrainingGoal.STRENGTH, 45, "pregnancy"), shipped_catalogue())
    reasons = {each.candidate.key: each.detail for each in workout.excluded}
    assert reasons["box-jumps"] == "Not with pregnancy. A fall from a height can harm you and the baby."


def test_a_block_on_the_floor_begins_with_treatment() -> None:
    wanted = request(
        TrainingGoal.HYPERTROPHY, 180, "osteoporosis", "shoulder_impingement", muscles=("legs",), difficulty_max=5
    )
    session = Session(wanted, eligibility_of(shipped_catalogue(), wanted), 10_000)
    slugs = ("side-lying-hip-abduction", "glute-bridge", "side-lying-external-rotation")
    for slug in slugs:
        session.add(shipped(slug), 0)
    ordered = in_order(session.exercises, session) or []
    assert ordered[0].key == "side-lying-external-rotation"
    assert {each.key for each in ordered[1:]} == {"side-lying-hip-abduction", "glute-bridge"}


def test_an_exercise_that_has_to_be_modified_is_exchanged_when_the_warm_up_leaves_time_for_another() -> None:
    conditions = (
        "achilles_rupture", "cardiovascular_disease", "elbow_tendinopathy", "hip_replacement", "inflammatory_arthritis",
        "pregnancy",
    )  # fmt: skip
    muscles = ("infraspinatus", "subscapularis", "adductors", "wrist_flexors")
    wanted = request(
        TrainingGoal.STRENGTH, 60, *conditions, muscles=muscles, seed=4, difficulty_max=5, with_cool_down=True
    )
    workout = generated(wanted, shipped_catalogue())
    assert "eccentric-wrist-flexion" in trained(workout)
    assert "wrist-curl" not in trained(workout)


def test_an_hour_for_the_whole_body_has_a_row_a_press_of_the_chest_and_a_pull_or_press_overhead() -> None:
    """No movement and direction is there twice, and the place of the vertical lift is filled."""
    wanted = request(TrainingGoal.HYPERTROPHY, 60)
    lifts = [each.candidate for each in movements(generated(wanted, shipped_catalogue()), *TRAINING)]
    assert any(map(is_row, lifts))
    assert any(map(VERTICAL.is_filled_by, lifts))
    assert any(each.pattern_group is PatternGroup.PUSH and "chest" in each.primary for each in lifts)


def test_a_sore_grip_presses_from_the_chest_on_a_machine_though_it_has_to_be_modified() -> None:
    """A press overhead alone would leave the chest without an exercise."""
    workout = generated(request(TrainingGoal.HYPERTROPHY, 45, "elbow_tendinopathy", "wrist_pain"), shipped_catalogue())
    assert "machine-chest-press" in trained(workout)


def test_the_easiest_push_up_is_strength_for_careful_persons() -> None:
    """A person with weak bones presses the wall, where a goal of strength offers nothing lighter."""
    home = frozenset({"wall", "chair", "dumbbell"})
    wanted = request(TrainingGoal.STRENGTH, 30, "osteoporosis", equipment=home, difficulty_max=2)
    assert "wall-push-ups" in trained(generated(wanted, shipped_catalogue()))


def test_a_large_muscle_without_a_set_comes_before_a_third_exercise_of_another() -> None:
    """An hour of squats, presses and pulls leaves the shoulders without a set of their own."""
    session = session_of(generated(request(TrainingGoal.HYPERTROPHY, 60, seed=2), shipped_catalogue()), FOUND)
    assert untrained(session) == []


FOUND = eligibility_of(shipped_catalogue(), request(TrainingGoal.HYPERTROPHY, 60, seed=2))


@pytest.mark.parametrize(
    ("condition", "minutes", "slug", "sets"),
    [("elbow_tendinopathy", 45, "eccentric-wrist-extension", 3), ("shoulder_impingement", 45, "serratus-punch", 2)],
)
@pytest.mark.parametrize("seed", range(4))
def test_what_treats_has_its_sets_before_anything_else_has_more(
    condition: str, minutes: int, slug: str, sets: int, seed: int
) -> None:
    """Two sets of a treatment, three of a tendon, and the rest of the time for the others."""
    muscles = ("chest", "back", "shoulders") if condition == "shoulder_impingement" else ()
    wanted = request(TrainingGoal.HYPERTROPHY, minutes, condition, muscles=muscles, seed=seed)
    found = {e.candidate.key: e for e in movements(generated(wanted, shipped_catalogue()), *TRAINING)}
    assert slug not in found or found[slug].prescription["sets"] >= sets


@pytest.mark.parametrize("minutes", [45, 60])
@pytest.mark.parametrize("conditions", [("hip_pain",), ("hip_pain", "knee_pain"), ("hip_replacement",)])
def test_a_sore_hip_has_an_exercise_for_its_side(minutes: int, conditions: tuple[str, ...]) -> None:
    """A bridge is one treatment of two: the abductors hold the pelvis. Where none is safe, that is said."""
    workout = generated(request(TrainingGoal.ENDURANCE, minutes, *conditions, difficulty_max=2), shipped_catalogue())
    lifts = [each.candidate for each in movements(workout, *TRAINING)]
    is_there = any("gluteus_medius" in each.primary and each.class_key != "balance_training" for each in lifts)
    is_said = "side of the hip" in {each.subject for each in workout.unmet_demands}
    assert is_there is not is_said
    assert is_there or conditions == ("hip_replacement",)


def test_a_hip_thrust_may_stand_before_a_heavier_hinge() -> None:
    """It loads no lower back, so the heaviest hinge need not come before it."""
    thrust, hinge, bridge = map(shipped, ("barbell-hip-thrust", "romanian-deadlift", "glute-bridge"))
    assert not comes_first(hinge, thrust, Phase.LARGE, Phase.LARGE)
    assert comes_first(thrust, bridge, Phase.LARGE, Phase.LARGE)


@pytest.mark.parametrize("condition", ["pregnancy", "osteoporosis"])
def test_a_hinge_and_a_row_bent_forward_are_apart(condition: str) -> None:
    """With a press between them the back rests."""
    home = frozenset({"dumbbell", "chair", "wall"})
    wanted = request(TrainingGoal.STRENGTH, 30, condition, equipment=home, difficulty_max=2)
    lifts = trained(generated(wanted, shipped_catalogue()))
    pairs = set(pairwise(lifts))
    assert ("dumbbell-romanian-deadlift", "single-arm-dumbbell-row") not in pairs
    assert ("single-arm-dumbbell-row", "dumbbell-romanian-deadlift") not in pairs


def test_power_has_a_throw_for_the_trunk() -> None:
    """What the profile offers for power comes before an accessory."""
    workout = generated(request(TrainingGoal.POWER, 60, seed=14, difficulty_max=4), shipped_catalogue())
    assert "rotational-medicine-ball-throw" in trained(workout)


@pytest.mark.parametrize("seed", range(4))
def test_drills_of_the_first_weeks_are_for_those_whom_they_treat(seed: int) -> None:
    """A disc is no reason for quadriceps drills on the floor."""
    wanted = request(TrainingGoal.HYPERTROPHY, 45, "lumbar_disc_herniation", seed=seed)
    workout = generated(wanted, shipped_catalogue())
    reasons = {each.candidate.key: each for each in workout.excluded}
    assert reasons["short-arc-quads"].detail == "It is physiotherapy for conditions that the person does not have."
    assert reasons["quad-set"].reason == "goal"
