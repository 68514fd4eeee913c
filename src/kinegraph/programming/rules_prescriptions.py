"""Prescriptions of exercises from their profiles, and the time that they take (docs/generator.md, Time).

Seconds of an exercise = set-up + sets x work + (sets - 1) x rest, and the lighter sets before heavy ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any  # a prescription is JSON

from kinegraph.candidates.rules import Candidate
from kinegraph.classification.rules_classes import Unit
from kinegraph.classification.rules_safety import Assessment
from kinegraph.layers.rules import PrescriptionRange, TrainingGoal
from kinegraph.workout.rules import LoadUnit

SETUP_SECONDS, LIGHT_SETUP_SECONDS = 60, 20
"""To fetch, load and take the place: of main and accessory exercises, and of those that warm up or cool down."""
SECONDS_PER_REPETITION = 3
SECONDS_PER_METER = 1
SECONDS_PER_CALORIE = 4
FAST_PHASE_SECONDS = 1
MIN_SETS = 2
RAMP_SETS, RAMP_SECONDS, RAMP_FATIGUE = 2, 60, 6
"""Lighter sets before the working sets of a loaded exercise of this fatigue score and more; seconds of each."""

EFFORT = {
    TrainingGoal.STRENGTH: (LoadUnit.RPE, 8),
    TrainingGoal.HYPERTROPHY: (LoadUnit.RIR, 2),
    TrainingGoal.ENDURANCE: (LoadUnit.RIR, 3),
    TrainingGoal.POWER: (LoadUnit.RPE, 6),
}
"""The effort of a set by goal: rating of perceived exertion, or repetitions in reserve (docs/generator.md, Effort)."""
LOADED = frozenset({"free_weight", "machine", "cable", "band"})
FAST = "As fast as possible: end the set when the speed falls."
WARM_UP_RANGES = (TrainingGoal.ENDURANCE, None, TrainingGoal.HYPERTROPHY)
MAX_WARM_UP_REPETITIONS, MAX_WARM_UP_SECONDS = 12, 45


@dataclass(frozen=True, slots=True)
class TimedPrescription:
    """A prescription as workouts store it, and the seconds that the exercise takes with it."""

    prescription: dict[str, Any]
    seconds: int


def repetition_seconds(tempo: str | None) -> int:
    """The seconds of a repetition by its tempo; a phase `X` counts as one second."""
    if tempo is None:
        return SECONDS_PER_REPETITION
    phases = (FAST_PHASE_SECONDS if phase in "Xx" else int(phase) for phase in tempo.split("-"))
    return max(sum(phases), 1)


def timed_prescriptions(exercise: Candidate, goal: TrainingGoal, assessment: Assessment) -> Sequence[TimedPrescription]:
    """The prescriptions of a main or accessory exercise, from the fullest to the least; none if not offered."""
    of = exercise.prescription(goal)
    if of is None:
        return ()
    if of.unit is Unit.SECONDS and of.sets == 1 and of.max > of.min:
        return [_timed(exercise, goal, assessment, of, 1, seconds) for seconds in _durations(of)]
    most = of.sets or MIN_SETS + 1
    return [_timed(exercise, goal, assessment, of, sets, None) for sets in range(most, min(MIN_SETS, most) - 1, -1)]


def _durations(of: PrescriptionRange) -> list[int]:
    """The seconds of one long bout, in steps of 5 minutes; at most 30 minutes."""
    return list(range(max(min(of.max, 1_800), of.min), of.min - 1, -300))


def _timed(
    exercise: Candidate,
    goal: TrainingGoal,
    assessment: Assessment,
    of: PrescriptionRange,
    sets: int,
    seconds: int | None,
) -> TimedPrescription:
    found: dict[str, Any] = {"sets": sets, **_amount(of, seconds)}
    rest = of.rest_seconds or 0
    if sets > 1 and rest:
        found["rest_seconds"] = rest
    if of.unit is Unit.REPS and exercise.tempo:
        found["tempo"] = _fast(exercise.tempo) if goal is TrainingGoal.POWER else exercise.tempo
    if exercise.is_unilateral:
        found["per_side"] = True
    notes = [FAST] if goal is TrainingGoal.POWER else []
    is_loaded = exercise.mechanics in LOADED
    if of.unit is Unit.REPS and (is_loaded or goal is not TrainingGoal.POWER):
        found["load"] = _effort(goal, assessment)
    ramp = 0
    if is_loaded and exercise.fatigue >= RAMP_FATIGUE and of.unit is Unit.REPS:
        notes.append(
            f"Before the working sets: {RAMP_SETS} lighter sets, with half and with three quarters of the load."
        )
        ramp = RAMP_SETS * RAMP_SECONDS
    if notes:
        found["notes"] = " ".join(notes)
    return TimedPrescription(found, SETUP_SECONDS + ramp + sets * work_seconds(found) + (sets - 1) * rest)


def _fast(tempo: str) -> str:
    """A tempo whose lifting phase is as fast as possible."""
    down, pause, _, *rest = tempo.split("-")
    return "-".join((down, pause, "X", *rest))


def _amount(of: PrescriptionRange, seconds: int | None) -> dict[str, int]:
    if of.unit is Unit.REPS:
        return {"reps_min": of.min, "reps_max": of.max}
    middle = (of.min + of.max) / 2
    value = seconds or (5 * round(middle / 5) if of.max >= 20 else ceil(middle))
    value = min(max(value, of.min), of.max)
    return {{Unit.SECONDS: "duration_seconds", Unit.METERS: "distance_meters"}.get(of.unit, "calories"): value}


def _effort(goal: TrainingGoal, assessment: Assessment) -> dict[str, Any]:
    """The effort of a goal; where a condition speaks against the exercise, one repetition further from failure."""
    unit, value = EFFORT[goal]
    eased = bool(assessment.warnings)
    return {"unit": unit.value, "value": value + (eased if unit is LoadUnit.RIR else -eased)}


def work_seconds(prescription: dict[str, Any]) -> int:
    """The seconds of one set, of both sides where they work one at a time."""
    if "reps_max" in prescription:
        one = prescription["reps_max"] * repetition_seconds(prescription.get("tempo"))
    elif "duration_seconds" in prescription:
        one = prescription["duration_seconds"]
    elif "distance_meters" in prescription:
        one = ceil(prescription["distance_meters"] * SECONDS_PER_METER)
    else:
        one = prescription.get("calories", 0) * SECONDS_PER_CALORIE
    return int(one) * (2 if prescription.get("per_side") else 1)


def light_prescription(exercise: Candidate, *, is_stretch: bool = False) -> TimedPrescription | None:
    """The prescription of an exercise that warms up, or of a stretch that ends the session; None where it has none."""
    ranges = (None,) if is_stretch else WARM_UP_RANGES
    of = next((found for goal in ranges if (found := exercise.prescription(goal)) is not None), None)
    if of is None:
        return None
    if of.unit is Unit.REPS:
        most = min(of.max, MAX_WARM_UP_REPETITIONS)
        amount = {"reps_min": min(of.min, most), "reps_max": most}
    else:
        amount = _amount(of, min(of.max, MAX_WARM_UP_SECONDS) if of.unit is Unit.SECONDS else None)
    prescription: dict[str, Any] = {"sets": 1, **amount}
    if exercise.is_unilateral:
        prescription["per_side"] = True
    if exercise.tempo and of.unit is Unit.REPS:
        prescription["tempo"] = exercise.tempo
    return TimedPrescription(prescription, LIGHT_SETUP_SECONDS + work_seconds(prescription))
