"""The rows of the training layers, and what they say for a goal or a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol  # Any: JSON columns
from uuid import UUID

from kinegraph.classification.rules_classes import GENERAL, ForceType, TrainingGoal, Unit

__all__ = ["ForceType", "TrainingGoal"]


class ProgressionType(StrEnum):
    """The relation of an edge's end to its beginning."""

    REGRESSION = "regression"
    PROGRESSION = "progression"
    VARIATION = "variation"
    SUBSTITUTION = "substitution"
    PREPARATION = "preparation"
    COMPLEMENTARY = "complementary"


class RiskLevel(StrEnum):
    """The strength with which a condition speaks against an exercise, for a person."""

    CAUTION = "caution"
    AVOID = "avoid"


class ProfileRow(Protocol):
    """A programming profile; JSON columns as migration 0037 describes them."""

    exercise_id: UUID
    class_key: str | None
    difficulty_level: int | None
    force_type: str | None
    stability_demand: int | None
    skill_demand: int | None
    recommended_rep_ranges: Mapping[str, Sequence[int]]
    recommended_rest_times: Mapping[str, int]
    measured_ranges: Mapping[str, Mapping[str, Any]]
    recommended_sets: Mapping[str, int]
    default_tempo: str | None
    fatigue_score: int | None
    muscular_damage_potential: int | None
    neuromuscular_demand: int | None
    minimum_recovery: int | None
    optimal_frequency: int | None
    lifespan: int | None
    caloric_demand: int | None
    epoc_effect: int | None


@dataclass(frozen=True, slots=True)
class RepRange:
    """A range of repetitions."""

    min: int
    max: int


@dataclass(frozen=True, slots=True)
class PrescriptionRange:
    """The range of an exercise in a set, in a unit; the number of sets, and the rest after each."""

    unit: Unit
    min: int
    max: int
    sets: int | None
    rest_seconds: int | None


def rep_range(profile: ProfileRow, goal: TrainingGoal) -> RepRange | None:
    """The repetitions for a goal; None where it is not offered, or measured otherwise."""
    found = profile.recommended_rep_ranges.get(goal)
    return None if found is None else RepRange(*found)


def prescription_range(profile: ProfileRow, goal: TrainingGoal | None) -> PrescriptionRange | None:
    """The prescription for a goal, or without one of exercises that serve none; None where it is not offered."""
    key = GENERAL if goal is None else str(goal)
    measured = profile.measured_ranges.get(key)
    reps = profile.recommended_rep_ranges.get(key)
    if measured is not None:
        unit, low, high = Unit(measured["unit"]), measured["min"], measured["max"]
    elif reps is not None:
        unit, (low, high) = Unit.REPS, reps
    else:
        return None
    return PrescriptionRange(
        unit, low, high, profile.recommended_sets.get(key), profile.recommended_rest_times.get(key)
    )


class ProgressionRow(Protocol):
    """An edge of the progression graph."""

    id: UUID
    from_exercise_id: UUID
    to_exercise_id: UUID
    progression_type: str
    difficulty_delta: int
    recommended_wait: int | None
    sort_order: int
    readiness_indicators: Sequence[str]
    transition_cues: Sequence[str]
    notes: str | None
