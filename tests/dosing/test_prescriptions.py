"""Prescriptions from the profiles, narrowed by goal and person, and the seconds that they take."""

import pytest

from generator_check.library import shipped
from kinegraph.candidates.rules_treatments import with_treatments
from kinegraph.classification.rules_safety import Person
from kinegraph.dosing.rules import PrescriptionContext, TimedPrescription, repetition_seconds
from kinegraph.dosing.rules_prescriptions import light_prescription, timed_prescriptions
from kinegraph.layers.rules import TrainingGoal

STRENGTH, HYPERTROPHY, ENDURANCE, POWER = TrainingGoal


def options(slug: str, context: PrescriptionContext, *conditions: str) -> list[TimedPrescription]:
    """The prescriptions of a shipped exercise, from the fullest to the least."""
    exercise = shipped(slug)
    of = exercise.prescription(context.goal) or exercise.prescription(HYPERTROPHY)
    return list(timed_prescriptions(exercise, of, context, exercise.assessed(Person(conditions))))


@pytest.mark.parametrize(
    ("slug", "tempo", "seconds"),
    [
        ("push-ups", None, 3), ("push-ups", "3-1-1-0", 5), ("russian-kettlebell-swing", "X-0-X-0", 2),
        ("push-ups", "0-0-0-0", 1), ("inchworms", None, 10), ("sun-salutation", None, 30), ("box-jumps", "X-0-X-0", 5),
        ("lateral-bounds", None, 5), ("single-leg-hops", None, 8),
    ],
)  # fmt: skip
def test_a_repetition_takes_the_sum_of_its_tempo_or_the_seconds_of_its_class(
    slug: str, tempo: str | None, seconds: int
) -> None:
    """Of fast classes it takes the seconds of the class, with a tempo and without."""
    assert repetition_seconds(shipped(slug), tempo) == seconds


def test_a_lift_with_a_bar_takes_set_up_lighter_sets_work_and_rests() -> None:
    fullest = options("front-squat", PrescriptionContext(STRENGTH, 60))[0]
    lighter = (8 + 5 + 3 + 1) * 5 + 4 * 60
    assert (fullest.lighter_seconds, fullest.seconds) == (lighter, 60 + lighter + 4 * 6 * 5 + 3 * 180)
    assert {key: fullest.prescription[key] for key in ("sets", "reps_min", "reps_max", "rest_seconds", "tempo")} == {
        "sets": 4, "reps_min": 4, "reps_max": 6, "rest_seconds": 180, "tempo": "3-1-1-0",
    }  # fmt: skip
    assert fullest.prescription["load"] == {"unit": "rpe", "value": 8}
    assert "8, 5, 3 and 1 repetitions with 40, 60, 75 and 85 % of the load" in fullest.prescription["notes"]


@pytest.mark.parametrize(
    ("slug", "note"),
    [
        ("bench-press", "8, 5, 3 and 1 repetitions with 40, 60, 75 and 85 % of the load."),
        ("overhead-press", "8, 5 and 3 repetitions with 50, 65 and 80 % of the load."),
        ("barbell-hip-thrust", "5 and 3 repetitions with 60 and 80 % of the load."),
    ],
)
def test_only_the_heaviest_lifts_have_more_lighter_sets_than_working_sets(slug: str, note: str) -> None:
    """Of a hip thrust in two sets there are two lighter ones, of an overhead press in three sets three."""
    found = next(
        timed for timed in options(slug, PrescriptionContext(STRENGTH, 60))
        if timed.prescription["sets"] == (2 if slug == "barbell-hip-thrust" else 3)
    )  # fmt: skip
    assert found.prescription["notes"] == f"Before the working sets: {note}"


@pytest.mark.parametrize(
    ("slug", "note"),
    [
        ("seated-cable-row", "Use straps, or keep the wrist straight with a loose grip."),
        ("machine-row", "Use straps, or keep the wrist straight with a loose grip."),
        ("landmine-press", "Keep the wrist straight, the handle in the heel of the hand."),
        ("machine-chest-press", "Keep the wrist straight, the handle in the heel of the hand."),
        ("goblet-squat", "Keep the wrists straight."),
        ("back-squat", "Keep the wrists straight."),
    ],
)
def test_only_what_hangs_from_the_hand_or_is_pulled_is_held_loosely(slug: str, note: str) -> None:
    """With a sore grip a pull has straps or a loose grip, a press or squat a straight wrist; both four in reserve."""
    found = options(slug, PrescriptionContext(HYPERTROPHY, 15, spares_grip=True))[0].prescription
    assert found["notes"].split(" Before")[0] == note
    assert found["load"] == {"unit": "rir", "value": 4}


def test_a_hip_thrust_says_nothing_of_the_grip() -> None:
    """The bar lies on the hips: straps hold nothing there."""
    found = options("barbell-hip-thrust", PrescriptionContext(HYPERTROPHY, 60, spares_grip=True))[0].prescription
    assert "wrist" not in found["notes"]
    assert found["load"] == {"unit": "rir", "value": 2}


def test_advice_for_the_elbow_is_no_word_for_the_wrist() -> None:
    """A second sore joint has its own line, and no straps stand beside a loose grip."""
    context = PrescriptionContext(HYPERTROPHY, 60, spares_grip=True)
    found = options("machine-row", context, "elbow_tendinopathy", "wrist_pain")[0].prescription
    assert found["notes"] == "Keep the wrists straight."
    assert (found["reps_max"], found["load"]["value"]) == (12, 5)


@pytest.mark.parametrize(
    ("slug", "condition", "is_one"),
    [
        ("side-lying-external-rotation", "shoulder_impingement", True),
        ("side-plank", "rotator_cuff_injury", True),
        ("clamshell", "hip_pain", True),
        ("side-lying-external-rotation", "neck_pain", False),
    ],
)
def test_nobody_lies_on_the_sore_side(slug: str, condition: str, *, is_one: bool) -> None:
    """What is done lying on the sound side has no second side, whether it treats the sore one or is warned of."""
    for each in options(slug, PrescriptionContext(HYPERTROPHY, 45), condition):
        assert ("per_side" not in each.prescription) is is_one
        assert ("One side only, the sound one below." in each.prescription.get("notes", "")) is is_one


@pytest.mark.parametrize(
    ("slug", "context", "is_said"),
    [
        ("split-squat", PrescriptionContext(HYPERTROPHY, 45, spares_spine=True), True),
        ("back-extension", PrescriptionContext(HYPERTROPHY, 45), True),
        ("split-squat", PrescriptionContext(ENDURANCE, 45, is_careful=True, is_heart=True), False),
        ("pistol-squats", PrescriptionContext(STRENGTH, 45), False),
        ("push-ups", PrescriptionContext(HYPERTROPHY, 45), False),
    ],
)
def test_body_weight_says_what_to_do_if_many_more_are_possible(
    slug: str, context: PrescriptionContext, *, is_said: bool
) -> None:
    """Of squats, lunges and hinges up to difficulty 2, but not with a condition of the heart."""
    assert ("many more" in options(slug, context)[0].prescription.get("notes", "")) is is_said


def test_an_effort_of_five_is_light_in_either_scale() -> None:
    """A squat with half the load has many repetitions, a short rest and two lighter sets; a fast one has few."""
    found = options("back-squat", PrescriptionContext(STRENGTH, 45), "achilles_tendinopathy")[0].prescription
    assert found["load"] == {"unit": "rpe", "value": 5}
    assert (found["reps_min"], found["reps_max"], found["rest_seconds"]) == (10, 12, 90)
    assert "8 and 5 repetitions with 50 and 75 % of the load" in found["notes"]
    fast = options("back-squat", PrescriptionContext(POWER, 60))[0].prescription
    assert fast["load"]["value"] <= 6
    assert fast["reps_max"] <= 5


@pytest.mark.parametrize(
    ("slug", "seconds"), [("dumbbell-bench-press", 120), ("goblet-squat", 90), ("bench-press", 180)]
)
def test_lifts_of_six_to_ten_repetitions_rest_less_than_those_of_six(slug: str, seconds: int) -> None:
    """The rest of the profile belongs to its few repetitions."""
    assert options(slug, PrescriptionContext(STRENGTH, 60))[0].prescription["rest_seconds"] == seconds


@pytest.mark.parametrize(
    ("slug", "context", "reps"),
    [
        ("dead-bug", PrescriptionContext(STRENGTH, 30, is_careful=True), (5, 7)),
        ("wood-chop", PrescriptionContext(HYPERTROPHY, 60), (8, 11)),
    ],
)
def test_a_set_of_the_trunk_on_both_sides_takes_a_minute_and_a_half_at_most(
    slug: str, context: PrescriptionContext, reps: tuple[int, int]
) -> None:
    """The trunk works all the time, so repetitions are cut before the tempo."""
    found = options(slug, context)[0].prescription
    assert (found["reps_min"], found["reps_max"]) == reps


def test_one_sided_lifts_have_their_lighter_set_on_both_sides() -> None:
    """The note says so, and the time is twice as long."""
    found = options("single-arm-dumbbell-row", PrescriptionContext(HYPERTROPHY, 60))[0]
    assert found.prescription["notes"] == "Before the working sets: 8 repetitions a side with half of the load."
    assert found.lighter_seconds == 2 * 8 * 4 + 30


@pytest.mark.parametrize(
    ("slug", "context", "condition", "note"),
    [
        ("single-arm-dumbbell-row", PrescriptionContext(ENDURANCE, 30, is_unsteady=True), "", "a worktop"),
        ("eccentric-heel-drop", PrescriptionContext(STRENGTH, 45), "", "Hold a weight"),
        ("pelvic-floor-contractions", PrescriptionContext(ENDURANCE, 30), "pregnancy", "on your side"),
        ("air-squats", PrescriptionContext(ENDURANCE, 30), "", "lower more slowly"),
    ],
)
def test_a_note_says_what_the_entry_leaves_open(
    slug: str, context: PrescriptionContext, condition: str, note: str
) -> None:
    """A support, a weight, a position, or what to do where a number in reserve is out of reach."""
    exercise, person = shipped(slug), Person([condition] if condition else [])
    assessment = with_treatments(exercise, exercise.assessed(person), person)
    of = exercise.prescription(context.goal) or exercise.prescription(HYPERTROPHY)
    assert note in timed_prescriptions(exercise, of, context, assessment)[0].prescription["notes"]


def test_prescriptions_go_from_the_usual_sets_down_to_two_and_compact_ones_in_sessions_up_to_45_minutes() -> None:
    long, middle = (options("push-ups", PrescriptionContext(HYPERTROPHY, minutes)) for minutes in (60, 45))
    assert [(timed.prescription["sets"], timed.is_compact) for timed in long] == [(3, False), (2, False)]
    assert [timed.seconds for timed in long] == [20 + 3 * 10 * 4 + 2 * 90, 20 + 2 * 10 * 4 + 90]
    compact = [timed for timed in middle if timed.is_compact]
    assert [(timed.prescription["sets"], timed.prescription.get("rest_seconds")) for timed in compact] == [
        (2, 60), (1, None),
    ]  # fmt: skip


def test_throws_have_short_rests_and_no_effort() -> None:
    """The speed of a throw is all that counts."""
    found = options("medicine-ball-slam", PrescriptionContext(POWER, 60))[0].prescription
    assert found["rest_seconds"] == 90
    assert "load" not in found


def test_the_pelvic_floor_has_eight_contractions_at_least() -> None:
    """However short the time, fewer are never prescribed."""
    found = options("pelvic-floor-contractions", PrescriptionContext(ENDURANCE, 15))
    assert min(each.prescription["sets"] for each in found) == 8


def test_with_much_in_reserve_a_set_has_ten_repetitions_at_least() -> None:
    """The grip is spared with four in reserve, and six repetitions would then do little."""
    found = options("dumbbell-shoulder-press", PrescriptionContext(HYPERTROPHY, 60, spares_grip=True))[0].prescription
    assert (found["reps_min"], found["reps_max"], found["load"]["value"]) == (10, 12, 4)


def test_a_short_session_is_a_circuit_with_few_repetitions_and_short_rests() -> None:
    found = options("reverse-lunges", PrescriptionContext(ENDURANCE, 15))[0].prescription
    assert (found["sets"], found["reps_max"], found["rest_seconds"], found["per_side"]) == (2, 10, 30, True)


@pytest.mark.parametrize(
    ("context", "slug", "reps", "load"),
    [
        (PrescriptionContext(STRENGTH, 60), "dumbbell-bench-press", (6, 10), ("rpe", 8)),
        (PrescriptionContext(STRENGTH, 60), "lying-leg-curl", (10, 15), ("rir", 2)),
        (PrescriptionContext(STRENGTH, 60, is_beginner=True), "bench-press", (10, 12), ("rir", 3)),
        (PrescriptionContext(STRENGTH, 60, is_careful=True), "dumbbell-shoulder-press", (10, 12), ("rir", 4)),
        (PrescriptionContext(ENDURANCE, 60, is_beginner=True), "push-ups", (10, 12), ("rir", 3)),
        (PrescriptionContext(ENDURANCE, 60), "band-assisted-pull-ups", (5, 10), ("rir", 3)),
        (PrescriptionContext(ENDURANCE, 60), "split-squat", (12, 15), ("rir", 3)),
        (PrescriptionContext(ENDURANCE, 60, is_careful=True, is_heart=True), "leg-press", (12, 15), ("rir", 5)),
        (PrescriptionContext(HYPERTROPHY, 60, is_careful=True, breathes_out=True), "machine-row", (10, 12), ("rir", 4)),
        (PrescriptionContext(POWER, 60), "russian-kettlebell-swing", (8, 10), ("rpe", 6)),
        (PrescriptionContext(HYPERTROPHY, 60, spares_spine=True), "machine-row", (8, 12), ("rir", 3)),
    ],
)
def test_repetitions_and_effort_are_those_that_the_person_can_do(
    context: PrescriptionContext, slug: str, reps: tuple[int, int], load: tuple[str, int]
) -> None:
    found = options(slug, context)[0].prescription
    assert (found["reps_min"], found["reps_max"]) == reps
    assert (found["load"]["unit"], found["load"]["value"]) == load


def test_a_condition_that_warns_leaves_one_repetition_more_in_reserve() -> None:
    found = options("goblet-squat", PrescriptionContext(HYPERTROPHY, 60), "knee_pain")[0].prescription
    assert found["load"] == {"unit": "rir", "value": 3}


def test_steady_work_has_one_bout_of_at_most_half_the_session_and_at_least_five_minutes() -> None:
    found = options("stationary-cycling", PrescriptionContext(ENDURANCE, 30))
    assert [timed.prescription["duration_seconds"] for timed in found] == list(range(900, 299, -60))
    assert found[0].prescription["load"] == {"unit": "rpe", "value": 7}
    assert "talk in whole sentences" in found[0].prescription["notes"]


def test_a_condition_of_the_heart_has_an_effort_of_3_to_4_of_10_and_no_long_holds() -> None:
    context = PrescriptionContext(ENDURANCE, 45, is_careful=True, is_heart=True, breathes_out=True)
    walking = options("walking", context, "cardiovascular_disease")[0].prescription
    assert walking["load"] == {"unit": "rpe", "value": 3}
    assert "RPE 3 to 4 of 10" in walking["notes"]
    plank = options("plank", context, "cardiovascular_disease")[0].prescription
    assert plank["duration_seconds"] == 10
    assert "never hold your breath" in plank["notes"]


def test_power_is_done_as_fast_as_possible() -> None:
    found = options("bench-press", PrescriptionContext(POWER, 60))[0].prescription
    assert (found["tempo"], found["reps_max"]) == ("2-0-X-0", 5)
    assert found["load"] == {"unit": "rpe", "value": 6}
    assert found["notes"].startswith("As fast as possible")


def test_an_exercise_that_is_not_offered_has_no_prescription() -> None:
    exercise = shipped("dumbbell-curl")
    assert timed_prescriptions(exercise, None, PrescriptionContext(POWER, 60), exercise.assessed(Person(()))) == ()


def test_a_warm_up_has_one_set_and_a_stretch_of_both_sides_takes_twice_the_time() -> None:
    context = PrescriptionContext(HYPERTROPHY, 60)
    swings = light_prescription(shipped("leg-swings"), context)
    assert swings is not None
    assert (swings.prescription["sets"], swings.prescription["reps_min"], swings.prescription["reps_max"]) == (1, 8, 10)
    stretch = light_prescription(shipped("standing-quad-stretch"), context, is_stretch=True)
    assert stretch is not None
    assert (stretch.prescription["duration_seconds"], stretch.seconds) == (45, 15 + 90)
    easy = light_prescription(shipped("walking"), context, 150)
    assert easy is not None
    assert (easy.prescription, easy.seconds) == (
        {"sets": 1, "duration_seconds": 150, "load": {"unit": "rpe", "value": 3}}, 165,
    )  # fmt: skip
