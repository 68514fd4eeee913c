"""The mutations that change single values of an exercise's profile, and its safety constraints."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any  # Any: rows of both layers

import strawberry
from strawberry import UNSET

from kinegraph.classification.rules_classes import Unit
from kinegraph.exercise.graph import ExercisePayload
from kinegraph.exercise.graph_mutations import exercise_payload, lock_edited
from kinegraph.identity.graph_versions import check_offset
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.errors import NotFound
from kinegraph.kit.graph import given, mutation
from kinegraph.layers.rules import ForceType, TrainingGoal
from kinegraph.training import rules_constraints, rules_profiles, store
from kinegraph.training.graph import EDITED, OF_EXERCISE

UNCLASSIFIED = "It has no layers of its own; classify it first (classifyExercise)."


@strawberry.input(description="What is prescribed for a goal.")
class PrescriptionRangeInput:
    goal: TrainingGoal | None = strawberry.field(
        default=UNSET, description="What the set is done for; null for exercises that serve none, such as stretches."
    )
    unit: Unit = strawberry.field(description="The unit of the range.")
    min: int = strawberry.field(description="The least of a set, in the unit.")
    max: int = strawberry.field(description="The most of a set, in the unit.")
    sets: int = strawberry.field(description="The usual number of sets, 1 to 20.")
    rest_seconds: int = strawberry.field(description="The rest after a set, 0 to 3,600 seconds.")


@strawberry.input(description="New values of a profile. An absent key is left as it is; null clears a value.")
class UpdateProgrammingProfileInput:
    exercise_id: strawberry.ID = strawberry.field(description="The exercise's id, or an EffectiveExercise's.")
    force_type: ForceType | None = strawberry.field(default=UNSET, description="Null for mobility and tests.")
    stability_demand: int | None = strawberry.field(default=UNSET, description="How much balance it needs, 1 to 5.")
    skill_demand: int | None = strawberry.field(default=UNSET, description="How hard it is to learn, 1 to 5.")
    fatigue_score: int | None = strawberry.field(
        default=UNSET, description="How much it tires, 1 to 10: in the band of its class, give or take 1."
    )
    muscular_damage_potential: int | None = strawberry.field(default=UNSET, description="How sore it makes, 1 to 10.")
    neuromuscular_demand: int | None = strawberry.field(
        default=UNSET, description="How much it demands of the nerves, 1 to 10."
    )
    minimum_recovery_hours: int | None = strawberry.field(
        default=UNSET, description="Hours until the same muscles may be trained again, 0 to 336."
    )
    optimal_frequency_per_week: int | None = strawberry.field(
        default=UNSET, description="Sessions per week, 1 to 14, which must leave the time of recovery between them."
    )
    detraining_days: int | None = strawberry.field(
        default=UNSET, description="Days without it after which its effect fades, 1 to 365."
    )
    caloric_demand: int | None = strawberry.field(default=UNSET, description="How much energy it takes, 1 to 10.")
    epoc_effect: int | None = strawberry.field(
        default=UNSET, description="How much energy the recovery takes, 1 to 10."
    )
    default_tempo: str | None = strawberry.field(
        default=UNSET, description="Seconds of lowering, pause, lifting, pause, e.g. 3-1-1-0; X is as fast as possible."
    )
    prescriptions: list[PrescriptionRangeInput] | None = strawberry.field(
        default=UNSET, description="All of its prescriptions, one for a goal; they take the place of those it has."
    )
    if_updated_at: datetime | None = strawberry.field(default=UNSET, description=OF_EXERCISE)


@strawberry.input(description="What to do with a condition instead.")
class SafetyModificationInput:
    condition: str = strawberry.field(description="A condition that one of the lists names.")
    modification: str = strawberry.field(description="One change, with a number or another exercise.")


@strawberry.input(description="How much a condition speaks against an exercise.")
class ConditionRiskInput:
    condition: str = strawberry.field(description="A condition of cautionIf or indicatedFor.")
    score: int = strawberry.field(description="From 1 to 99; software offers the exercise below 60.")


@strawberry.input(
    description="New safety constraints. A list takes the place of the stored one; an absent one is left as it is. "
    "Conditions are keys or synonyms of contraindicationConditions."
)
class UpdateSafetyConstraintInput:
    exercise_id: strawberry.ID = strawberry.field(description="The exercise's id, or an EffectiveExercise's.")
    avoid_if: list[str] | None = strawberry.field(default=UNSET, description="Conditions that rule it out.")
    caution_if: list[str] | None = strawberry.field(
        default=UNSET, description="Conditions with which it is modified; their score is 25 where none is given."
    )
    indicated_for: list[str] | None = strawberry.field(
        default=UNSET, description="Conditions that it is a treatment of; their score is 5 where none is given."
    )
    stressors: list[str] | None = strawberry.field(default=UNSET, description="How it loads the body, by keys.")
    modifications: list[SafetyModificationInput] | None = strawberry.field(
        default=UNSET, description="What to do instead, by condition."
    )
    risk_scores: list[ConditionRiskInput] | None = strawberry.field(
        default=UNSET, description="Scores of conditions that do not rule it out."
    )
    if_updated_at: datetime | None = strawberry.field(default=UNSET, description=OF_EXERCISE)


@strawberry.type
class Mutation:
    @mutation(
        "Change values of an exercise's own programming profile: a coach of an organization's exercise, a platform "
        "admin of a canonical one. Its difficulty is the exercise's (updateExercise)."
    )
    async def update_programming_profile(
        self,
        info: Info,
        input: Annotated[UpdateProgrammingProfileInput, strawberry.argument(description="The values to change.")],
    ) -> ExercisePayload:
        return await _change(info, input, "exercise_programming_profiles", rules_profiles, store.own_profile)

    @mutation(
        "Change an exercise's own safety constraints: a coach of an organization's exercise, a platform admin of a "
        "canonical one. To be stricter with an exercise of the canonical library, a coach uses addSafetyRestriction."
    )
    async def update_safety_constraint(
        self,
        info: Info,
        input: Annotated[UpdateSafetyConstraintInput, strawberry.argument(description="The lists to change.")],
    ) -> ExercisePayload:
        return await _change(info, input, "exercise_safety_constraints", rules_constraints, store.own_constraint)


async def _change(info: Info, input: Any, table: str, rules: Any, own: Callable[..., Any]) -> ExercisePayload:
    """Change an exercise's own row of a layer, by the checks of `rules`."""
    values, checks, row = given(input), Checks(), None
    check_offset(values.get("if_updated_at"), checks, "input", "ifUpdatedAt")
    columns = rules.checked_values(values, checks)
    session = await info.context.write_session()
    with checks.layer():
        row = await lock_edited(session, input.exercise_id, values.get("if_updated_at"), checks, *EDITED)
        stored = await own(session, row.id) if row is not None else None
        if row is not None and stored is None:
            raise NotFound(UNCLASSIFIED, "input", "exerciseId")
    checks.done()
    assert row is not None
    merged = rules.check_merged(stored, columns, checks)
    checks.done()
    await store.write_layer(session, row, table, merged)
    return await exercise_payload(session, row.id)
