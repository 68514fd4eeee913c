"""The inputs and payloads of the mutations of treatment plans."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from kinegraph.identity.graph_versions import IF_UPDATED_AT, EditConflict, conflict_field
from kinegraph.kit.user_errors import payload
from kinegraph.plan.graph import PlanVersion, TreatmentPlan


@payload("The treatment plan that was written.")
class TreatmentPlanPayload:
    plan: TreatmentPlan | None = strawberry.field(default=None, description="The plan as it is stored now.")
    conflict: EditConflict | None = conflict_field()


@payload("The treatment plan that was published, and its new version.")
class PublishPlanPayload:
    plan: TreatmentPlan | None = strawberry.field(default=None, description="The plan as it is stored now.")
    version: PlanVersion | None = strawberry.field(
        default=None, description="The new version; where nothing has changed since the last one, that one."
    )
    conflict: EditConflict | None = conflict_field()


@strawberry.input
class PlanExerciseAmounts:
    """The values of an exercise of a plan: how much of it is to be done."""

    sets: int | None = strawberry.field(
        default=UNSET, description="Number of sets, 1 to 100. It or durationSeconds is required."
    )
    reps: int | None = strawberry.field(default=UNSET, description="Repetitions of each set, 1 to 10,000.")
    duration_seconds: int | None = strawberry.field(
        default=UNSET, description="Time of each set in seconds, 1 to 86,400; in all without sets."
    )
    hold_seconds: int | None = strawberry.field(
        default=UNSET, description="Time that each repetition is held, in seconds, 1 to 3,600."
    )
    rest_seconds: int | None = strawberry.field(
        default=UNSET, description="Rest after each set, in seconds, 0 to 3,600."
    )
    per_side: bool | None = strawberry.field(default=UNSET, description="Whether the numbers count each side.")
    notes: str | None = strawberry.field(
        default=UNSET, description="What the numbers do not say, for the patient; at most 2,000 characters."
    )


@strawberry.input(
    description="An exercise of a session, whole: an absent key is empty. Sent with the id it has, it keeps it; "
    "without one it is new."
)
class PlanExerciseInput(PlanExerciseAmounts):
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="The id it has in the working copy.")
    exercise_id: strawberry.ID = strawberry.field(
        description="A published exercise: a canonical one, or the organization's own."
    )


@strawberry.input(
    description="A session with its exercises, whole: an absent key is empty. Sent with the id it has, it keeps it; "
    "without one it is new."
)
class PlanSessionInput:
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="The id it has in the working copy.")
    week: int = strawberry.field(description="The week, from 1 to the plan's number of weeks.")
    day: int = strawberry.field(description="The day of the week, 1 to 7: day 1 is the weekday of the start.")
    title: str | None = strawberry.field(default=UNSET, description="At most 255 characters, on one line.")
    exercises: list[PlanExerciseInput] = strawberry.field(description="As they are to be done: at most 50.")


@strawberry.input(description="A new treatment plan, with its sessions where they are decided already.")
class CreateTreatmentPlanInput:
    organization_id: strawberry.ID = strawberry.field(description="Whose plan it becomes.")
    title: str = strawberry.field(description="1 to 255 characters, on one line.")
    weeks: int = strawberry.field(description="How long it lasts, 1 to 104 weeks.")
    description: str | None = strawberry.field(default=UNSET, description="At most 10,000 characters.")
    sessions: list[PlanSessionInput] | None = strawberry.field(
        default=UNSET,
        description="At most 500, with 2,000 exercises in all; those of one day in the order in which they are sent.",
    )


@strawberry.input(
    description="New values of a treatment plan. An absent key of it is left as it is; sessions are sent whole."
)
class UpdateTreatmentPlanInput:
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="The treatment plan's id.")
    if_updated_at: datetime | None = strawberry.field(default=UNSET, description=IF_UPDATED_AT)
    title: str | None = strawberry.field(default=UNSET, description="1 to 255 characters, on one line; not null.")
    description: str | None = strawberry.field(default=UNSET, description="At most 10,000 characters; null for none.")
    weeks: int | None = strawberry.field(
        default=UNSET, description="1 to 104 weeks, with no session after them; not null."
    )
    sessions: list[PlanSessionInput] | None = strawberry.field(
        default=UNSET,
        description="The whole working copy: what is sent with its id keeps it, what is left out is removed. At most "
        "500 sessions with 2,000 exercises in all; not null.",
    )


@strawberry.input(description="A treatment plan to copy. An absent key is copied.")
class DuplicateTreatmentPlanInput:
    plan_id: strawberry.ID = strawberry.field(description="The plan whose working copy is copied.")
    title: str | None = strawberry.field(
        default=UNSET, description='The title of the copy; null: that of the plan with "(copy)".'
    )
