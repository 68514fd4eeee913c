"""Standard and special exercises: the first choices of coaches, and what is chosen last or on demand only."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any  # JSON of the file

import orjson

from kinegraph.candidates.rules import STEADY, Candidate
from kinegraph.layers.rules import TrainingGoal

ODD_OBJECTS = frozenset(
    {"log", "tire", "sandbag", "atlas_stone", "yoke", "sled", "pull_rope", "climbing_rope", "gymnastic_ring"}
    | {"lifting_block", "ghd_machine", "balance_board", "glute_ham_raise", "battle_rope", "dip_belt"}
)
"""Equipment that few people have or know."""
SPECIAL_CLASSES = frozenset(
    {"gymnastic_strength", "cyclic_gymnastics", "balance_skill", "olympic_lift", "olympic_technique", "shock_jump"}
)
SPECIAL_DIFFICULTY, SPECIAL_SKILL = 4, 4
OVERHEAD = frozenset({"carry", "leg_compound", "barbell_squat"})
"""Classes that are special where the load is held overhead."""
SPECIAL_STRESSORS = frozenset({"high_adductor_load", "raised_elbows", "kipping", "anterior_knee_load"})
"""Stressors of compound lifts that are special: wide lunges to one side, high pulls, upright rows."""


SERVING = {
    "strength": {"barbell_squat", "floor_pull", "free_weight_compound", "bodyweight_upper_body", "loaded_hinge"}
    | {"machine_compound", "leg_compound", "carry", "gymnastic_strength", "isolation", "dynamic_trunk"}
    | {"isometric_hold", "long_length_eccentric", "tendon_loading"},
    "hypertrophy": {"free_weight_compound", "machine_compound", "loaded_hinge", "barbell_squat", "leg_compound"}
    | {"bodyweight_upper_body", "isolation", "dynamic_trunk", "floor_pull", "isometric_hold"},
    "endurance": {"leg_compound", "bodyweight_upper_body", "machine_compound", "free_weight_compound", "ballistic"}
    | {STEADY, "isolation", "mixed_conditioning", "carry", "dynamic_trunk", "isometric_hold", "barbell_squat"}
    | {"loaded_hinge"},
    "power": {"olympic_variant", "jump", "ballistic", "olympic_lift", "free_weight_compound", "barbell_squat"}
    | {"sprint", "floor_pull", "shock_jump", "dynamic_trunk", "isometric_hold"},
}
"""By goal, the classes that are added beyond the places of a session."""

ONCE_MUSCLES = (
    frozenset({"calves", "gastrocnemius", "soleus"}),
    frozenset({"abductors", "gluteus_medius"}),
    frozenset({"rotator_cuff", "infraspinatus", "supraspinatus", "subscapularis", "teres_minor"}),
)
"""Muscles of which a session has one accessory exercise."""


@cache
def _stored() -> Mapping[str, Mapping[str, float]]:
    """The lists of the file: by name and slug, the rank, from 1 for the first exercise down to 0."""
    stored: dict[str, Any] = orjson.loads((files("kinegraph.programming") / "first_choices.json").read_bytes())
    return {
        name: {slug: 1 - place / len(entry["exercises"]) for place, slug in enumerate(entry["exercises"])}
        for name, entry in stored.items()
    }


@cache
def first_choices(goal: TrainingGoal | None = None) -> Mapping[str, float]:
    """The rank of each first choice by slug; for power those of its own list. Without a goal those of all lists."""
    lists = _stored()
    if goal is TrainingGoal.POWER:
        return lists["power"]
    names = [name for name in lists if goal is None or name != "power"]
    return {slug: rank for name in reversed(names) for slug, rank in lists[name].items()}


def is_first_choice(exercise: Candidate) -> bool:
    """True for exercises that a coach thinks of first."""
    return exercise.key in first_choices()


def is_special(exercise: Candidate) -> bool:
    """True for exercises that need rare equipment, other equipment than is meant, or much skill, and the like."""
    if "special" not in exercise.memo:
        exercise.memo["special"] = _is_special(exercise)
    found: bool = exercise.memo["special"]
    return found


def _is_special(exercise: Candidate) -> bool:
    if is_first_choice(exercise):
        return False
    if exercise.alternatives or not ODD_OBJECTS.isdisjoint(exercise.equipment) or exercise.class_key in SPECIAL_CLASSES:
        return True
    if exercise.kind == "skill" and exercise.class_key != "balance_training":
        return True
    if exercise.difficulty >= SPECIAL_DIFFICULTY or (exercise.layer.skill_demand or 0) >= SPECIAL_SKILL:
        return True
    stressors = frozenset(exercise.safety.stressors) if exercise.safety is not None else frozenset()
    if exercise.class_key == "carry":
        return not exercise.equipment or "overhead_load" in stressors
    is_pullover = exercise.class_key == "isolation" and {"overhead_load", "end_range_shoulder"} <= stressors
    if is_pullover or {"bar_on_back", "hinge_load"} <= stressors:
        return True
    if exercise.class_key in OVERHEAD and "overhead_load" in stressors:
        return True
    is_complex = exercise.class_key == "free_weight_compound" and exercise.tempo is None
    return is_complex or (exercise.is_compound and not SPECIAL_STRESSORS.isdisjoint(stressors))


def is_twin(one: Candidate, other: Candidate) -> bool:
    """True for exercises of one class and movement, both of one joint or both of several."""
    is_alike = one.class_key == other.class_key and one.is_compound == other.is_compound
    return is_alike and one.pattern_group is other.pattern_group


def is_of_one_part(one: Candidate, other: Candidate) -> bool:
    """True if both train a part of which a session has one accessory exercise: the calves, the abductors."""
    return any(not one.primary.isdisjoint(part) and not other.primary.isdisjoint(part) for part in ONCE_MUSCLES)
