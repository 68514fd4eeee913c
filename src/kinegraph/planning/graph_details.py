"""The inputs and payloads of the mutations of single sessions and exercises."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from kinegraph.identity.graph_versions import IF_UPDATED_AT, EditConflict, conflict_field
from kinegraph.kit.user_errors import payload
from kinegraph.plan.graph import PlanExercise, PlanSession, TreatmentPlan
from kinegraph.plan.graph_details import PlanExerciseAmounts, PlanExerciseInput

OF_PLAN = f"{IF_UPDATED_AT} It is the plan's."
IN_DAY = "Its sortOrder in the day, from 0; the end where it is left out or too large."
IN_SESSION = "Its sortOrder in the session, from 0; the end where it is left out or too large."


@payload("The session that was written, and its plan.")
class PlanSessionPayload:
    session: PlanSession | None = strawberry.field(default=None, description="The session as it is stored now.")
    plan: TreatmentPlan | None = strawberry.field(default=None, description="The plan as it is stored now.")
    conflict: EditConflict | None = conflict_field()


@payload("The exercise that was written, and its plan.")
class PlanExercisePayload:
    plan_exercise: PlanExercise | None = strawberry.field(
        default=None, description="The exercise of the session as it is stored now."
    )
    plan: TreatmentPlan | None = strawberry.field(default=None, description="The plan as it is stored now.")
    conflict: EditConflict | None = conflict_field()


@payload("The session or exercise that was removed, and its plan.")
class RemoveFromPlanPayload:
    deleted_id: strawberry.ID | None = strawberry.field(default=None, description="The id of what was removed.")
    plan: TreatmentPlan | None = strawberry.field(default=None, description="The plan as it is stored now.")
    conflict: EditConflict | None = conflict_field()


@strawberry.input
class PlanVersioned:
    """The version that an edit of a plan's working copy was made for."""

    if_updated_at: datetime | None = strawberry.field(default=UNSET, description=OF_PLAN)


@strawberry.input(description="A new session of a plan, with its exercises where they are decided already.")
class AddPlanSessionInput(PlanVersioned):
    plan_id: strawberry.ID = strawberry.field(description="The plan that it is added to.")
    week: int = strawberry.field(description="The week, from 1 to the plan's number of weeks.")
    day: int = strawberry.field(description="The day of the week, 1 to 7: day 1 is the weekday of the start.")
    title: str | None = strawberry.field(default=UNSET, description="At most 255 characters, on one line.")
    exercises: list[PlanExerciseInput] | None = strawberry.field(
        default=UNSET, description="As they are to be done: at most 50, without ids."
    )
    position: int | None = strawberry.field(default=UNSET, description=IN_DAY)


@strawberry.input(description="New values of a session. An absent key is left as it is.")
class UpdatePlanSessionInput(PlanVersioned):
    id: strawberry.ID = strawberry.field(description="The session's id.")
    title: str | None = strawberry.field(
        default=UNSET, description="At most 255 characters, on one line; null for none."
    )


@strawberry.input(description="A session and its new place: on its day where no other is sent.")
class MovePlanSessionInput(PlanVersioned):
    session_id: strawberry.ID = strawberry.field(description="The session that is moved.")
    week: int | None = strawberry.field(default=UNSET, description="Another week, from 1 to the plan's number.")
    day: int | None = strawberry.field(default=UNSET, description="Another day of the week, 1 to 7.")
    position: int | None = strawberry.field(default=UNSET, description=IN_DAY)


@strawberry.input(description="A session that is to leave its plan, with its exercises.")
class RemovePlanSessionInput(PlanVersioned):
    session_id: strawberry.ID = strawberry.field(description="The session that is removed.")


@strawberry.input(description="A new exercise of a session, with how much of it is to be done.")
class AddPlanExerciseInput(PlanExerciseAmounts, PlanVersioned):
    session_id: strawberry.ID = strawberry.field(description="The session that it is added to.")
    exercise_id: strawberry.ID = strawberry.field(
        description="A published exercise: a canonical one, or the organization's own."
    )
    position: int | None = strawberry.field(default=UNSET, description=IN_SESSION)


@strawberry.input(description="New values of an exercise of a session. An absent key is left as it is.")
class UpdatePlanExerciseInput(PlanExerciseAmounts, PlanVersioned):
    id: strawberry.ID = strawberry.field(description="The id of the session's exercise.")
    exercise_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="Another published exercise in its place; null leaves it."
    )


@strawberry.input(description="An exercise of a session and its new place: in its session where no other is sent.")
class MovePlanExerciseInput(PlanVersioned):
    plan_exercise_id: strawberry.ID = strawberry.field(description="The exercise of a session that is moved.")
    session_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="Another session of the plan's working copy."
    )
    position: int | None = strawberry.field(default=UNSET, description=IN_SESSION)


@strawberry.input(description="An exercise that is to leave its session.")
class RemovePlanExerciseInput(PlanVersioned):
    plan_exercise_id: strawberry.ID = strawberry.field(description="The exercise of a session that is removed.")
