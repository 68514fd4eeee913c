"""The session and person that a prescription is for, and the seconds of set-up, repetitions and lighter sets [A]."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # a prescription is JSON

from kinegraph.candidates.rules import Candidate
from kinegraph.care.rules_exercises import PatternGroup, is_bridge
from kinegraph.classification.rules_classes import Unit
from kinegraph.layers.rules import PrescriptionRange, TrainingGoal

SHORT_MINUTES = 20
"""The longest session that is done as a circuit, with rests of CIRCUIT_REST seconds, HOLD_REST after short holds."""
CIRCUIT_REST, HOLD_REST = 30, 15
COMPACT_MINUTES = 45
"""The longest session in which exercises may be compact: fewer repetitions, rests of COMPACT_REST seconds."""
COMPACT_REST, BRIEF_REST, BRIEF_MINUTES = 60, 45, 30
"""`BRIEF_REST`: of sessions for endurance up to BRIEF_MINUTES."""
EASY_RESERVE, EASED_EXERTION = 4, 6
"""With so many repetitions in reserve, or so low a rating of exertion, sets have many repetitions and short rests."""
HEAVY_GOALS = frozenset({TrainingGoal.STRENGTH, TrainingGoal.POWER})

HEAVY_OBJECTS = frozenset({"barbell", "trap_bar", "log", "ez_bar", "smith_machine", "yoke", "sled", "tire", "sandbag"})
BAR_SETUP, MACHINE_SETUP, BODY_SETUP, LIGHT_SETUP, SHORT_SETUP = 60, 40, 20, 15, 15
"""Seconds to fetch, load and take the place: of one of HEAVY_OBJECTS; with a machine, cable or dumbbells; without a
load; of an exercise that warms up or cools down; without a load in a circuit."""
THROWN = frozenset({"medicine_ball", "slam_ball"})
LOADED = frozenset({"free_weight", "machine", "cable"})
"""Mechanics whose load is chosen."""

REPETITION_SECONDS = 3
SLOW_SECONDS: Mapping[str, int] = {
    "dynamic_mobility": 10,
    "free_weight_compound": 8,
    "floor_pull": 6,
    "gymnastic_strength": 6,
    "early_motion": 4,
    "mixed_conditioning": 4,
    "low_load_strengthening": 2,
}
"""Seconds of a repetition without a tempo, by class; REPETITION_SECONDS for others."""
FAST_SECONDS: Mapping[str, int] = {
    **dict.fromkeys(("olympic_lift", "olympic_variant", "olympic_technique", "jump"), 5),
    "shock_jump": 8,
    "low_jump": 1,
}
"""Seconds of a repetition as fast as possible, with the return to the start, by class, whatever the tempo is."""
SWING_SECONDS = 2
"""Seconds of a repetition that is swung, not moved slowly to the end of the range."""
SECONDS_BY_KEY: Mapping[str, int] = {"sun-salutation": 30, "turkish-get-up": 20, "leg-swings": SWING_SECONDS}
SECONDS_PER_METER, CRAWL_SECONDS_PER_METER, SECONDS_PER_CALORIE = 1, 2, 4


@dataclass(frozen=True, slots=True)
class PrescriptionContext:
    """A session and a person, as far as prescriptions depend on them."""

    goal: TrainingGoal
    minutes: int
    is_beginner: bool = False
    """True where only exercises of the difficulties 1 and 2 are wanted."""
    is_careful: bool = False
    """True for conditions of the whole person: heart, bones, balance, pregnancy, after an operation."""
    is_heart: bool = False
    breathes_out: bool = False
    """True for conditions in which the breath must not be held."""
    spares_spine: bool = False
    """True for conditions of discs and nerves of the lower back."""
    is_slow: bool = False
    """True for conditions with which nothing is done as fast as possible."""
    spares_grip: bool = False
    """True for conditions of the elbow and the wrist that a firm grip irritates."""
    is_unsteady: bool = False
    """True for conditions with which a fall is likely, or breaks a bone."""
    is_compact: bool = False
    """True for the prescription of fewer sets and shorter rests, where the time is short."""

    @property
    def is_short(self) -> bool:
        """True if the session is done as a circuit."""
        return self.minutes <= SHORT_MINUTES

    @property
    def may_be_compact(self) -> bool:
        """True if exercises may be done more shortly, so that each movement has one: not heavy ones."""
        return self.minutes <= COMPACT_MINUTES and (self.goal not in HEAVY_GOALS or self.is_easy)

    @property
    def has_floor(self) -> bool:
        """True if sets have many repetitions at least: with the same effort, fewer are heavier."""
        return (self.is_easy and not self.is_fast) or self.goal is TrainingGoal.ENDURANCE

    @property
    def is_fast(self) -> bool:
        """True if lifts that serve the goal are done as fast as possible, whatever their effort is."""
        return self.goal is TrainingGoal.POWER and not self.is_slow

    @property
    def is_easy(self) -> bool:
        """True for beginners and for conditions of the whole person."""
        return self.is_beginner or self.is_careful


def is_eased(prescription: Mapping[str, Any], context: PrescriptionContext) -> bool:
    """True for sets of repetitions that are far from the last possible one, in either scale of effort.

    What is done as fast as possible has a low rating and is none of them.
    """
    load = prescription.get("load", {})
    if "reps_max" not in prescription or not load:
        return False
    if load["unit"] == "rir":
        return bool(load["value"] >= EASY_RESERVE)
    return bool(load["value"] <= EASED_EXERTION) and not context.is_fast


@dataclass(frozen=True, slots=True)
class TimedPrescription:
    """A prescription as workouts store it, and the seconds that the exercise takes with it."""

    prescription: dict[str, Any]
    seconds: int
    is_compact: bool = False
    """True for the first exercise of a place where the time is short, not for further ones."""
    lighter_seconds: int = 0
    """The seconds of lighter sets: they count for the session, not for the part that the exercise has of it."""

    @property
    def counted_seconds(self) -> int:
        """The seconds that count for the greatest part of a session that an exercise takes."""
        return self.seconds - self.lighter_seconds


def repetition_seconds(exercise: Candidate, tempo: str | None) -> int:
    """The seconds of a repetition: of fast classes by FAST_SECONDS, of others by the tempo, where they have one.

    A phase `X` of a tempo counts as one second.
    """
    key = exercise.class_key or ""
    if exercise.key in SECONDS_BY_KEY:
        return SECONDS_BY_KEY[exercise.key]
    if key in FAST_SECONDS:
        return FAST_SECONDS[key]
    if tempo is None:
        return SLOW_SECONDS.get(key, REPETITION_SECONDS)
    return max(sum(1 if phase in "Xx" else int(phase) for phase in tempo.split("-")), 1)


def work_seconds(exercise: Candidate, prescription: Mapping[str, Any]) -> int:
    """The seconds of one set, of both sides where they work one at a time."""
    if "reps_max" in prescription:
        one = prescription["reps_max"] * repetition_seconds(exercise, prescription.get("tempo"))
    elif "duration_seconds" in prescription:
        one = prescription["duration_seconds"]
    elif "distance_meters" in prescription:
        a_meter = SECONDS_PER_METER if exercise.equipment else CRAWL_SECONDS_PER_METER
        one = prescription["distance_meters"] * a_meter
    else:
        one = prescription.get("calories", 0) * SECONDS_PER_CALORIE
    return int(one) * (2 if prescription.get("per_side") else 1)


def setup_seconds(exercise: Candidate, context: PrescriptionContext) -> int:
    """The seconds before the first set of a main or accessory exercise."""
    if not HEAVY_OBJECTS.isdisjoint(exercise.equipment):
        return BAR_SETUP
    if exercise.mechanics in LOADED:
        return MACHINE_SETUP
    return SHORT_SETUP if context.is_short else BODY_SETUP


def is_heavy_lift(exercise: Candidate) -> bool:
    """True for lifts of several joints with a bar or another heavy object (HEAVY_OBJECTS), which are done heavy."""
    return exercise.is_compound and not HEAVY_OBJECTS.isdisjoint(exercise.equipment) and exercise.mechanics in LOADED


def is_thrown(exercise: Candidate) -> bool:
    """True for throws of a ball: the speed is all, and the pause is short."""
    return exercise.class_key == "ballistic" and not THROWN.isdisjoint(exercise.equipment)


def is_gripped(exercise: Candidate) -> bool:
    """True for a load that the hand holds against its weight or pull: no machine, no ball of a throw, no hip thrust."""
    is_held = exercise.mechanics in ("free_weight", "cable") and "external_load" in exercise.stressors
    return is_held and not is_bridge(exercise)


def has_handles(exercise: Candidate) -> bool:
    """True for presses and pulls on a machine: the hand holds them, and nothing falls where it lets go."""
    return exercise.mechanics == "machine" and exercise.pattern_group in (PatternGroup.PUSH, PatternGroup.PULL)


def seconds_of(exercise: Candidate, prescription: Mapping[str, Any], before: int) -> int:
    """The seconds that an exercise takes; `before`: those of set-up and lighter sets."""
    sets, rest = int(prescription.get("sets", 1)), int(prescription.get("rest_seconds", 0))
    return before + sets * work_seconds(exercise, prescription) + (sets - 1) * rest


RAMPED = frozenset({"barbell_squat", "floor_pull"})
"""Classes of the heaviest lifts: four lighter sets come before them."""
BAR_PAUSE, LIGHTER_PAUSE = 60, 30
"""Seconds after a lighter set, to load and to breathe; the second of dumbbells and machines."""
MIN_RAMP_SETS = 2


def lighter_sets(
    exercise: Candidate, prescribed: PrescriptionRange, context: PrescriptionContext, given: Mapping[str, Any]
) -> tuple[int, str | None]:
    """The seconds of lighter sets before the working sets of a prescription, and the note that names them."""
    repetitions, shares = _ramp(exercise, prescribed, context, given)
    if not repetitions:
        return 0, None
    is_bar = not HEAVY_OBJECTS.isdisjoint(exercise.equipment)
    sides = 2 if exercise.is_unilateral else 1
    one = sides * repetition_seconds(exercise, given.get("tempo"))
    seconds = sum(repetitions) * one + len(repetitions) * (BAR_PAUSE if is_bar else LIGHTER_PAUSE)
    side = " a side" if exercise.is_unilateral else ""
    with_load = f"{_listed(shares)} % of the load" if len(shares) > 1 else "half of the load"
    return seconds, f"Before the working sets: {_listed(repetitions)} repetitions{side} with {with_load}."


def _listed(numbers: Sequence[int]) -> str:
    words = [str(number) for number in numbers]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _ramp(
    exercise: Candidate, prescribed: PrescriptionRange, context: PrescriptionContext, given: Mapping[str, Any]
) -> tuple[Sequence[int], Sequence[int]]:
    """The repetitions of lighter sets, and their parts of the load in percent.

    Four come before squats, deadlifts and bench presses; before other lifts there are no more than working sets, and
    before what is eased there are two.
    """
    is_lift = exercise.mechanics in LOADED and exercise.is_compound and exercise.class_key != "ballistic"
    if prescribed.unit is not Unit.REPS or not is_lift:
        return (), ()
    if is_heavy_lift(exercise) and exercise.fatigue >= 6:
        is_heavy = context.goal in HEAVY_GOALS and not context.is_easy and not is_eased(given, context)
        if is_heavy and context.goal is TrainingGoal.STRENGTH and exercise.prescription(context.goal) is not None:
            is_bench = exercise.pattern_group is PatternGroup.PUSH and exercise.vector == "horizontal"
            if is_bench or exercise.class_key in RAMPED:
                return (8, 5, 3, 1), (40, 60, 75, 85)
            return ((8, 5, 3), (50, 65, 80)) if given["sets"] > MIN_RAMP_SETS else ((5, 3), (60, 80))
        return ((5, 3, 2), (40, 60, 80)) if is_heavy else ((8, 5), (50, 75))
    if exercise.fatigue >= 5 and context.minutes > SHORT_MINUTES and context.goal is not TrainingGoal.ENDURANCE:
        return (8,), (50,)
    return (), ()
