"""The GraphQL types of the check of a workout, and the field that does it."""

from datetime import datetime
from typing import Annotated, Any, cast  # Any: a resolver answers a record of another type than its field's
from uuid import UUID

import strawberry

from kinegraph.checking import rules, store
from kinegraph.checking.graph_places import WorkoutToCheck, check_of
from kinegraph.identity.graph import OrganizationId, User
from kinegraph.identity.rules import User as Person
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import Node, edge, embedded, field, node
from kinegraph.layers.graph_safety import Conditions
from kinegraph.layers.rules import RiskLevel
from kinegraph.library.graph import EffectiveExercise
from kinegraph.library.store import effective
from kinegraph.substitution.graph import AvailableEquipment, ExerciseSubstitute
from kinegraph.workout.graph import author_of
from kinegraph.workout.graph_details import SectionInput

described_enum(
    rules.CheckLevel,
    "How strongly a person's conditions speak against a movement.",
    BLOCK="A condition rules the exercise out.",
    WARN="A condition speaks against it, or nobody has classified it.",
)
described_enum(
    rules.OverrideReason,
    "Why a coach overrides a warning.",
    CLINICIAN_CLEARED="A clinician has cleared the person for it.",
    SUPERVISED="A professional watches every set.",
    MODIFIED="It is done with a modification that the note names.",
    INFORMED_CHOICE="The person knows the risk, and chooses to do it.",
    OTHER="Another reason, which the note says.",
)


def athlete_of(root: strawberry.Parent[Any]) -> Any:
    """Resolver: the athlete, from the columns `athlete_…` of the row; None for everybody."""
    if root.athlete_id is None:
        return None
    return Person(root.athlete_id, root.athlete_name, root.athlete_email, root.organization_id)


def author_or_none(root: strawberry.Parent[Any]) -> Any:
    """Resolver: the coach who recorded it; None where the account was deleted."""
    return None if root.author_id is None else author_of(root)


@node(store.by_ids, "safety_overrides")
@strawberry.type(description="A warning that a coach has overridden, with reason and end. Coaches alone see it.")
class SafetyOverride(Node):
    id: strawberry.ID = strawberry.field(description="The override's id.")
    workout_id: strawberry.ID = strawberry.field(description="The workout whose check it is for.")
    movement_id: strawberry.ID | None = strawberry.field(
        description="The movement; null for each movement of the exercise."
    )
    exercise_id: strawberry.ID = strawberry.field(description="The exercise that it is for.")
    condition: str = strawberry.field(description="The condition of the warning.")

    @field("Why it was overridden.")
    def reason(root: strawberry.Parent[Any]) -> rules.OverrideReason:
        return rules.OverrideReason(root.reason)

    note: str | None = strawberry.field(description="What else to know; given for OTHER.")
    athlete: User | None = embedded("athlete_", athlete_of, "Whom it is for; null for everybody.")
    created_by: User | None = embedded("author_", author_or_none, "Who recorded it; null for a deleted account.")
    created_at: datetime = strawberry.field(description="When it was recorded.")
    expires_at: datetime = strawberry.field(description="When it ends by itself.")
    withdrawn_at: datetime | None = strawberry.field(
        description="When it was withdrawn or replaced; null while it holds."
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


def exercise_key(root: rules.Checked) -> tuple[UUID, UUID]:
    """The organization and the exercise."""
    return root.candidate.organization_id, root.candidate.id


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
