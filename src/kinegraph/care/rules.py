"""Exercises that sessions leave out for a condition, by their attributes, beyond the severity matrix.

The matrix says what is risky; these rules say what a session need not contain, because it loads the part that is sore
and others do not. They depend on stressors, classes and equipment, never on the names of exercises.

Rules that do not speak of warm-up and cool-down alone are part of the stored safety constraints, as warnings
(`cautions_of`): what the generator leaves out is without a warning nowhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kinegraph.care.rules_exercises import Exercise, Having, PatternGroup, Seen
from kinegraph.care.rules_persons import (
    BALANCE,
    DISC,
    FALLS,
    FLOOR,
    GRIP,
    HEART,
    HIP,
    KNEE,
    NECK,
    PRESSURE,
    SHOULDER,
    SLOW,
    STANDING,
    WRIST,
    condition_words,
)

FAST_CLASSES = frozenset(
    {"olympic_lift", "olympic_variant", "olympic_technique", "jump", "low_jump", "shock_jump", "sprint", "ballistic"}
)
"""Classes of exercises that are done as fast as possible."""
LYING = frozenset({"supine_lying", "prone_lying", "side_lying", "floor_sitting", "side_support", "double_leg_raise"})
ON_FEET_TURNED = frozenset({"supine_lying", "floor_sitting", "kneeling", "prone_lying"})
HELD = frozenset({"dowel", "strap"})
MOBILITY_DIFFICULTY = 1
EARLY_FATIGUE = 2
ALONG_NERVE = frozenset({"glutes", "gluteus_medius", "hamstrings", "abductors"})


def is_on_floor(exercise: Exercise) -> bool:
    """True if the person lies, kneels or sits on the floor, or is held up on the arms or a roller."""
    found = exercise.stressors
    if exercise.mechanics in ("machine", "cable"):
        return False
    if (
        exercise.pattern_group is PatternGroup.HINGE
        and exercise.vector == "horizontal"
        and "bench" in exercise.equipment
    ):
        return exercise.is_compound  # a hip thrust begins seated on the floor, the back against a bench
    if "kneeling" in found or "foam_roller" in exercise.equipment or "massage_ball" in exercise.equipment:
        return True
    is_raised = not {"bench", "barbell"}.isdisjoint(exercise.equipment)
    return not is_raised and (not LYING.isdisjoint(found) or "anti_extension" in found)


def is_standing_pose(exercise: Exercise) -> bool:
    """True for poses filed as stretches in which bent legs hold the body: the muscles work all the time."""
    return exercise.class_key == "static_mobility" and "weight_on_bent_legs" in exercise.stressors


@dataclass(frozen=True, slots=True)
class CareRule:
    """A rule that leaves exercises out with some conditions. `words` completes "With knee pain, ..."."""

    key: str
    """The key of its texts in `classification/cautions.json`, which are read where it is a finding of an exercise."""
    conditions: frozenset[str]
    matches: Callable[[Exercise, frozenset[str]], bool]
    words: str
    is_strict: bool = False
    """True if exercises that treat another condition of the person are left out too."""
    is_light: bool = False
    """True for warm-up and cool-down only."""


def _turns(each: Exercise, found: frozenset[str]) -> bool:
    return "pivoting" in found or ("loaded_spinal_rotation" in found and ON_FEET_TURNED.isdisjoint(found))


def _is_squat(each: Exercise) -> bool:
    return each.pattern_group is PatternGroup.SQUAT and each.is_compound


def _is_early(each: Exercise, found: frozenset[str]) -> bool:
    """True for isolated, unloaded exercises of the first weeks after an operation of the knee."""
    is_leg = not each.primary.isdisjoint({"quadriceps", "hamstrings", "glutes", "hip_flexors"})
    is_small = each.class_key == "low_load_strengthening" and each.fatigue <= EARLY_FATIGUE and not each.equipment
    return is_leg and is_small and not each.is_compound and each.pattern_group is not PatternGroup.CORE


CARE_RULES: Sequence[CareRule] = (
    CareRule(
        "heart_floor",
        HEART,
        lambda each, _: is_on_floor(each),
        "no exercise is on the floor: rising again loads the heart.",
        True,
    ),
    CareRule(
        "heart_bent_down",
        HEART,
        lambda each, found: each.pattern == "hinge" and "hinge_load" in found,
        "no weight is moved with the head bent down.",
        True,
    ),
    CareRule(
        "heart_prone",
        HEART,
        lambda _, found: "prone_lying" in found,
        "nothing is done lying on the belly, which presses on the chest.",
        True,
    ),
    CareRule(
        "pressure",
        PRESSURE,
        lambda each, found: (
            "foam_roller" in each.equipment
            or "head_below_heart" in found
            or (each.class_key == "isometric_hold" and "long_hold" in found)
            or is_standing_pose(each)
        ),
        "no long hold, held-up roller or low head: each raises the blood pressure.",
        True,
    ),
    CareRule(
        "fast", SLOW, lambda each, _: each.class_key in FAST_CLASSES, "nothing is done as fast as possible.", True
    ),
    CareRule(
        "wrist_wheel",
        WRIST,
        lambda each, _: "ab_wheel" in each.equipment,
        "no wheel: the wrists would hold the weight of the body.",
        True,
    ),
    CareRule(
        "grip_wheel",
        GRIP - WRIST,
        lambda each, _: "ab_wheel" in each.equipment,
        "no handle is gripped under the weight of the body.",
        True,
    ),
    CareRule(
        "grip_overhead",
        GRIP,
        lambda each, found: each.mechanics == "free_weight" and "overhead_load" in found,
        "no free weight is held overhead: a sore grip can give way.",
        True,
    ),
    CareRule(
        "balance_squat",
        BALANCE,
        lambda each, _: _is_squat(each) and each.mechanics == "free_weight",
        "no squat holds a weight: a hand is free for the support.",
        True,
    ),
    CareRule(
        "shrug",
        SHOULDER | NECK,
        lambda each, found: "loaded_shrug" in found and not each.is_compound,
        "the upper trapezius is not trained alone: it is tense already.",
    ),
    CareRule("turn", KNEE | HIP, _turns, "no load turns the body over planted feet.", True),
    CareRule(
        "bent_leg_floor",
        KNEE | HIP | FALLS | {"pregnancy", "postpartum"},
        lambda _, found: "end_range_hip" in found and "floor_sitting" in found,
        "no bent leg is turned to the end of its range on the floor.",
        True,
    ),
    CareRule(
        "straight_leg_fold",
        HIP,
        lambda _, found: {"floor_sitting", "long_hamstring_load"} <= found,
        "no fold over straight legs.",
    ),
    CareRule(
        "overhead_stretch",
        SHOULDER,
        lambda each, _: each.kind == "mobility" and "lats" in each.primary,
        "no stretch presses the arm overhead.",
    ),
    CareRule(
        "floor_weight",
        frozenset({"osteoporosis"}),
        lambda each, found: {"supine_lying", "external_load"} <= found and is_on_floor(each),
        "no weight is brought down to the floor and up again.",
        True,
    ),
    CareRule(
        "belly_support",
        frozenset({"pregnancy"}),
        lambda each, found: "anti_extension" in found and "bench" not in each.equipment,
        "the body is not held up over the floor, where the belly domes.",
        True,
    ),
    CareRule(
        "belly_lying",
        frozenset({"pregnancy"}),
        lambda _, found: not found.isdisjoint({"supine_lying", "prone_lying"}),
        "nothing is done flat on the back from week 20 on, and the week is not known.",
        True,
    ),
    CareRule(
        "one_leg_floor",
        FLOOR,
        lambda each, _: each.is_unilateral and each.class_key == "leg_compound" and is_on_floor(each),
        "both legs push together on the floor.",
    ),
    CareRule(
        "floor_support",
        FALLS,
        lambda each, found: "anti_extension" in found and is_on_floor(each),
        "the body is not held up over the floor.",
        True,
    ),
    CareRule(
        "early_drill",
        frozenset({"acl_reconstruction"}),
        _is_early,
        "this is for the first weeks; the plan is for later.",
        True,
    ),
    CareRule(
        "light_pose",
        FALLS,
        lambda each, _: is_standing_pose(each),
        "no stretch is held on bent legs with the arms out.",
        True,
        True,
    ),
    CareRule(
        "light_nerve",
        DISC,
        lambda each, found: "local_pressure" in found and not each.primary.isdisjoint(ALONG_NERVE),
        "nothing presses on the buttock or the thigh, where the nerve runs.",
        True,
        True,
    ),
    CareRule(
        "light_hands", WRIST, lambda each, _: each.kind == "mobility" and "foam_roller" in each.equipment,
        "the hands do not hold the body up.", True, True,
    ),
    CareRule(
        "light_grip", GRIP, lambda each, _: each.kind == "mobility" and not HELD.isdisjoint(each.equipment),
        "nothing is gripped with straight elbows.", False, True,
    ),
    CareRule(
        "light_floor",
        STANDING,
        lambda each, _: is_on_floor(each),
        "warm-up and cool-down stay off the floor.",
        True,
        True,
    ),
    CareRule(
        "light_mobility",
        STANDING,
        lambda each, _: each.kind == "mobility" and each.difficulty > MOBILITY_DIFFICULTY,
        "mobility is simple.",
        True,
        True,
    ),
)  # fmt: skip


def care_rules_of(person: Having, *, is_light: bool = False) -> Sequence[CareRule]:
    """The rules that hold for a person. `is_light`: in warm-up and cool-down."""
    if not person.having:
        return ()
    return [
        rule for rule in CARE_RULES if (is_light or not rule.is_light) and not person.having.isdisjoint(rule.conditions)
    ]


def excluded_by(exercise: Seen, care_rules: Sequence[CareRule], person: Having, *, is_treatment: bool) -> str | None:
    """The reason that a session leaves an exercise out; None where no rule does."""
    if not care_rules:
        return None
    versions = [(each, each.stressors) for each in exercise.versions]
    for rule in care_rules:
        if (rule.is_strict or not is_treatment) and any(rule.matches(*version) for version in versions):
            named = sorted(person.conditions & rule.conditions) or sorted(person.having & rule.conditions)
            return f"With {condition_words(named[0])}, {rule.words}"
    return None


def cautions_of(exercise: Exercise) -> dict[str, str]:
    """The conditions for which a rule leaves an exercise out of sessions, each with the key of the first one."""
    found: dict[str, str] = {}
    for rule in CARE_RULES:
        if not rule.is_light and rule.matches(exercise, exercise.stressors):
            for condition in rule.conditions:
                found.setdefault(condition, rule.key)
    return found
