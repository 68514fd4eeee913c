"""Prescriptions of exercises, from the fullest to the least, each with the seconds that it takes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any  # a prescription is JSON

from kinegraph.candidates.rules import STEADY, Candidate, in_words, with_article
from kinegraph.care.rules import FAST_CLASSES
from kinegraph.care.rules_exercises import PatternGroup, is_row
from kinegraph.care.rules_persons import HIP, SHOULDER
from kinegraph.classification.rules_classes import Unit
from kinegraph.classification.rules_safety import Assessment
from kinegraph.dosing.rules import (
    LIGHT_SETUP,
    SWING_SECONDS,
    PrescriptionContext,
    TimedPrescription,
    has_handles,
    is_gripped,
    is_thrown,
    lighter_sets,
    repetition_seconds,
    seconds_of,
    setup_seconds,
)
from kinegraph.dosing.rules_advice import Advice, advice_of, agreed, notes_of, obeying
from kinegraph.dosing.rules_amounts import (
    MIN_STEADY,
    amount,
    briefer,
    effort,
    rest_seconds,
    set_numbers,
    widened,
)
from kinegraph.layers.rules import PrescriptionRange, TrainingGoal

FAST = "As fast as possible: end the set when the speed falls."
BREATHE = "Breathe out on the effort; never hold your breath."
TALK = "At a pace at which you can talk in whole sentences."
HEART_PACE = "RPE 3 to 4 of 10: you can talk in whole sentences. Stop with chest pain, dizziness or short breath."
GRIP = "Use straps, or keep the wrist straight with a loose grip."
GRIP_OF_PRESS = "Keep the wrist straight, the handle in the heel of the hand."
STRAIGHT_WRIST = "Keep the wrists straight."
"""A press or squat is never held loosely, and straps hold nothing there."""
FIRM_ROW = "Both feet on the floor, the free hand on a worktop."
HOLD_WEIGHT = "Hold a weight with which about 2 more repetitions would be possible."
MANY_MORE = "If many more are possible, lower more slowly."
UNLOADED, LEGS = frozenset({"bodyweight_upper_body"}), frozenset({"quadriceps", "glutes", "gastrocnemius"})
"""Exercises without a load that do not tire many people: the number in reserve may be out of their reach."""
LEG_COMPOUND, MANY_MORE_DIFFICULTY = "leg_compound", 2
"""Of squats, lunges and hinges by body weight those up to this difficulty do not tire many people."""
STANDS = ", stood on end; on a step if your back rounds."
"""Continues the note about a dumbbell in place of a kettlebell in a hinge from the floor: its handle is lower."""
ONE_SIDE = "One side only, the sound one below."
SORE_SIDES = SHOULDER | HIP
"""Conditions with which nobody lies on the sore side to train the other one."""
FEW, MANY = 8, 100
"""The most repetitions for which a drill of a tendon needs a weight."""
LIGHT_LOAD_REST = 60
PAUSED = re.compile("pause|tempo", re.IGNORECASE)
HEAVY_CARRY = "As heavy as you can carry upright, with even steps."
OF_CONDITION = {
    "achilles_tendinopathy": "Pain up to 3 of 10 is allowed if it is settled by the next morning. "
    "With pain at the heel bone, do not lower the heel below the level of the foot.",
    "patellar_tendinopathy": "Pain up to 3 of 10 is allowed if it is settled by the next morning.",
    "pregnancy": "Sitting upright, or on your side.",
    "elbow_tendinopathy": "Pain up to 3 of 10 is allowed if it is settled by the next morning.",
}
"""The note beside an exercise that treats a condition."""
EFFORTLESS_SECONDS = 10
"""Holds that are not longer, of a light load, have no rating of effort."""
MAX_STEADY_BOUT_SHARE = 0.5
"""The greatest part of a session that one exercise of steady work takes."""
EASE, HEART_EASE = 3, 2
"""The perceived exertion of what raises or lowers the pulse: less than that of the training."""
WARM_UP_RANGES = (TrainingGoal.ENDURANCE, None, TrainingGoal.HYPERTROPHY)
MAX_WARM_UP_REPETITIONS, MAX_SIDE_REPETITIONS, MAX_SLOW_REPETITIONS, MAX_WARM_UP_SECONDS = 10, 8, 4, 45


@dataclass(frozen=True, slots=True)
class Chosen:
    """An exercise of the workout, with its prescription as workouts store it, and the seconds that it takes."""

    candidate: Candidate
    assessment: Assessment
    prescription: Mapping[str, Any]
    seconds: int

    @property
    def notes(self) -> str | None:
        """The modifications that the person's conditions ask for, in agreement with the prescription; None without."""
        text = notes_of(self.assessment)
        return text and agreed(text, self.prescription)


def timed_prescriptions(
    exercise: Candidate, prescribed: PrescriptionRange | None, context: PrescriptionContext, assessment: Assessment
) -> Sequence[TimedPrescription]:
    """The prescriptions of a main or accessory exercise, from the fullest to the least; none if it is not offered."""
    if prescribed is None:
        return ()
    advice = advice_of(assessment)
    if lies_on_sore_side(exercise, assessment):
        advice = replace(advice, is_one_sided=True)
    if exercise.class_key == STEADY:
        step = 60 * max(context.minutes // 20, 1)
        most = min(prescribed.max, int(MAX_STEADY_BOUT_SHARE * 60 * context.minutes)) // step * step
        durations = range(most, min(MIN_STEADY, most) - 1, -step)
        return _distinct([_timed(exercise, prescribed, context, assessment, advice, 1, each) for each in durations])
    found = [
        _timed(exercise, prescribed, context, assessment, advice, sets, None)
        for sets in set_numbers(exercise, prescribed, context)
    ]
    is_hold = exercise.class_key == "isometric_hold"
    if (prescribed.unit is Unit.REPS or is_hold) and context.may_be_compact:
        compact = replace(context, is_compact=True)
        found += [_timed(exercise, prescribed, compact, assessment, advice, sets, None) for sets in (2, 1)]
    return _distinct(sorted(found, key=lambda timed: -timed.seconds))


def lies_on_sore_side(exercise: Candidate, assessment: Assessment) -> bool:
    """True for treatments lying on the side: of a shoulder or hip only the upper, sore one is trained."""
    return "side_lying" in exercise.stressors and not SORE_SIDES.isdisjoint(assessment.indicated_for)


def _distinct(options: Sequence[TimedPrescription]) -> Sequence[TimedPrescription]:
    """The options without repetitions, which advice that shortens them would give."""
    return [each for position, each in enumerate(options) if position == 0 or each != options[position - 1]]


def _timed(
    exercise: Candidate,
    prescribed: PrescriptionRange,
    context: PrescriptionContext,
    assessment: Assessment,
    advice: Advice,
    sets: int,
    seconds: int | None,
) -> TimedPrescription:
    found: dict[str, Any] = {"sets": sets}
    found |= amount(exercise, prescribed, context) if seconds is None else {"duration_seconds": seconds}
    if sets > 1 and (rest := rest_seconds(exercise, prescribed, context)):
        found["rest_seconds"] = rest
    is_offered = exercise.prescription(context.goal) is not None
    is_fast = context.is_fast and is_offered
    if prescribed.unit is Unit.REPS and exercise.tempo:
        found["tempo"] = _tempo(exercise, exercise.tempo, is_fast=is_fast)
    if exercise.is_unilateral:
        found["per_side"] = True
    if advice.is_light and "rest_seconds" in found:
        found["rest_seconds"] = min(found["rest_seconds"], LIGHT_LOAD_REST)
    if _has_effort(exercise, prescribed, context, is_fast=is_fast):
        found["load"] = effort(exercise, prescribed, context, assessment)
    found = briefer(exercise, widened(exercise, obeying(found, advice), prescribed, context, advice))
    lighter, ramp_note = (0, None) if advice.is_light else lighter_sets(exercise, prescribed, context, found)
    notes = _notes(exercise, found, context, assessment, is_fast=is_fast)
    if notes or ramp_note:
        found["notes"] = " ".join([*notes, *([ramp_note] if ramp_note else [])])
    seconds = seconds_of(exercise, found, setup_seconds(exercise, context) + lighter)
    return TimedPrescription(found, seconds, context.is_compact, lighter)


def _has_effort(
    exercise: Candidate, prescribed: PrescriptionRange, context: PrescriptionContext, *, is_fast: bool
) -> bool:
    if prescribed.unit is Unit.SECONDS:
        return prescribed.max > EFFORTLESS_SECONDS and exercise.class_key != "balance_training"
    if prescribed.unit is not Unit.REPS or not is_fast:
        return True
    return exercise.mechanics != "bodyweight" and not is_thrown(exercise)


def _notes(
    exercise: Candidate,
    given: Mapping[str, Any],
    context: PrescriptionContext,
    assessment: Assessment,
    *,
    is_fast: bool,
) -> list[str]:
    notes = [FAST] if is_fast else []
    if exercise.alternatives:
        is_low = exercise.class_key == "free_weight_compound" and exercise.pattern_group is PatternGroup.HINGE
        stands = STANDS if is_low and "dumbbell" in exercise.alternatives else "."
        notes.append(f"With {in_words(map(with_article, exercise.alternatives))}{stands}")
    if exercise.is_unilateral and not given.get("per_side"):
        notes.append(ONE_SIDE)
    if exercise.class_key == STEADY:
        notes.append(HEART_PACE if context.is_heart else TALK)
    elif exercise.class_key == "carry" and exercise.equipment and not context.is_easy:
        notes.append(HEAVY_CARRY)
    advice = notes_of(assessment) or ""
    breathes = context.breathes_out or context.spares_spine
    if breathes and exercise.class_key != STEADY and exercise.fatigue > 2:
        notes += [] if "reathe out" in advice else [BREATHE]
    if context.spares_grip and "wrist" not in advice and (grip := _grip(exercise)):
        notes.append(STRAIGHT_WRIST if "grip" in advice or "strap" in advice else grip)
    if context.is_unsteady and is_row(exercise) and exercise.is_unilateral and exercise.mechanics == "free_weight":
        notes.append(FIRM_ROW)
    if "reps_max" in given and not context.is_heart and not is_fast and _may_be_easy(exercise):
        notes.append(MANY_MORE)
    notes.extend(OF_CONDITION[each] for each in assessment.indicated_for if each in OF_CONDITION)
    if exercise.class_key == "tendon_loading" and exercise.mechanics == "bodyweight" and not context.is_easy:
        notes += [HOLD_WEIGHT] if given.get("reps_max", MANY) <= FEW else []
    return list(dict.fromkeys(notes))


def _may_be_easy(exercise: Candidate) -> bool:
    """True for body weight of which many people can do far more than is prescribed."""
    if exercise.mechanics != "bodyweight":
        return False
    if exercise.class_key == LEG_COMPOUND:
        return exercise.difficulty <= MANY_MORE_DIFFICULTY
    is_leg = not exercise.primary.isdisjoint(LEGS)
    is_light = exercise.class_key in UNLOADED or (exercise.class_key == "low_load_strengthening" and is_leg)
    return is_light and exercise.difficulty == 1


def _grip(exercise: Candidate) -> str | None:
    """The note for a sore grip: straps and a loose grip are for what hangs from the hand, or is pulled with it."""
    if not exercise.is_compound or not (is_gripped(exercise) or has_handles(exercise)):
        return None
    if exercise.pattern_group in (PatternGroup.PULL, PatternGroup.HINGE):
        return GRIP
    return GRIP_OF_PRESS if exercise.pattern_group is PatternGroup.PUSH else STRAIGHT_WRIST


def _tempo(exercise: Candidate, tempo: str, *, is_fast: bool) -> str:
    """The tempo of a class; as fast as possible only for power and in explosive classes.

    For power the lowering is short and without a pause, which would lose its elastic energy.
    """
    if not is_fast:
        return tempo if exercise.class_key in FAST_CLASSES else tempo.replace("X", "2")
    down, pause, _, *rest = tempo.split("-")
    if not PAUSED.search(exercise.name):
        down, pause = "X" if down in "Xx" else str(min(int(down), 2)), "0"
    return "-".join((down, pause, "X", *rest))


def _is_swung(exercise: Candidate) -> bool:
    return exercise.class_key == "dynamic_mobility" and repetition_seconds(exercise, None) <= SWING_SECONDS


def _most_in_warm_up(exercise: Candidate) -> int:
    if exercise.class_key == "dynamic_mobility" and exercise.tempo is None:
        return MAX_WARM_UP_REPETITIONS if _is_swung(exercise) else MAX_SLOW_REPETITIONS
    return MAX_SIDE_REPETITIONS if exercise.is_unilateral else MAX_WARM_UP_REPETITIONS


def light_prescription(
    exercise: Candidate,
    context: PrescriptionContext,
    seconds: int | None = None,
    *,
    is_stretch: bool = False,
    longest: int = MAX_WARM_UP_SECONDS,
) -> TimedPrescription | None:
    """The prescription of an exercise that warms up, or of a stretch that ends the session; None where it has none.

    `seconds`: how long an exercise that raises or lowers the pulse is done, with little effort; `longest`: of a hold.
    """
    if seconds is not None:
        value = HEART_EASE if context.is_heart else EASE
        easy: dict[str, Any] = {"sets": 1, "duration_seconds": seconds, "load": {"unit": "rpe", "value": value}}
        return TimedPrescription(easy, LIGHT_SETUP + seconds)
    ranges = (None,) if is_stretch else WARM_UP_RANGES
    prescribed = next((found for goal in ranges if (found := exercise.prescription(goal)) is not None), None)
    if prescribed is None:
        return None
    if prescribed.unit is Unit.REPS:
        most = min(prescribed.max, _most_in_warm_up(exercise))
        given: dict[str, Any] = {
            "reps_min": most - 2 if _is_swung(exercise) else min(prescribed.min, max(most - 2, 1)),
            "reps_max": most,
        }
    elif prescribed.unit is Unit.SECONDS:
        given = {"duration_seconds": min(prescribed.max, longest)}
    else:
        given = amount(exercise, prescribed, context)
    full: dict[str, Any] = {"sets": 1, **given}
    if exercise.is_unilateral:
        full["per_side"] = True
    if exercise.tempo and prescribed.unit is Unit.REPS and exercise.class_key == "dynamic_mobility":
        full["tempo"] = exercise.tempo
    return TimedPrescription(full, seconds_of(exercise, full, LIGHT_SETUP))
