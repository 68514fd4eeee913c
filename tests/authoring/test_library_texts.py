"""The laws of what athletes read of the library, and examples of what each of them finds."""

from typing import Any  # JSON of the entries

import pytest

from content_check.coverage import decisions, undecided
from content_check.entries import entry_faults
from content_check.floor import below_floor, floor_of
from content_check.lines import Line, lines, postures
from content_check.pointers import laxer, pointer
from content_check.texts import (
    LINE_LAWS,
    children,
    named_exercises,
    own_texts,
    safe_advice,
    severities_of,
    text_faults,
)
from kinegraph.authoring.rules import findings_of, traits_of
from kinegraph.canonical.rules_files import shipped_rows
from kinegraph.classification.rules_classes import classes
from kinegraph.classification.rules_severity import RANK, Severity
from kinegraph.taxonomy.rules_conditions import vocabulary

ROWS: list[dict[str, Any]] = shipped_rows()
BY_SLUG = {row["slug"]: row for row in ROWS}
LAWS = {law.__name__: law for law in LINE_LAWS}


def line(slug: str, because: str, instead: str, severity: Severity = Severity.WARNING) -> Line:
    """A line of an exercise of the library."""
    return Line(BY_SLUG[slug], "knee_pain", severity, because, instead)


def test_every_modification_fits_severity_unit_position_and_kind_of_its_exercise() -> None:
    assert list(text_faults(ROWS)) == []


def test_texts_name_exercises_by_name_have_one_spelling_and_emergency_numbers() -> None:
    assert list(entry_faults(ROWS)) == []


def test_no_severity_is_below_the_floor_of_its_kind_of_exercise() -> None:
    assert list(below_floor(ROWS)) == []


def test_every_class_decides_which_conditions_it_always_and_never_names() -> None:
    assert set(decisions()) == set(classes()) and list(undecided(ROWS)) == []


def test_every_exercise_has_one_posture() -> None:
    assert sorted(postures()) == sorted(BY_SLUG)


@pytest.mark.parametrize(
    ("law", "slug", "because", "instead"),
    [("waiting", "bench-press", "It hurts.", "Wait 8 weeks, then use half the load"),
     ("waiting", "run", "It hurts.", "Not before week 12; walk until then"),
     ("unit", "goblet-squat", "It hurts.", "Do 8 repetitions or 20 m"),
     ("unit", "plank", "It hurts.", "Use half the range for 8 repetitions"),
     ("unit", "bench-press", "It hurts.", "Use half the load for 20 m"),
     ("position", "couch-stretch", "It hurts.", "Hold a rail with 1 hand"),
     ("position", "childs-pose", "It hurts.", "Do it with a relaxed grip, 10 seconds"),
     ("position", "air-squats", "It hurts.", "Use half the load, 8 repetitions"),
     ("position", "childs-pose", "The spine bends under load.", "Stop at half the range"),
     ("position", "farmers-carry", "A heavy bar pulls.", "Stop at 20 m"),
     ("kind", "jumping-pull-ups", "Running and hopping jolt it.", "Walk for 10 minutes"),
     ("kind", "timed-up-and-go-test", "Six minutes of walking tire it.", "Slow down"),
     ("kind", "bench-press", "It hurts.", "Postpone the test"),
     ("kind", "deadlift", "The bridge pulls.", "Stop at half the range"),
     ("kind", "back-squat", "It hurts.", "Use a leg press to 70 degrees with half the load"),
     ("kind", "bulgarian-split-squat", "It hurts.", "Do it within reach of a rail"),
     ("kind", "rack-pull", "A heavy pull from the floor hurts.", "Use 40% of the load"),
     ("kind", "yoke-carry", "It hurts.", "Leave the weight out, knee bend at most 60 degrees"),
     ("kind", "lying-leg-curl", "Lifting the head tires the neck.", "Rest the forehead on a towel"),
     ("place", "farmers-carry", "Pushing a sled tires the calf.", "Use half the load"),
     ("place", "walking", "Wet floors at the pool are slippery.", "Wear shoes"),
     ("motion", "medicine-ball-slam", "Cutting and turning pull on the calf.", "Throw seated"),
     ("motion", "l-sit", "A hang or a lever is hard work.", "Walk for 10 minutes"),
     ("motion", "burpees", "Jumps and hops press on the heel with each step.", "Walk for 10 minutes"),
     ("motion", "sled-pull", "Every step against the sled presses on the knee.", "Pull seated"),
     ("motion", "couch-stretch", "Sitting back stretches the ankle.", "Put a towel under it"),
     ("denied", "single-leg-glute-bridge", "No exercise is on the floor: rising loads the heart.", "Rest"),
     ("length", "bench-press", "It hurts.", "")],
)  # fmt: skip
def test_what_does_not_fit_an_exercise_is_a_fault(law: str, slug: str, because: str, instead: str) -> None:
    assert LAWS[law](line(slug, because, instead)) is not None


def test_a_restriction_may_wait() -> None:
    assert LAWS["waiting"](line("run", "It hurts.", "Not before week 12", Severity.RESTRICTION)) is None


def test_exercises_in_a_modification_are_found_by_the_longest_name_and_by_everyday_words() -> None:
    assert named_exercises("Use Clean Pull, then a leg press", BY_SLUG) == ["clean-pull", "leg-press"]


def test_a_modification_that_names_an_exercise_which_is_restricted_itself_is_a_fault() -> None:
    advised = Line(BY_SLUG["air-squats"], "hip_replacement", Severity.WARNING, "It hurts.", "Use Depth Jump")
    assert safe_advice(advised, BY_SLUG, severities_of(BY_SLUG)) is not None


@pytest.mark.parametrize(
    ("severity", "instead", "is_fault"),
    [(Severity.RESTRICTION, "Use Seated Cable Row", True),
     (Severity.RESTRICTION, "Use Seated Cable Row, half the load, 8 repetitions", False),
     (Severity.WARNING, "Use Seated Cable Row, half the load, 8 repetitions", True),
     (Severity.WARNING, "Use Pelvic Tilt", False)],
)  # fmt: skip
def test_advice_points_to_what_is_easier_for_the_condition(severity: Severity, instead: str, *, is_fault: bool) -> None:
    advised = Line(BY_SLUG["barbell-row"], "acute_lower_back_pain", severity, "It hurts.", instead)
    assert (pointer(advised, BY_SLUG, severities_of(BY_SLUG)) is not None) is is_fault


@pytest.mark.parametrize(
    ("law", "slug", "condition", "instead"),
    [("hip_bend", "romanian-deadlift", "hip_replacement", "Hinge without load, lean at most 60 degrees"),
     ("young_graft", "pistol-squats", "acl_reconstruction", "Leave the weight out, 1 hand on a rail"),
     ("straps", "deadlift", "wrist_pain", "Use 60% of the load and straps"),
     ("straps", "sandbag-carry", "elbow_pain", "Use 60% of the load, with straps"),
     ("fallback", "vertical-jump-test", "pregnancy", "Step in place onto at most 20 cm"),
     ("ungripped", "tire-flip", "wrist_pain", "Use a padded, thick handle, half the load"),
     ("ungripped", "sled-pull", "elbow_pain", "Use 60% of the load, with straps, for 10 to 20 m"),
     ("hovering", "bear-plank", "knee_pain", "Put a pad of 5 cm under the knee"),
     ("face_down", "ab-wheel-rollout", "cervical_instability", "Look straight ahead, 5 slow repetitions"),
     ("thrown", "medicine-ball-chest-pass", "elbow_pain", "Use half the load, slowly, 8 repetitions"),
     ("measured", "vertical-jump-test", "neck_pain", "Step instead of jump, at most 20 cm high"),
     ("measured", "one-repetition-maximum-test", "balance_disorder", "Have a person within 1 m of you"),
     ("loaded_curl", "jefferson-curl", "acl_reconstruction", "Stretch gently, at pain of at most 2 of 10"),
     ("climbs", "rope-climb", "rhabdomyolysis_history", "Do at most 15 repetitions in a session"),
     ("railed", "front-rack-lunges", "hamstring_strain", "Take half the step length, hands on a rail"),
     ("ridden", "burpees", "concussion", "Walk or cycle 10 to 20 minutes at RPE 3"),
     ("handles", "deadlift", "wrist_pain", "Use a padded, thick handle, half the load"),
     ("landing_hands", "clapping-push-ups", "carpal_tunnel_syndrome", "Use fists or handles, the wrist at 0 degrees"),
     ("denied", "push-ups", "osteoporosis", "Choose another exercise: the body is not held up"),
     ("lying_heel", "hanging-leg-raises", "abdominal_hernia", "Keep the trunk still and slide 1 heel at a time"),
     ("gated", "beep-test", "meniscus_injury", "Postpone the test until you squat to a chair without pain, 3 x 10"),
     ("gated", "single-leg-hop-test", "knee_pain", "Postpone the test until pain is at most 2 of 10")],
)  # fmt: skip
def test_advice_that_a_condition_forbids_is_a_fault(law: str, slug: str, condition: str, instead: str) -> None:
    advised = Line(BY_SLUG[slug], condition, Severity.RESTRICTION, "It hurts.", instead)
    assert LAWS[law](advised) is not None


def test_a_reason_that_speaks_of_a_catch_where_nothing_is_caught_is_a_fault() -> None:
    """A curl is not told that catching a load is its danger, a clean is."""
    reason = "Catching a load jolts the joint."
    assert LAWS["caught"](Line(BY_SLUG["cable-curl"], "wrist_pain", Severity.WARNING, reason, "")) is not None
    assert LAWS["caught"](Line(BY_SLUG["clean"], "wrist_pain", Severity.WARNING, reason, "")) is None


def test_advice_that_names_an_exercise_keeps_the_limit_of_that_one() -> None:
    """A plank of 20 seconds is no advice for a condition for which the plank itself is held for 10."""
    advised = Line(BY_SLUG["human-flag"], "shoulder_pain", Severity.WARNING, "It hurts.", "Use Plank, 20 seconds")
    assert laxer(advised, BY_SLUG, {("plank", "shoulder_pain"): "Hold for 10 seconds"}) is not None
    assert laxer(advised, BY_SLUG, {("plank", "shoulder_pain"): "Hold for 30 seconds"}) is None


def test_advice_in_a_reason_without_an_own_modification_is_a_fault() -> None:
    row = {"slug": "a", "training": {"conditions": {"knee_pain": {"text": "It presses on the knee. Use a low box."}}}}
    assert len(list(own_texts(row))) == 1


def test_conditions_are_as_severe_as_their_parents_in_every_entry() -> None:
    assert [fault for row in ROWS for fault in children(row)] == []


@pytest.mark.parametrize(
    ("slug", "condition", "least"),
    [("pogo-jumps", "hip_replacement", "restriction"), ("low-bar-back-squat", "vertigo", "restriction"),
     ("warrior-ii", "achilles_rupture", "restriction"), ("band-assisted-pull-ups", "epilepsy", "restriction"),
     ("suitcase-carry", "hip_replacement", "restriction"), ("step-heel-raises", "balance_disorder", "warning"),
     ("log-press", "cervical_instability", "absolute"), ("hanging-knee-raises", "hip_impingement", "restriction"),
     ("romanian-deadlift", "hip_replacement", "restriction"), ("push-press", "calf_strain", "restriction"),
     ("kipping-handstand-push-ups", "bleeding_risk", "absolute"), ("overhead-press", "vertigo", "restriction"),
     ("goblet-squat", "cervical_instability", "restriction"), ("single-leg-hops", "hip_replacement", "absolute"),
     ("supine-hamstring-stretch", "achilles_rupture", "restriction"), ("burpees", "knee_osteoarthritis", "restriction"),
     ("one-repetition-maximum-test", "balance_disorder", "restriction"), ("forward-roll", "postpartum", "restriction"),
     ("jefferson-curl", "spondylolisthesis", "restriction"), ("bear-plank", "achilles_rupture", "restriction"),
     ("tire-flip", "achilles_rupture", "absolute"), ("isometric-shoulder-holds", "recent_surgery", "restriction"),
     ("ab-wheel-rollout", "cervical_instability", "restriction"),
     ("worlds-greatest-stretch", "osteoporosis", "warning"),
     ("wall-balls", "lumbar_disc_herniation", "restriction"), ("curtsy-lunges", "acl_injury", "restriction"),
     ("worlds-greatest-stretch", "cervical_instability", "restriction"), ("goblet-squat", "ankle_sprain", "warning"),
     ("foam-roller-thoracic-extension", "inflammatory_arthritis", "restriction"),
     ("single-leg-hop-test", "knee_replacement", "absolute")],
)  # fmt: skip
def test_pairs_that_reviews_found_too_mild_stay_mended(slug: str, condition: str, least: str) -> None:
    assert RANK[findings_of(BY_SLUG[slug])[condition].severity] >= RANK[Severity(least)]


def test_a_floor_gives_the_strictest_of_its_kinds_with_a_reason() -> None:
    floor = floor_of(traits_of(BY_SLUG["back-squat"]))
    assert floor["vertigo"][0] is Severity.RESTRICTION and floor["vertigo"][1].endswith(".")
    assert set(floor) <= set(vocabulary())


def test_lines_leave_out_what_a_condition_inherits() -> None:
    named = {each.condition for each in lines([BY_SLUG["run"]])}
    assert "hip_impingement" not in named and "hip_pain" in named
