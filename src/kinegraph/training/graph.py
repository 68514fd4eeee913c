"""The mutation that classifies an exercise."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from kinegraph.canonical.rules_files import least_stressors
from kinegraph.exercise.graph import ExercisePayload
from kinegraph.exercise.graph_mutations import exercise_payload, lock_edited
from kinegraph.identity.graph_versions import IF_UPDATED_AT, check_offset
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.graph import given, mutation
from kinegraph.training import rules, store

EDITED = ("input", "exerciseId", "ifUpdatedAt")
"""The paths of the exercise's id and its version in the inputs of this room."""

OF_EXERCISE = f"{IF_UPDATED_AT} It is the Exercise's, not an EffectiveExercise's."


@strawberry.input(description="An exercise, its class, and how it loads the body.")
class ClassifyExerciseInput:
    exercise_id: strawberry.ID = strawberry.field(description="The exercise's id, or an EffectiveExercise's.")
    class_key: str | None = strawberry.field(
        description="A key of exerciseClasses; null removes its own layers, so that a copy has its source's again."
    )
    modifiers: list[str] | None = strawberry.field(
        default=UNSET,
        description="Keys of classModifiers: what changes the numbers of the class for it; absent leaves them.",
    )
    stressors: list[str] | None = strawberry.field(
        default=UNSET,
        description="Keys of stressors, all that it has: for lack of one, software would say safe to a patient. "
        "Needed the first time ([] if it has none), later an absent key leaves them; those that all exercises of the "
        "class in the library have are added.",
    )
    fatigue_score: int | None = strawberry.field(
        default=UNSET, description="How much it tires, in the band of the class give or take 1; else the band's least."
    )
    if_updated_at: datetime | None = strawberry.field(default=UNSET, description=OF_EXERCISE)


@strawberry.type
class Mutation:
    @mutation(
        "Classify an exercise: an organization's own (coach access), or a canonical one (platform admins). Its profile "
        "and its safety constraints follow from that, and replace those that it has; nothing else changes."
    )
    async def classify_exercise(
        self,
        info: Info,
        input: Annotated[ClassifyExerciseInput, strawberry.argument(description="The exercise and its class.")],
    ) -> ExercisePayload:
        values, checks, row = given(input), Checks(), None
        check_offset(values.get("if_updated_at"), checks, "input", "ifUpdatedAt")
        said = rules.checked_classification(values, checks)
        session = await info.context.write_session()
        with checks.layer():
            row = await lock_edited(session, input.exercise_id, values.get("if_updated_at"), checks, *EDITED)
        if said is not None and row is not None:
            said = rules.completed(said, await store.own_classification(session, row.id), least_stressors(), checks)
        checks.done()
        assert row is not None
        if said is None:
            await store.delete_layers(session, row.id)
        else:
            profile, safety = rules.layers_of(await store.traits_of(session, row.id), said)
            await store.write_layer(session, row, "exercise_programming_profiles", profile)
            await store.write_layer(session, row, "exercise_safety_constraints", safety)
        return await exercise_payload(session, row.id)
