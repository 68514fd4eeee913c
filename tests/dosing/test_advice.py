"""The numbers of advice are read, and prescriptions obey them."""

from typing import Any  # prescriptions are JSON

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinegraph.classification.rules_safety import Assessment, Warned
from kinegraph.classification.rules_severity import matrix
from kinegraph.dosing.rules_advice import Advice, advice_of, agreed, contradicts, notes_of, obeying, read

TEXTS = sorted({rule.instead for rules in matrix().values() for rule in rules if rule.instead})


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("Keep your head low for 10 seconds at most, then rise slowly", Advice(seconds=10)),
        ("Work for 30 seconds at RPE 5 of 10, then rest for 60 seconds",
         Advice(seconds=30, rest_seconds=60, exertion=5)),
        ("Do sets of at most 5 repetitions, breathing out on each, with 60 seconds of rest",
         Advice(repetitions=5, rest_seconds=60)),
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
        ("Stop at 60 degrees of knee bend until week 8, then at 90", None, "Stop at 60 degrees of knee bend"),
        ("Hold a fixed rail with 1 hand", None, "Hold a worktop or chair that cannot slide with 1 hand"),
    ],
)  # fmt: skip
def test_shown_advice_agrees_with_the_prescription(text: str, load: dict[str, Any] | None, found: str) -> None:
    """Parts of a load are an effort, the stricter number is shown, and of two phases the first."""
    assert agreed(text, {"load": load} if load else {}) == found
