"""The GraphQL types of substitutes, and the field that lists them."""

from typing import Annotated, Any, cast  # Any: a substitute is read by field name

import strawberry

from kinegraph.candidates.graph_access import exercise_key, visible_candidate, visible_catalogue
from kinegraph.candidates.rules_terms import checked_equipment
from kinegraph.classification.rules_safety import Person
from kinegraph.exercise.graph import ExerciseId
from kinegraph.exercise.rules import stored_id
from kinegraph.identity.graph import OrganizationId
from kinegraph.kit.checks import Checks, require_key
from kinegraph.kit.context import Info
from kinegraph.kit.graph import edge, field
from kinegraph.layers.graph_safety import SafetyAssessment, condition_keys
from kinegraph.layers.rules import ProgressionType
from kinegraph.library.graph import EffectiveExercise
from kinegraph.library.store import effective
from kinegraph.substitution.graph_arguments import AvailableEquipment, PersonsConditions
from kinegraph.substitution.rules import MAX_LIMIT, Offer, Substitute


@strawberry.type(description="How a load changes where an exercise replaces another (docs: Generator, Loads).")
class LoadConversion:
    text: str = strawberry.field(description="What to do, in words.")
    low: float | None = strawberry.field(description="The least factor of the old load; null where there is no ratio.")
    high: float | None = strawberry.field(
        description="The greatest factor; of a bar, or of one dumbbell, for one hand."
    )


@strawberry.type(description="An exercise in place of another.")
class ExerciseSubstitute:
    exercise: EffectiveExercise = edge(effective, exercise_key, "The exercise, as the organization sees it.")
    score: int = strawberry.field(description="How alike the two are, 0 to 100; risk for the person is subtracted.")
    explanation: str = strawberry.field(
        description="Why, in words: muscles, movement, equipment, difficulty, what a condition asks for."
    )
    shared_muscles: list[str] = strawberry.field(description="Primary muscles of both; else any muscles of both.")
    is_same_pattern: bool = strawberry.field(description="Whether the movement pattern is the same.")
    relation: ProgressionType | None = strawberry.field(
        description="The edge of the progression graph that leads to it; null where none does."
    )

    @field("How the load changes; null where it stays.")
    def load_conversion(root: strawberry.Parent[Substitute]) -> LoadConversion | None:
        return cast(LoadConversion | None, root.conversion)

    @field("What it is for the person.")
    def safety(root: strawberry.Parent[Any]) -> SafetyAssessment:
        return cast(SafetyAssessment, root.assessment)


@strawberry.type
class Query:
    @field(
        "Exercises in place of another, the most alike first; equals by name. With conditions only what the person may "
        "do: never what a condition rules out, what scores 60 and more, or what nobody has classified. Published "
        "exercises of the organization's library, to those who see it.",
        assumed_size=10,
    )
    async def substitute_exercises(
        self,
        info: Info,
        exercise_id: ExerciseId,
        organization_id: OrganizationId,
        available_equipment: AvailableEquipment = None,
        conditions: PersonsConditions = None,
        limit: Annotated[int, strawberry.argument(description=f"How many, 1 to {MAX_LIMIT}.")] = 10,
    ) -> list[ExerciseSubstitute]:
        organization = require_key(organization_id, "organizationId")
        exercise = require_key(stored_id(exercise_id), "exerciseId")
        catalogue = await visible_catalogue(info, organization, "organizationId")
        keys = await condition_keys(info, organization, conditions or [], "conditions")
        checks = Checks()
        equipment = checked_equipment(available_equipment, catalogue, checks, "availableEquipment")
        count = checks.whole(limit, ("limit",), 1, MAX_LIMIT)
        checks.done()
        replaced = await visible_candidate(info, catalogue, exercise, "exerciseId")
        found = Offer(catalogue, Person(keys, is_checked=True), equipment).substitutes(replaced, count)
        return cast(list[ExerciseSubstitute], found)
