"""The laws of pairs of conditions, of amounts and of postures, and examples of what each of them finds."""

from copy import deepcopy
from typing import Any  # JSON of the entries

import pytest

from content_check.amounts import (
    amount_faults,
    beyond_range,
    half_of_nothing,
    hung,
    short_sign,
    time_of_counted,
)
from content_check.consistency import held_between, twice_a_day
from content_check.fit import motion, postured
from content_check.lines import Line
from content_check.pairs import PAIRS, pair_faults
from kinegraph.canonical.rules_files import shipped_rows
from kinegraph.classification.rules_severity import Severity
from kinegraph.taxonomy.rules_conditions import vocabulary

ROWS: list[dict[str, Any]] = shipped_rows()
BY_SLUG = {row["slug"]: row for row in ROWS}


def changed(slug: str, **values: Any) -> dict[str, Any]:
    """An entry of the library with other values."""
    return {**deepcopy(BY_SLUG[slug]), **values}


def warned(slug: str, because: str, instead: str) -> Line:
    """A warning of an exercise with other texts."""
    return Line(BY_SLUG[slug], "neck_pain", Severity.WARNING, because, instead)


def test_conditions_that_fear_the_same_are_named_together_in_every_entry() -> None:
    assert list(pair_faults(ROWS)) == []


def test_each_pair_names_two_conditions_of_the_vocabulary() -> None:
    assert all({pair.condition, pair.other} <= set(vocabulary()) for pair in PAIRS)


def test_a_pair_of_which_one_condition_is_missing_is_a_fault() -> None:
    row = changed("dragon-flag")
    del row["training"]["conditions"]["balance_disorder"]
    assert list(pair_faults([row])) == [
        "dragon-flag: vertigo is absolute, balance_disorder warning, at least restriction"
    ]


def test_amounts_of_every_entry_are_within_what_it_does() -> None:
    assert list(amount_faults(ROWS)) == []


@pytest.mark.parametrize(
    ("instead", "is_another", "is_fault"),
    [("Use half the load for 8 repetitions", False, True), ("Use half the load in sets of 3", False, False),
     ("Use Goblet Squat, 8 repetitions", True, False), ("Do at most 15 repetitions in a session", False, False)],
)  # fmt: skip
def test_a_warning_counts_no_more_than_the_longest_set(instead: str, *, is_another: bool, is_fault: bool) -> None:
    assert (beyond_range(warned("snatch-pull", "It hurts.", instead), is_another) is not None) is is_fault


@pytest.mark.parametrize(
    ("slug", "instead", "is_fault"),
    [("pogo-jumps", "Begin with 30 seconds on a soft floor", True), ("pogo-jumps", "Halve the time", True),
     ("burpees", "Walk for 1 minute after each minute", True), ("pogo-jumps", "Begin with 2 sets of 10", False),
     ("jumping-jacks", "Halve the time", False), ("pogo-jumps", "Walk for 10 minutes", False)],
)  # fmt: skip
def test_what_is_counted_is_eased_in_repetitions(slug: str, instead: str, *, is_fault: bool) -> None:
    """Thirty seconds of bounces are sixty of them, the longest set of a healthy athlete."""
    assert (time_of_counted(warned(slug, "It jolts.", instead), is_another=False) is not None) is is_fault


def test_half_the_load_needs_a_load() -> None:
    assert half_of_nothing(warned("pull-ups", "It hurts.", "Use half the load, slowly"), is_another=False) is not None
    assert half_of_nothing(warned("deadlift", "It hurts.", "Use half the load, slowly"), is_another=False) is None


def test_a_long_set_in_a_hang_is_a_fault() -> None:
    row = changed("hanging-knee-raises")
    row["training"]["modifiers"] = []
    assert list(hung(row)) == ["endurance: 30 repetitions of 4 s"]


def test_a_sign_of_readiness_that_holds_shorter_than_the_exercise_is_a_fault() -> None:
    row = BY_SLUG["hamstring-set"]
    assert short_sign("10 x 2 s at half of full effort", row) == "10 x 2 s at half of full effort against: " + next(
        cue for cue in row["cues"] if cue.startswith("Hold")
    )
    assert short_sign("10 x 10 s at half of full effort", row) is None
    assert short_sign("3 x 12 glute bridges with a 2 s stop at the top", row) is None


def test_a_hold_of_three_to_five_seconds_is_one_of_them_in_the_tempo() -> None:
    row = changed("pelvic-tilt", cues=["Hold three to five seconds"], instructions=[])
    assert list(held_between(row)) == []
    row["training"]["modifiers"] = []
    assert list(held_between(row)) == ["tempo 3-0-2-2 against: Hold three to five seconds"]


def test_what_is_done_twice_a_day_needs_no_day_of_recovery() -> None:
    assert list(twice_a_day(changed("back-squat", description="Done twice daily."))) == [
        "72 hours of recovery against: Done twice daily."
    ]


@pytest.mark.parametrize(
    ("slug", "because"),
    [("bench-press", "Catching a bar jolts the neck."), ("glute-bridge", "The drive of the legs strains."),
     ("single-leg-glute-bridge", "The body weight on one leg, and a fall, load a healing bone."),
     ("wall-sit", "Body weight on hands, knees or ribs loads healing bones there."),
     ("back-squat", "The hanging body pulls on healing bones.")],
)  # fmt: skip
def test_a_reason_of_another_posture_is_a_fault(slug: str, because: str) -> None:
    assert postured(warned(slug, because, "Walk for 10 minutes")) is not None


@pytest.mark.parametrize(
    ("slug", "because"),
    [("shadow-boxing", "Cutting and turning pull on the calf."), ("run", "The jolts of running and hopping hurt.")],
)
def test_no_cutting_where_nobody_runs_and_no_hops_where_one_runs(slug: str, because: str) -> None:
    assert motion(warned(slug, because, "Walk for 10 minutes")) is not None
