"""The GraphQL types of the check of a workout, and the field that does it."""

from typing import Annotated, Any, cast  # Any: rows are read by field name

import strawberry

from kinegraph.candidates.graph_access import exercise_key
from kinegraph.checking import rules
from kinegraph.checking.graph_overrides import SafetyOverride
from kinegraph.checking.graph_places import WorkoutToCheck, check_of
from kinegraph.identity.graph import OrganizationId
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import edge, field
from kinegraph.layers.graph_safety import Conditions
from kinegraph.layers.rules import RiskLevel
from kinegraph.library.graph import EffectiveExercise
from kinegraph.library.store import effective
from kinegraph.substitution.graph import ExerciseSubstitute
from kinegraph.substitution.graph_arguments import AvailableEquipment
from kinegraph.workout.graph_details import SectionInput

described_enum(
    rules.CheckLevel,
    "How strongly a person's conditions speak against a movement.",
    BLOCK="A condition rules the exercise out.",
    WARN="A condition speaks against it, or nobody has classified it.",
)


@strawberry.type(description="A condition of the person that speaks against a movement.")
class CheckWarning:
    condition: str = strawberry.field(description="The person's condition, or one that includes it.")

    @field("Whether it rules the exercise out.")
    def level(root: strawberry.Parent[Any]) -> RiskLevel:
        return RiskLevel.AVOID if root.is_avoid else RiskLevel.CAUTION

    modification: str | None = strawberry.field(description="What to do instead.")
    override: SafetyOverride | None = strawberry.field(
        description="The override that holds now, to coaches; null without one. The warning stays."
    )


@strawberry.type(description="A movement that something speaks against.")
class MovementCheck:
    exercise: EffectiveExercise = edge(effective, exercise_key, "The exercise, as the organization sees it.")

    @field("The position of its section, from 0.")
    def section_index(root: strawberry.Parent[rules.Checked]) -> int:
        return root.place.section

    @field("Its position in the section, from 0.")
    def movement_index(root: strawberry.Parent[rules.Checked]) -> int:
        return root.place.position

    @field("The movement's id; null for one that is not stored.")
    def movement_id(root: strawberry.Parent[rules.Checked]) -> strawberry.ID | None:
        return cast(strawberry.ID | None, root.place.movement_id)

    level: rules.CheckLevel = strawberry.field(description="Whether it is ruled out.")
    reason: str = strawberry.field(description="Why it is listed, in words.")

    @field("The risk, 0 to 100. Software offers exercises below 60.")
    def risk_score(root: strawberry.Parent[rules.Checked]) -> int:
        return root.assessment.score

    @field("The person's conditions that it is a treatment of.")
    def indicated_for(root: strawberry.Parent[rules.Checked]) -> list[str]:
        return [*root.assessment.indicated_for]

    warnings: list[CheckWarning] = strawberry.field(
        description="The conditions, what rules it out first.", metadata={"assumed_size": 2}
    )
    is_overridden: bool = strawberry.field(description="Whether each warning has an override; false to members.")
    substitute: ExerciseSubstitute | None = strawberry.field(
        description="The best exercise in its place that the person may do; null where there is none."
    )


@strawberry.type(description="What a person's conditions say of a workout.")
class WorkoutCheck:
    is_safe: bool = strawberry.field(description="Whether nothing is ruled out, and everything is classified.")
    movement_count: int = strawberry.field(description="The number of movements that were checked.")
    blocked_count: int = strawberry.field(description="The number of movements that are ruled out.")
    warned_count: int = strawberry.field(description="The number of movements with warnings alone.")
    movements: list[MovementCheck] = strawberry.field(
        description="The movements that something speaks against, in their order.", metadata={"assumed_size": 5}
    )


@strawberry.type
class Query:
    @field(
        "Check a whole workout for a person: of each movement that something speaks against, why, what to do instead "
        "and a substitute. Of workoutId, assignmentId (what its athlete does) or sections (not stored yet, with "
        "which the other two say whose overrides count). It stores nothing of the person."
    )
    async def check_workout(
        self,
        info: Info,
        organization_id: OrganizationId,
        conditions: Conditions,
        workout_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="A workout that the caller sees.")
        ] = None,
        assignment_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="An assignment: what its athlete does is checked.")
        ] = None,
        sections: Annotated[
            list[SectionInput] | None, strawberry.argument(description="Sections as for createWorkout.")
        ] = None,
        athlete_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="Whose overrides count beside those for everybody; null: the assignment's."
            ),
        ] = None,
        available_equipment: AvailableEquipment = None,
    ) -> WorkoutCheck:
        wanted = WorkoutToCheck(workout_id, assignment_id, sections, athlete_id)
        found = await check_of(info, organization_id, conditions, wanted, available_equipment)
        return cast(WorkoutCheck, found)
