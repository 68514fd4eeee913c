"""The vocabularies that exercises are classified with, and a question about several exercises at once."""

from typing import Annotated, cast

import strawberry

from kinegraph.classification.rules_classes import GOALS, TrainingGoal, classes, modifiers, stressors
from kinegraph.exercise.rules import is_visible, stored_id
from kinegraph.identity.rules import Viewer
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.errors import NotFound
from kinegraph.kit.graph import field
from kinegraph.layers.store_groups import several_by_ids, several_profiles
from kinegraph.taxonomy.rules_muscles import all_muscles

MAX_EXERCISES = 500


@strawberry.type(description="A class of exercises, from which the numbers of their programming profiles follow.")
class ExerciseClass:
    key: str = strawberry.field(description="Its key, as classifyExercise takes it, e.g. barbell_squat.")
    code: str = strawberry.field(description="Its short code in the documentation, e.g. S1.")
    title: str = strawberry.field(description="What exercises belong to it.")
    fatigue_min: int = strawberry.field(description="The least fatigue score of its exercises, give or take 1.")
    fatigue_max: int = strawberry.field(description="The greatest fatigue score of its exercises, give or take 1.")
    goals: list[TrainingGoal] = strawberry.field(description="The goals that its exercises are offered for.")


@strawberry.type(description="What changes the numbers of a class for some of its exercises.")
class ClassModifier:
    key: str = strawberry.field(description="Its key, as classifyExercise takes it, e.g. rings.")
    when: str = strawberry.field(description="When it applies to an exercise.")


@strawberry.type(description="A way in which an exercise loads the body, from which its contraindications follow.")
class Stressor:
    key: str = strawberry.field(description="Its key, as classifyExercise takes it, e.g. axial_load.")
    meaning: str = strawberry.field(description="What an exercise with it does.")


@strawberry.type(description="A muscle that exercises are tagged with, or a group of muscles.")
class Muscle:
    key: str = strawberry.field(description="Its name, as filters take it, e.g. quadriceps.")
    group: str | None = strawberry.field(description="The group that includes it; null for none.")
    is_group: bool = strawberry.field(description="Whether it stands for muscles, and tags no exercise itself.")
    synonyms: list[str] = strawberry.field(description="Other names in several languages, which filters take too.")


@strawberry.type
class Query:
    @field("The classes of exercises, in the order of the documentation.", assumed_size=35)
    async def exercise_classes(self, info: Info) -> list[ExerciseClass]:
        await info.context.viewer()
        return [
            ExerciseClass(
                key=each.key,
                code=each.code,
                title=each.title,
                fatigue_min=each.fatigue[0],
                fatigue_max=each.fatigue[1],
                goals=[goal for goal in GOALS if goal in each.prescriptions],
            )
            for each in classes().values()
        ]

    @field("The modifiers of classes, each with when it applies.", assumed_size=25)
    async def class_modifiers(self, info: Info) -> list[ClassModifier]:
        await info.context.viewer()
        return [ClassModifier(key=each.key, when=each.when) for each in modifiers().values()]

    @field("The stressors that exercises are tagged with.", assumed_size=45)
    async def stressors(self, info: Info) -> list[Stressor]:
        await info.context.viewer()
        return [Stressor(key=key, meaning=meaning) for key, meaning in stressors().items()]

    @field("The muscles that exercises are tagged with, after their groups.", assumed_size=60)
    async def muscles(self, info: Info) -> list[Muscle]:
        await info.context.viewer()
        return [
            Muscle(key=each.key, group=each.group, is_group=each.is_group, synonyms=list(each.synonyms))
            for each in all_muscles()
        ]

    @field(
        "Hours until exercises that are done together may be done again: the most of theirs; null where none has a "
        "programming profile."
    )
    async def minimum_recovery_hours(
        self,
        info: Info,
        exercise_ids: Annotated[
            list[strawberry.ID],
            strawberry.argument(description=f"At most {MAX_EXERCISES}: ids of exercises, or of EffectiveExercises."),
        ],
    ) -> int | None:
        checks, at = Checks(), "exerciseIds"
        checks.few(exercise_ids, (at,), MAX_EXERCISES)
        checks.done()
        keys = checks.all(exercise_ids, (at,), lambda sent, path: checks.key(stored_id(sent), path))
        checks.done()
        viewer: Viewer = await info.context.viewer()
        rows = await info.context.load(several_by_ids, tuple(keys))
        for position, row in enumerate(rows):
            with checks.layer():
                if row is None or not is_visible(viewer, row):
                    raise NotFound("There is no such exercise.", at, position)
        checks.done()
        profiles = await info.context.load(several_profiles, tuple(keys))
        hours = [each.minimum_recovery for each in profiles if each is not None and each.minimum_recovery is not None]
        return cast(int | None, max(hours, default=None))
