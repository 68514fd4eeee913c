"""The numbers of advice are read, and prescriptions obey them."""

import re
from typing import Any  # prescriptions are JSON

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator_check.laws_of_advice import is_incomplete, past_weeks, unread
from generator_check.library import shipped_catalogue
from kinegraph.candidates.rules import is_offered
from kinegraph.care.rules_persons import condition_words
from kinegraph.care.rules_stop import FIRST_WEEK, WEEKS_OF_MONTH, in_phase, stop_rules
from kinegraph.classification.rules_safety import Assessment, Person, Warned
from kinegraph.classification.rules_severity import matrix
from kinegraph.dosing.rules_advice import (
    Advice,
    advice_of,
    agreed,
    contradicts,
    notes_of,
    obeying,
    read,
    shown_warnings,
)
from kinegraph.programming.rules_eligible import is_training
from kinegraph.taxonomy.rules_conditions import vocabulary

TEXTS = sorted({rule.instead for rules in matrix().values() for rule in rules if rule.instead})


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("Keep your head low for 10 seconds at most, then rise slowly", Advice(seconds=10)),
        ("Work for 30 seconds at RPE 5 of 10, then rest for 60 seconds",
         Advice(seconds=30, rest_seconds=60, exertion=5)),
        ("Do sets of at most 5 repetitions, breathing out on each, with 60 seconds of rest",
         Advice(repetitions=5, rest_seconds=60)),
        ("Loose grip, a load for 15 easy repetitions", Advice(repetitions=12, exertion=5)),
        ("Use a load that you could lift 15 times; do 10 and breathe out", Advice(repetitions=10, exertion=5)),
        ("Half of the usual weight, 3 sets of 12", Advice(repetitions=12, exertion=5, sets=3)),
        ("Do at most 30 repetitions in a session", Advice(repetitions=30, in_session=30)),
        ("Bend the knees to 90 degrees and hold 5 x 10 seconds", Advice(seconds=10, sets=5)),
        ("Hands on a wall, 2 sets of 8 each side", Advice(repetitions=8, sets=2)),
        ("March sitting on a chair, 20 steps at a time", Advice(seconds=20, meters=10)),
        ("Work 10 s, then rest 50 s", Advice(seconds=10, rest_seconds=50)),
        ("Hold the handle loosely at 50% of the effort", Advice(exertion=5)),
        ("Begin with 50% of the usual amount at RPE 2", Advice(exertion=2, share=0.5)),
        ("Take half of your weight with your feet, sets of 5", Advice(repetitions=5)),
        ("Use half the load for 20 m at RPE 4 and keep breathing", Advice(meters=20, exertion=4)),
        ("Use half the load for 8 slow repetitions", Advice(repetitions=8, exertion=5)),
        ("Do a goblet squat, 10 to 12 repetitions at RPE 4", Advice(repetitions=12, exertion=4)),
        ("Brace the belly with a flat back, 10 times for 5 seconds", Advice(repetitions=10, seconds=5)),
        ("Stop 4 repetitions before failure and breathe out on every effort", Advice(exertion=6)),
        ("Walk, or halve the time, at most 10 minutes", Advice(minutes=10, share=0.5)),
        ("Use fixed handles at the same height, 50% of the repetitions", Advice(share=0.5)),
        ("Bend the trunk by at most 45 degrees and come up in 3 seconds", Advice()),
        ("Do 5 slow repetitions of 3 seconds at half the range, eyes on one point", Advice(repetitions=5)),
        ("Take 3 seconds up and 3 seconds down, pain at most 4 of 10", Advice()),
        ("Use at most 60% of your maximum, with a person within 2 m", Advice(exertion=6)),
        ("Lift 1 arm at a time with the forehead on a towel", Advice(is_one_at_a_time=True)),
        ("Rest on the lower knee, the sound side below, 5 x 10 seconds", Advice(seconds=10, sets=5, is_one_sided=True)),
        ("Lie on the sound side, head on a pillow of 10 cm", Advice(is_one_sided=True)),
        ("Push through the sound leg only, 8 repetitions", Advice(repetitions=8)),
        ("Raise the handlebar by 5 cm and change the grip every 5 minutes", Advice()),
        ("Climb with the feet on the rope, at most 2 m, breathing out on each pull, then rest for 2 minutes",
         Advice(meters=2, rest_seconds=120)),
        ("Postpone the test until you can stand on 1 leg for 10 seconds, a rail within reach", Advice()),
    ],
)  # fmt: skip
def test_the_numbers_of_a_text_are_those_that_are_prescribed(text: str, advice: Advice) -> None:
    assert read(text) == advice


def warned(*texts: tuple[str, str]) -> Assessment:
    return Assessment(True, 25, [Warned(condition, is_avoid=False, modification=text) for condition, text in texts])


PRESCRIPTIONS = st.one_of(
    st.fixed_dictionaries({"sets": st.integers(1, 8), "reps_min": st.integers(1, 10), "reps_max": st.integers(10, 30)}),
    st.fixed_dictionaries({"sets": st.integers(1, 8), "duration_seconds": st.integers(5, 1_800)}),
    st.fixed_dictionaries({"sets": st.integers(1, 8), "distance_meters": st.integers(5, 100)}),
)


@given(PRESCRIPTIONS, st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3))
def test_no_prescription_contradicts_the_advice_beside_it(given: dict[str, Any], texts: list[str]) -> None:
    assessment = warned(*((f"condition {number}", text) for number, text in enumerate(texts)))
    found = obeying({**given, "load": {"unit": "rir", "value": 2}}, advice_of(assessment))
    assert not contradicts(found, assessment)
    assert all(value > 0 for key, value in found.items() if key != "load")


def test_repetitions_and_effort_are_lowered_to_the_strictest_advice() -> None:
    given = {"sets": 3, "reps_min": 12, "reps_max": 15, "rest_seconds": 30, "load": {"unit": "rir", "value": 2}}
    advice = Advice(repetitions=8, exertion=5, rest_seconds=60)
    assert obeying(given, advice) == {
        "sets": 3, "reps_min": 6, "reps_max": 8, "rest_seconds": 60, "load": {"unit": "rir", "value": 5},
    }  # fmt: skip


def test_seconds_make_intervals_of_steady_work() -> None:
    given = {"sets": 1, "duration_seconds": 600, "load": {"unit": "rpe", "value": 5}}
    assert obeying(given, Advice(seconds=20, rest_seconds=40, exertion=4)) == {
        "sets": 10, "duration_seconds": 20, "rest_seconds": 40, "load": {"unit": "rpe", "value": 4},
    }  # fmt: skip


def test_of_a_condition_and_its_kind_only_the_kind_is_shown_and_equal_texts_once() -> None:
    assessment = warned(
        ("knee_pain", "Stop at 90 degrees"), ("knee_osteoarthritis", "Stop at 60 degrees"),
        ("pregnancy", "Hold a rail"), ("osteoporosis", "Hold a rail"),
    )  # fmt: skip
    assert notes_of(assessment) == ("Knee osteoarthritis: Stop at 60 degrees\nPregnancy and osteoporosis: Hold a rail")
    assert notes_of(Assessment(True, 0)) is None


@pytest.mark.parametrize(
    ("text", "load", "found"),
    [
        ("Use 50% of the load with the elbows close", {"unit": "rir", "value": 5},
         "Use a lighter load (5 repetitions in reserve) with the elbows close"),
        ("Use at most 60% of your maximum", {"unit": "rpe", "value": 6}, "Use a lighter load (RPE 6 of 10)"),
        ("Stop 4 repetitions before failure", {"unit": "rir", "value": 5}, "Stop 5 repetitions before failure"),
        ("Hold a fixed rail with 1 hand", None, "Hold a worktop or chair that cannot slide with 1 hand"),
    ],
)  # fmt: skip
def test_shown_advice_agrees_with_the_prescription(text: str, load: dict[str, Any] | None, found: str) -> None:
    """Parts of a load are an effort, and the stricter number is shown."""
    assert agreed(text, {"load": load} if load else {}) == found


def test_every_number_of_an_amount_is_read() -> None:
    """No advice that sessions may show has an amount that nothing reads."""
    texts = {
        each.modification or ""
        for condition in vocabulary()
        for exercise in shipped_catalogue().candidates
        if is_training(exercise) and is_offered(exercise.assessed(Person([condition])))
        for each in shown_warnings(exercise.assessed(Person([condition])))
        if not each.is_avoid
    }
    assert len(texts) > 500
    assert {text: found for text in texts if (found := unread(text))} == {}


@pytest.mark.parametrize(
    ("condition", "text", "found"),
    [
        ("acl_reconstruction", "Stop at 60 degrees until week 8, then at 90", "Stop at 60 degrees"),
        ("acl_reconstruction", "Use a step of 10 cm until week 8, then a step of 20 cm, no load until week 12",
         "A step of 20 cm"),
        ("acl_reconstruction", "Stop at 60 degrees; before week 8 leave the load out", "Stop at 60 degrees"),
        ("acl_reconstruction", "At 60 degrees, no load until week 12, then half the load; before week 8 the sled",
         "At 60 degrees, half the load"),
        ("acl_reconstruction", "Without a bar until week 12, then with 30% of the load", "With 30% of the load"),
        ("acl_reconstruction", "Both legs, no jumps before month 6", "Both legs, no jumps before month 6"),
        ("knee_replacement", "Press seated with 50% of the load, from week 6", "Press seated with 50% of the load"),
        ("postpartum", "Hands on a wall until the 6-week check, then hands on a bench until week 12, belly flat",
         "Hands on a bench until week 12, belly flat"),
        ("ankle_sprain", "Without load until week 6", "Without load until week 6"),
    ],
)  # fmt: skip
def test_weeks_before_the_phase_that_is_meant_are_not_shown(condition: str, text: str, found: str) -> None:
    """What ends before the phase of the stop rule is past; limits of range stay."""
    name = condition_words(condition)
    assert notes_of(warned((condition, text))) == f"{name[0].upper()}{name[1:]}: {found}"


def test_advice_for_a_hinge_fits_its_start_and_names_no_equipment_of_others() -> None:
    """What begins standing is not lifted from the floor or a box, and only a cable's advice names the cable."""
    texts = {
        (exercise.key, condition): each.modification or ""
        for condition in vocabulary()
        for exercise in shipped_catalogue().candidates
        if "hinge_load" in exercise.stressors and exercise.class_key in ("loaded_hinge", "machine_compound")
        if is_offered(exercise.assessed(Person([condition])))
        for each in shown_warnings(exercise.assessed(Person([condition])))
        if not each.is_avoid
    }
    assert len(texts) > 50
    stands = [text for (key, _), text in texts.items() if key in ("dumbbell-romanian-deadlift", "romanian-deadlift")]
    lifted = re.compile("(?:from|back to) (?:a box|blocks|the floor)")
    assert [text for text in stands if lifted.search(text)] == []
    assert [key for key, text in texts.items() if "cable" in text and "cable" not in key[0]] == []


def test_what_the_cut_of_past_weeks_leaves_is_advice() -> None:
    """No warning of the library, and no text of the matrix, is left empty, with "And" first or an "it" of nothing."""
    texts = {
        (each.condition, each.modification)
        for condition in FIRST_WEEK
        for exercise in shipped_catalogue().candidates
        for each in exercise.assessed(Person([condition])).warnings
        if each.modification
    }
    texts |= {(key, rule.instead) for key in FIRST_WEEK for rule in matrix()[key] if rule.instead}
    assert len(texts) > 200
    assert [text for condition, text in texts if is_incomplete(in_phase(text, condition))] == []


def test_no_warning_of_the_library_begins_with_a_past_week() -> None:
    """Of "From week 6: saddle high" month 4 has "Saddle high"; what is to be waited for besides the week stays."""
    texts = {
        (each.condition, each.modification)
        for condition in FIRST_WEEK
        for exercise in shipped_catalogue().candidates
        for each in exercise.assessed(Person([condition])).warnings
        if each.modification and not each.is_avoid and each.condition in FIRST_WEEK
    }
    assert len(texts) > 50
    cut = [(condition, in_phase(text, condition)) for condition, text in texts]
    begun = [(key, text) for key, text in cut if text.startswith(("From week", "After week", "From month"))]
    assert [text for key, text in begun if past_weeks(text[:20], FIRST_WEEK[key])] == []
    assert in_phase("From week 6: saddle high", "hip_replacement") == "Saddle high"
    assert in_phase("From week 12 and your release: sit", "hip_replacement") == "From your release: sit"
    assert in_phase("From week 16: half the load", "hip_replacement") == "From week 16: half the load"


def test_advice_that_is_past_is_not_shown() -> None:
    """A line of which the phase leaves nothing is no line."""
    assert notes_of(warned(("acl_reconstruction", "Sit until week 12"))) is None


def test_the_phase_is_that_of_the_stop_rule() -> None:
    """A condition whose advice is cut says from when on its session is meant."""
    said = {key: stop_rules(Person([key]))[0].text for key in FIRST_WEEK}
    assert all("month 4" in said[key] or "month 3" in said[key] or "6-week check" in said[key] for key in said)
    assert FIRST_WEEK["acl_reconstruction"] == round(4 * WEEKS_OF_MONTH)
    assert FIRST_WEEK["knee_replacement"] == FIRST_WEEK["hip_replacement"] == round(3 * WEEKS_OF_MONTH)


def test_advice_limits_the_sets_and_the_repetitions_of_all_of_them() -> None:
    """Thirty repetitions in a session are three sets of ten."""
    given = {"sets": 4, "reps_min": 8, "reps_max": 10, "rest_seconds": 60}
    assert obeying(given, Advice(sets=2))["sets"] == 2
    assert obeying(given, Advice(repetitions=30, in_session=30))["sets"] == 3
    assert "rest_seconds" not in obeying(given, Advice(sets=1))
