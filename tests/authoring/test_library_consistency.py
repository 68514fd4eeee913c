"""The laws of values that follow the texts of their entry, and examples of what each of them finds."""

from copy import deepcopy
from typing import Any  # JSON of the entries

import pytest

from content_check.consistency import (
    consistency_faults,
    daily,
    gazed,
    held,
    held_where,
    moved_legs,
    named_in_notes,
    on_the_feet,
    paced,
    prescribed,
    racked,
    warned,
)
from kinegraph.authoring.rules import profile_columns
from kinegraph.canonical.rules_files import shipped_rows

ROWS: list[dict[str, Any]] = shipped_rows()
BY_SLUG = {row["slug"]: row for row in ROWS}


def changed(slug: str, **values: Any) -> dict[str, Any]:
    """An entry of the library with other values."""
    return {**deepcopy(BY_SLUG[slug]), **values}


def test_values_of_every_entry_follow_its_texts() -> None:
    assert list(consistency_faults(ROWS)) == []


def test_a_tempo_without_the_second_that_a_cue_holds_is_a_fault() -> None:
    assert list(held(changed("back-squat", cues=["Hold for three seconds"]))) == [
        "tempo 3-1-1-0 against: Hold for three seconds"
    ]


def test_a_squeeze_at_the_end_of_the_lift_is_not_a_pause_below() -> None:
    assert list(paced(changed("barbell-curl", cues=["Squeeze for one second"]))) == [
        "tempo 2-1-2-0 against: Squeeze for one second"
    ]


def test_a_tempo_of_other_seconds_up_than_a_cue_names_is_a_fault() -> None:
    assert list(paced(changed("back-squat", cues=["Three seconds up"]))) == ["tempo 3-1-1-0 against: Three seconds up"]


def test_a_way_that_is_slower_than_the_other_has_more_seconds() -> None:
    """A lowering that is to be slower than the lift does not have the tempo 2-0-2-1."""
    assert len(list(paced(changed("cable-curl", cues=["The lowering is slower than the lift"])))) == 1


@pytest.mark.parametrize(
    ("slug", "steps", "is_fault"),
    [("barbell-curl", ("Curl up and hold for a moment.", "Lower slowly."), True),
     ("cable-curl", ("Curl up and hold for a moment.", "Lower slowly."), False),
     ("cable-curl", ("Lower and stay for a breath.", "Press up."), True),
     ("barbell-curl", ("Curl up.", "Pause with the bar up, then lower it slowly."), True),
     ("barbell-curl", ("Pause without a swing.", "Lower slowly."), True),
     ("dead-bug", ("Reach out and stay for a moment.", "Draw the leg back."), False)],
)  # fmt: skip
def test_a_hold_stands_in_the_tempo_where_the_steps_have_it(
    slug: str, steps: tuple[str, ...], *, is_fault: bool
) -> None:
    """A hold before the lowering is the last number of a tempo, one before the lift its second."""
    row = changed(slug, instructions=[{"type": "step", "body": body} for body in steps])
    assert bool(list(held_where(row))) is is_fault


def test_a_bar_from_a_rack_needs_the_rack_or_another_way() -> None:
    """A lift without a rack says how the bar gets up."""
    steps = [
        {"type": "preparation", "body": body} for body in ("Take the bar from a rack.", "From a rack or the floor.")
    ]
    assert list(racked(changed("push-jerk", instructions=steps))) == ["no rack for: Take the bar from a rack."]


def test_legs_that_are_moved_by_their_flexors_are_a_region() -> None:
    """Bicycle crunches without the region of the hip would be allowed with a clot in the leg."""
    assert list(moved_legs(changed("bicycle-crunches", bodyRegions=["abdominals"]))) == [
        "the hip flexors work, and the hip is no region"
    ]


def test_a_drill_of_several_rounds_a_day_is_not_one_of_some_days_a_week() -> None:
    assert list(daily(changed("back-squat", cues=["Several rounds a day"]))) == [
        "2 days a week against: Several rounds a day"
    ]


def test_a_prescription_for_more_days_than_the_profile_is_a_fault() -> None:
    """A press of two days a week is not prescribed for three of them, nor a lowering of some days for each day."""
    for slug in ("leg-press", "eccentric-wrist-flexion"):
        training = {**BY_SLUG[slug]["training"], "modifiers": []}
        assert len(list(prescribed(changed(slug, training=training)))) == 1


def test_eyes_that_follow_a_hand_need_a_finding_for_the_neck() -> None:
    """A stretch of the calf in which one looks up has a line for an unstable and for a sore neck."""
    assert len(list(gazed(changed("wall-calf-stretch", cues=["Eyes follow the hand"])))) == 2


def test_a_condition_of_the_notes_without_a_finding_is_a_fault() -> None:
    row = changed("ankle-pumps", athleteNotes="Ask first with a hernia.")
    assert list(named_in_notes(row)) == ["abdominal_hernia is named and has no finding: Ask first with a hernia."]


def test_an_effort_near_the_highest_pulse_warns_of_pain_in_the_chest() -> None:
    """A sprint whose notes and safety step say nothing of the chest is a fault."""
    row = changed("sprint", athleteNotes="Run fast.", instructions=[{"type": "safety", "body": "Stop when it hurts."}])
    assert list(warned(row)) == ["an effort near the highest pulse, and no word of the chest"]


def test_a_load_in_standing_has_a_line_for_a_torn_achilles_tendon() -> None:
    row = changed("lateral-raise")
    del row["training"]["conditions"]["achilles_rupture"]
    assert list(on_the_feet(row)) == ["achilles_rupture has no finding"]


@pytest.mark.parametrize(
    ("slug", "tempo", "frequency"),
    [("standing-hip-abduction", "3-0-2-1", 7), ("supported-squat", "3-1-2-0", 3),
     ("single-leg-calf-raises", "2-0-1-0", 3), ("reverse-clamshell", "3-0-2-1", 3),
     ("short-arc-quads", "3-0-2-3", 7), ("gaze-stabilisation", None, 7)],
)  # fmt: skip
def test_tempo_and_frequency_are_those_of_the_text(slug: str, tempo: str | None, frequency: int) -> None:
    profile = profile_columns(BY_SLUG[slug])
    assert (profile["default_tempo"], profile["optimal_frequency"]) == (tempo, frequency)
