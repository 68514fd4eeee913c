"""The columns of the training layers, and the constraints of an exercise as columns."""

from collections.abc import Iterable, Mapping
from typing import Any  # values of JSON columns

from kinegraph.classification.rules_classes import stressors
from kinegraph.classification.rules_safety import Constraint

PROFILE: Mapping[str, str] = {
    **dict.fromkeys(("difficulty_level", "stability_demand", "skill_demand", "fatigue_score"), "integer"),
    **dict.fromkeys(("muscular_damage_potential", "neuromuscular_demand", "minimum_recovery"), "integer"),
    **dict.fromkeys(("optimal_frequency", "lifespan", "caloric_demand", "epoc_effect"), "integer"),
    **dict.fromkeys(("force_type", "default_tempo", "class_key"), "text"),
    **dict.fromkeys(("recommended_rep_ranges", "recommended_rest_times", "measured_ranges"), "jsonb"),
    "recommended_sets": "jsonb",
    "modifiers": "text[]",
}
"""The columns of `exercise_programming_profiles`, with the SQL types by which their JSON is read."""

SAFETY: Mapping[str, str] = {
    **dict.fromkeys(("avoid_if", "caution_if", "indicated_for", "stressors"), "text[]"),
    **dict.fromkeys(("modifications", "risk_scores"), "jsonb"),
}
"""The same of `exercise_safety_constraints`."""


def constraint_columns(constraint: Constraint, having: Iterable[str]) -> dict[str, Any]:
    """The row of `exercise_safety_constraints` of an exercise with these constraints and stressors."""
    tagged = set(having)
    return {
        "avoid_if": list(constraint.avoid_if),
        "caution_if": list(constraint.caution_if),
        "indicated_for": list(constraint.indicated_for),
        "modifications": [
            {
                "condition": each.condition,
                "modification": each.text,
                "risk_level": "avoid" if each.is_avoid else "caution",
            }
            for each in constraint.modifications
        ],
        "risk_scores": [{"condition": key, "risk_score": score} for key, score in constraint.risk_scores.items()],
        "stressors": [key for key in stressors() if key in tagged],
    }
