"""Prescribed amounts of an exercise: repetitions, seconds, sets, rests, effort and lighter sets [A]."""

from collections.abc import Sequence
from math import ceil
from typing import Any  # a load is JSON

from kinegraph.candidates.rules import Candidate
from kinegraph.care.rules_exercises import PatternGroup
from kinegraph.classification.rules_classes import Unit
from kinegraph.classification.rules_safety import Assessment
from kinegraph.dosing.rules import (
    BRIEF_MINUTES,
    BRIEF_REST,
    CIRCUIT_REST,
    COMPACT_REST,
    EASY_RESERVE,
    HOLD_REST,
    PrescriptionContext,
    has_handles,
    is_eased,
    is_gripped,
    is_heavy_lift,
    is_thrown,
    repetition_seconds,
)
from kinegraph.dosing.rules_advice import Advice
from kinegraph.layers.rules import PrescriptionRange, TrainingGoal
from kinegraph.workout.rules import LoadUnit

Range = tuple[int, int]

MAX_PER_SIDE, MAX_PER_SIDE_IN_CIRCUIT = 15, 10
MAX_IN_CIRCUIT = 12
MIN_REPETITIONS, MIN_PER_SIDE = 10, 8
"""The fewest repetitions of a set for endurance, beginners and careful persons: sets are cut before them."""
MAX_HEAVY_REPETITIONS, MAX_POWER_REPETITIONS = 6, 5
EASY_RANGE, ACCESSORY_RANGE, STRENGTH_RANGE, SWING_RANGE = (10, 12), (8, 15), (6, 10), (8, 10)
"""Repetitions: of beginners and careful persons, of accessory exercises, and of lifts that are not done with a bar, of
swings for power."""
WIDTH = 5
"""Ranges of repetitions are at most this wide."""
HARD_CLASSES = frozenset({"gymnastic_strength", "long_length_eccentric", "olympic_lift", "olympic_variant"})
"""Classes whose few repetitions are not widened."""
ENDURANCE_RANGES = {
    "bodyweight_upper_body": (8, 15),
    "ballistic": (12, 15),
    "low_jump": (20, 30),
    "mixed_conditioning": (10, 15),
}
"""Repetitions for endurance by class; ENDURANCE_RANGE for others."""
ENDURANCE_RANGE, PULL_RANGE = (12, 15), (5, 10)
"""`PULL_RANGE`: where the body weight is pulled up."""
MAX_HEART_HOLD = 10
"""Seconds of a hold with a condition of the heart: long ones raise the pressure."""
CIRCUIT_HOLD, COMPACT_HOLD = 30, 20
SHORT_HOLD_SECONDS = 10
"""Holds that are never longer are short: several are done, with short rests."""
MIN_STEADY = 300
REST_LIMITS = (
    (30, {TrainingGoal.ENDURANCE: 45, TrainingGoal.HYPERTROPHY: 60}),
    (45, {TrainingGoal.ENDURANCE: 60, TrainingGoal.HYPERTROPHY: 90}),
)
"""By the minutes of a session, the longest rests by goal."""
EASY_REST, MIN_HEART_REST, MAX_REST = 90, 60, 600
STRENGTH_REST, LIGHT_STRENGTH_REST, LIGHT_STRENGTH_FATIGUE = 120, 90, 5
"""The longest rests of lifts for strength that are not done with a bar; the second up to a fatigue of 5."""
MIN_SETS = 2
FEW_HOLDS, FEW_CONTRACTIONS, MAX_CONTRACTIONS = 3, 8, 12
"""The fewest short holds of an exercise; of the pelvic floor 8 to 12 contractions."""
THROW_REST, SMALL_REST = 90, 60
"""The longest rests after throws, and after drills that tire as little as DRILL_FATIGUE."""
DRILL_FATIGUE = 2
MAX_TRUNK_SECONDS, MIN_TRUNK_REPETITIONS = 90, 6
EASY_REPETITIONS = 12
"""An eased set has MIN_REPETITIONS to EASY_REPETITIONS."""
STRONG_MINUTES = 60
"""Sessions for strength of this length and more have one set more of lifts with a bar."""
ONE_SET_MINUTES = 15
"""In sessions up to this length one set may do."""


def repetitions(exercise: Candidate, prescribed: PrescriptionRange, context: PrescriptionContext) -> Range:
    """The repetitions of a set: the profile's range, narrowed by the goal, the load and the person."""
    low, high = _by_goal(exercise, prescribed, context)
    if exercise.is_unilateral:
        high = min(high, MAX_PER_SIDE)
    if context.is_short or context.is_compact:
        high = min(high, MAX_PER_SIDE_IN_CIRCUIT if exercise.is_unilateral else MAX_IN_CIRCUIT)
    if has_floor(exercise, prescribed, context):
        least = MIN_PER_SIDE if exercise.is_unilateral else MIN_REPETITIONS
        low, high = max(low, least), max(high, least + 2)
        return min(low, high - 2), high
    return min(low, max(high - 2, 1)), high


def has_floor(exercise: Candidate, prescribed: PrescriptionRange, context: PrescriptionContext) -> bool:
    """True if a set has MIN_REPETITIONS at least."""
    return context.has_floor and has_many(exercise, prescribed)


def has_many(exercise: Candidate, prescribed: PrescriptionRange) -> bool:
    """True if a set may have MIN_REPETITIONS: not where the body is pulled up, lowered slowly or few are usual."""
    pulls_up = exercise.pattern_group is PatternGroup.PULL and exercise.class_key == "bodyweight_upper_body"
    is_hard = exercise.class_key in HARD_CLASSES or exercise.class_key == "tendon_loading"
    return not pulls_up and not is_hard and prescribed.max > MAX_POWER_REPETITIONS


def _by_goal(exercise: Candidate, prescribed: PrescriptionRange, context: PrescriptionContext) -> Range:
    goal, key = context.goal, exercise.class_key or ""
    is_accessory = exercise.prescription(goal) is None
    if goal is TrainingGoal.ENDURANCE:
        pulls_up = exercise.pattern_group is PatternGroup.PULL and key == "bodyweight_upper_body"
        low, high = PULL_RANGE if pulls_up else ENDURANCE_RANGES.get(key, ENDURANCE_RANGE)
        if context.is_easy and key == "bodyweight_upper_body" and not pulls_up:
            low, high = EASY_RANGE
        return min(low, prescribed.max), min(high, prescribed.max)
    if key in HARD_CLASSES or prescribed.max <= MAX_POWER_REPETITIONS:
        return max(prescribed.max - 2, 1), min(
            prescribed.max, MAX_POWER_REPETITIONS if goal is TrainingGoal.POWER else prescribed.max
        )
    if goal is TrainingGoal.POWER and not is_accessory and not context.is_slow:
        if key == "ballistic" and exercise.pattern_group is PatternGroup.HINGE:
            return SWING_RANGE
        return min(prescribed.min, MAX_POWER_REPETITIONS - 2), min(prescribed.max, MAX_POWER_REPETITIONS)
    if context.is_easy:
        return EASY_RANGE if exercise.is_compound else ACCESSORY_RANGE
    if is_accessory:
        return max(prescribed.min, ACCESSORY_RANGE[0]), min(prescribed.max, ACCESSORY_RANGE[1])
    if goal is TrainingGoal.STRENGTH:
        if is_heavy_lift(exercise):
            return max(prescribed.min, min(prescribed.max, MAX_HEAVY_REPETITIONS) - 2), min(
                prescribed.max, MAX_HEAVY_REPETITIONS
            )
        return STRENGTH_RANGE if key != "tendon_loading" else (prescribed.min, prescribed.max)
    return prescribed.min, prescribed.max if prescribed.max - prescribed.min <= WIDTH else prescribed.min + WIDTH - 1


def amount(exercise: Candidate, prescribed: PrescriptionRange, context: PrescriptionContext) -> dict[str, int]:
    """The amount of a set, by the prescription's field for its unit."""
    if prescribed.unit is Unit.REPS:
        low, high = repetitions(exercise, prescribed, context)
        return {"reps_min": low, "reps_max": high}
    middle = (prescribed.min + prescribed.max) / 2
    value = min(max(5 * round(middle / 5) if prescribed.max >= 20 else ceil(middle), prescribed.min), prescribed.max)
    if prescribed.unit is Unit.SECONDS:
        is_hold = exercise.class_key == "isometric_hold"
        if is_hold and context.is_heart:
            value = min(value, MAX_HEART_HOLD)
        if context.is_compact:
            value = max(prescribed.min, min(value, COMPACT_HOLD))
        elif context.is_short and prescribed.max >= CIRCUIT_HOLD:
            value = CIRCUIT_HOLD
        return {"duration_seconds": value}
    return {"distance_meters" if prescribed.unit is Unit.METERS else "calories": value}


def set_numbers(exercise: Candidate, prescribed: PrescriptionRange, context: PrescriptionContext) -> Sequence[int]:
    """The possible numbers of sets, from the most to the least."""
    most = prescribed.sets or MIN_SETS + 1
    if prescribed.unit is Unit.SECONDS and "pelvic_floor" in exercise.primary:
        return range(min(max(most, FEW_CONTRACTIONS), MAX_CONTRACTIONS), FEW_CONTRACTIONS - 1, -1)
    if prescribed.unit is Unit.SECONDS and prescribed.max <= SHORT_HOLD_SECONDS:
        least = FEW_HOLDS if context.may_be_compact else most - 2
        return range(most, max(least, 1) - 1, -1)
    if context.is_short:
        most = min(most, MIN_SETS)
    elif context.is_easy:
        most = min(most, MIN_SETS + 1)
    least = 1 if context.minutes <= ONE_SET_MINUTES else MIN_SETS
    return range(most, min(least, most) - 1, -1)


def rest_seconds(exercise: Candidate, prescribed: PrescriptionRange, context: PrescriptionContext) -> int:
    """The rest between sets; short in a circuit, where another exercise is done meanwhile."""
    rest = min(prescribed.rest_seconds or 0, _longest_for_strength(exercise, context))
    if is_thrown(exercise):
        rest = min(rest, THROW_REST)
    if exercise.fatigue <= DRILL_FATIGUE:
        rest = min(rest, SMALL_REST)
    elif exercise.is_compound and not context.is_short:
        rest = max(rest, BRIEF_REST if context.minutes <= BRIEF_MINUTES else COMPACT_REST)
    if context.is_heart:
        return min(max(rest, MIN_HEART_REST), EASY_REST)
    if context.is_short:
        is_hold = prescribed.unit is Unit.SECONDS and prescribed.max <= SHORT_HOLD_SECONDS
        return min(rest, HOLD_REST if is_hold else CIRCUIT_REST)
    if context.is_compact:
        is_brief = context.goal is TrainingGoal.ENDURANCE and context.minutes <= BRIEF_MINUTES
        return min(rest, BRIEF_REST if is_brief else COMPACT_REST)
    if context.is_easy:
        rest = min(rest, EASY_REST)
    for minutes, limits in REST_LIMITS:
        if context.minutes <= minutes:
            return min(rest, limits.get(context.goal, rest))
    return rest


def _longest_for_strength(exercise: Candidate, context: PrescriptionContext) -> int:
    """The longest rest of a lift with STRENGTH_RANGE repetitions: the long ones are for sets of at most 6."""
    is_wide = context.goal is TrainingGoal.STRENGTH and exercise.prescription(context.goal) is not None
    if not is_wide or is_heavy_lift(exercise) or exercise.class_key in HARD_CLASSES | {"tendon_loading"}:
        return MAX_REST
    return LIGHT_STRENGTH_REST if exercise.fatigue <= LIGHT_STRENGTH_FATIGUE else STRENGTH_REST


def effort(
    exercise: Candidate, prescribed: PrescriptionRange, context: PrescriptionContext, assessment: Assessment
) -> dict[str, Any]:
    """The effort of a set; where a condition speaks against the exercise, one step easier."""
    unit, value = _effort(exercise, prescribed, context)
    eased = bool(assessment.warnings)
    return {"unit": unit.value, "value": value + (eased if unit is LoadUnit.RIR else -eased)}


def _effort(exercise: Candidate, prescribed: PrescriptionRange, context: PrescriptionContext) -> tuple[LoadUnit, int]:
    if prescribed.unit is not Unit.REPS:
        return LoadUnit.RPE, 3 if context.is_heart else 5 if context.is_easy else 7
    reserve = 5 if context.is_heart else 4 if context.breathes_out else 3 if context.spares_spine else 0
    if context.spares_grip and exercise.is_compound and (is_gripped(exercise) or has_handles(exercise)):
        reserve = max(reserve, EASY_RESERVE)
    if context.goal is TrainingGoal.ENDURANCE:
        return LoadUnit.RIR, max(reserve, 4 if context.is_careful else 3)
    if reserve:
        return LoadUnit.RIR, reserve
    is_accessory = exercise.prescription(context.goal) is None
    if context.goal is TrainingGoal.HYPERTROPHY or is_accessory:
        return LoadUnit.RIR, 3 if context.is_easy else 2
    if context.goal is TrainingGoal.POWER:
        return LoadUnit.RPE, 6
    if context.is_easy:
        return LoadUnit.RIR, 4 if context.is_careful else 3
    return LoadUnit.RPE, 8


def widened(
    exercise: Candidate,
    found: dict[str, Any],
    prescribed: PrescriptionRange,
    context: PrescriptionContext,
    advice: Advice,
) -> dict[str, Any]:
    """An eased prescription with many repetitions, as the same effort with fewer is heavier, and with short rests.

    The advice, MAX_TRUNK_SECONDS and exercises of which few are usual may have fewer.
    """
    if not is_eased(found, context):
        return found
    if "rest_seconds" in found:
        found = {**found, "rest_seconds": min(found["rest_seconds"], max(EASY_REST, advice.rest_seconds or 0))}
    least = MIN_PER_SIDE if found.get("per_side") else MIN_REPETITIONS
    usual = EASY_REPETITIONS if has_many(exercise, prescribed) else max(prescribed.max, found["reps_max"])
    most = min(usual, least + 2, advice.repetitions or EASY_REPETITIONS)
    high = max(found["reps_max"], most)
    return {**found, "reps_min": max(found["reps_min"], min(least, max(high - 2, 1))), "reps_max": high}


def briefer(exercise: Candidate, found: dict[str, Any]) -> dict[str, Any]:
    """A prescription of a drill of the trunk, one side after the other, that takes no longer than MAX_TRUNK_SECONDS.

    The trunk works all the time, while a leg rests when the other one works.
    """
    if "reps_max" not in found or not found.get("per_side") or exercise.pattern_group is not PatternGroup.CORE:
        return found
    most = max(MAX_TRUNK_SECONDS // (2 * repetition_seconds(exercise, found.get("tempo"))), MIN_TRUNK_REPETITIONS)
    if found["reps_max"] <= most:
        return found
    return {**found, "reps_min": min(found["reps_min"], most - 2), "reps_max": most}
