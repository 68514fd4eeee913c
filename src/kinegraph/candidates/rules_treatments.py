"""Treatments of choice: exercises that serve a condition in a session, beyond those that the library names."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from kinegraph.candidates.rules import Candidate, is_offered
from kinegraph.classification.rules_safety import Assessment, Person

ABDUCTORS = frozenset({"abductors", "gluteus_medius"})


def _strengthens_hip(each: Candidate) -> bool:
    is_bridge = each.class_key == "leg_compound" and each.primary == {"glutes"} and not each.is_unilateral
    return is_bridge or (bool(each.primary & ABDUCTORS) and each.class_key in ("low_load_strengthening", "isolation"))


def _strengthens_knee(each: Candidate) -> bool:
    named = each.safety.indicated_for if each.safety is not None else ()
    return "knee_osteoarthritis" in named and "quadriceps" in each.primary


def _bends_knee_in_range(each: Candidate) -> bool:
    is_lift = each.class_key in ("leg_compound", "machine_compound", "free_weight_compound", "barbell_squat")
    is_step = each.class_key == "tendon_loading" and each.is_unilateral
    return (is_lift or is_step) and each.is_compound and "quadriceps" in each.primary and each.difficulty <= 2


def _steadies_shoulder_blade(each: Candidate) -> bool:
    return each.class_key == "low_load_strengthening" and "serratus_anterior" in each.primary


def _loads_bones(each: Candidate) -> bool:
    is_lift = each.is_compound and each.class_key != "steady_cardio"
    return is_lift and (each.mechanics in LOADS or "quadriceps" in each.primary)


CHOSEN: Mapping[str, Callable[[Candidate], bool]] = {
    "pregnancy": lambda each: "pelvic_floor" in each.primary,
    "shoulder_impingement": _steadies_shoulder_blade,
    "hip_pain": _strengthens_hip,
    "hip_replacement": _strengthens_hip,
    "knee_pain": _strengthens_knee,
    "acl_reconstruction": _bends_knee_in_range,
}
"""By condition, the test of the exercises that treat it [A]."""
LOADS = frozenset({"free_weight", "machine", "cable", "band"})
SERVED: Mapping[str, Callable[[Candidate], bool]] = {
    "osteoporosis": _loads_bones,
    "diastasis_recti": lambda each: "transverse_abdominis" in each.primary or "pelvic_floor" in each.primary,
}
"""By condition, the test of the training that is its treatment, though no single exercise is [A]."""
WARNED = frozenset({"acl_reconstruction"})
"""Conditions whose treatments carry advice: how far the joint bends."""


def served_by(exercises: Iterable[Candidate]) -> set[str]:
    """The conditions whose treatment is training as such, of which the exercises have some."""
    found = list(exercises)
    return {key for key, serves in SERVED.items() if any(map(serves, found))}


def with_treatments(exercise: Candidate, assessment: Assessment, person: Person) -> Assessment:
    """The assessment of an exercise, with the conditions that it treats by choice."""
    if not is_offered(assessment):
        return assessment
    more = [
        key
        for key in sorted(person.conditions & CHOSEN.keys())
        if key not in assessment.indicated_for
        and (key in WARNED or not assessment.warnings)
        and all(map(CHOSEN[key], exercise.versions))
    ]
    return replace(assessment, indicated_for=[*assessment.indicated_for, *more]) if more else assessment
