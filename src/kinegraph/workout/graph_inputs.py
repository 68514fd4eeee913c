"""The inputs that write workouts and comments. A key that is not sent is UNSET."""

from datetime import date

import strawberry
from strawberry import UNSET

from kinegraph.workout import rules_terms as terms


@strawberry.input(description="How heavy. The value may be left out for BODYWEIGHT only.")
class LoadInput:
    value: float | None = strawberry.field(default=UNSET, description="The number, within what its unit allows.")
    unit: terms.LoadUnit = strawberry.field(description="What the number counts.")


@strawberry.input(description="How much of a movement is to be done.")
class PrescriptionInput:
    sets: int | None = strawberry.field(default=UNSET, description="1 to 100.")
    reps_min: int | None = strawberry.field(default=UNSET, description="0 to 10,000.")
    reps_max: int | None = strawberry.field(default=UNSET, description="1 to 10,000, not less than repsMin.")
    amrap: bool | None = strawberry.field(default=UNSET, description="As many repetitions as possible.")
    duration_seconds: int | None = strawberry.field(default=UNSET, description="1 to 86,400.")
    distance_meters: float | None = strawberry.field(default=UNSET, description="0 to 1,000,000.")
    calories: int | None = strawberry.field(default=UNSET, description="1 to 10,000.")
    load: LoadInput | None = strawberry.field(default=UNSET, description="How heavy.")
    rest_seconds: int | None = strawberry.field(default=UNSET, description="0 to 86,400.")
    tempo: str | None = strawberry.field(default=UNSET, description="Such as 3-1-1-0; X for explosive.")
    per_side: bool | None = strawberry.field(default=UNSET, description="The numbers count each side.")
    notes: str | None = strawberry.field(default=UNSET, description="At most 2,000 characters.")


@strawberry.input(description="What a section's shape needs to know; a shape accepts only its own keys.")
class SectionConfigInput:
    cap_seconds: int | None = strawberry.field(default=UNSET, description="AMRAP, FOR_TIME, REP_SCHEME: 1 to 86,400.")
    rounds: int | None = strawberry.field(
        default=UNSET, description="EMOM, FOR_TIME, TABATA, ROUNDS, INTERVALS: 1 to 1,000."
    )
    interval_seconds: int | None = strawberry.field(default=UNSET, description="EMOM: 1 to 86,400.")
    work_seconds: int | None = strawberry.field(default=UNSET, description="TABATA, INTERVALS: 1 to 86,400.")
    rest_seconds: int | None = strawberry.field(default=UNSET, description="TABATA, ROUNDS, INTERVALS: 0 to 86,400.")
    rep_scheme: list[int] | None = strawberry.field(default=UNSET, description="REP_SCHEME: 1 to 100 entries.")


@strawberry.input(
    description="A movement. Sent with the id it has, it keeps that id and its comments; without one it is new."
)
class MovementInput:
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="The id it has in this workout.")
    exercise_id: strawberry.ID = strawberry.field(description="A canonical exercise, or the organization's own.")
    prescription: PrescriptionInput | None = strawberry.field(default=UNSET, description="How much.")
    notes: str | None = strawberry.field(default=UNSET, description="Shown beside it, at most 2,000 characters.")
    label: str | None = strawberry.field(default=UNSET, description="Letter such as A, at most 10 characters.")
    superset_group: str | None = strawberry.field(default=UNSET, description="Such as B1, at most 10 characters.")


@strawberry.input(
    description="A section with its movements. Sent with the id it has, it keeps it; without one it is new."
)
class SectionInput:
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="The id it has in this workout.")
    type: terms.SectionType | None = strawberry.field(default=UNSET, description="MAIN where it is not given.")
    title: str | None = strawberry.field(default=UNSET, description="At most 255 characters.")
    description: str | None = strawberry.field(default=UNSET, description="At most 10,000 characters.")
    shape: terms.SectionShape | None = strawberry.field(default=UNSET, description="How its movements are run through.")
    config: SectionConfigInput | None = strawberry.field(default=UNSET, description="What the shape needs to know.")
    movements: list[MovementInput] = strawberry.field(description="In their order.")


@strawberry.input(description="New values of a workout. An absent key is left as it is; null clears what may be empty.")
class UpdateWorkoutInput:
    program_id: strawberry.ID | None = strawberry.field(default=UNSET, description="A program of the organization.")
    title: str | None = strawberry.field(default=UNSET, description="At most 255 characters.")
    description: str | None = strawberry.field(default=UNSET, description="At most 10,000 characters.")
    scoring: terms.WorkoutScoring | None = strawberry.field(default=UNSET, description="What decides the result.")
    mode: terms.WorkoutMode | None = strawberry.field(default=UNSET, description="A tree or a text.")
    time_cap: int | None = strawberry.field(default=UNSET, description="Minutes, 1 to 1,440.")


@strawberry.input(description="A new workout, with its sections where they are known already.")
class CreateWorkoutInput(UpdateWorkoutInput):
    organization_id: strawberry.ID = strawberry.field(description="Whose workout it becomes.")
    sections: list[SectionInput] | None = strawberry.field(
        default=UNSET, description="In their order: at most 50, with 500 movements in all."
    )


@strawberry.input(
    description="New values of a movement. An absent key is left as it is; a prescription is replaced whole."
)
class UpdateMovementInput:
    prescription: PrescriptionInput | None = strawberry.field(default=UNSET, description="How much.")
    notes: str | None = strawberry.field(default=UNSET, description="At most 2,000 characters.")
    label: str | None = strawberry.field(default=UNSET, description="At most 10 characters.")
    superset_group: str | None = strawberry.field(default=UNSET, description="At most 10 characters.")


@strawberry.input(description="A workout to plan for athletes.")
class AssignWorkoutInput:
    workout_id: strawberry.ID = strawberry.field(description="A library workout.")
    athlete_ids: list[strawberry.ID] = strawberry.field(
        description="Members of its organization, 1 to 200, each once; each gets an assignment of their own."
    )
    scheduled_for: date = strawberry.field(description="The day, e.g. 2026-03-01.")


@strawberry.input(description="A new program.")
class CreateProgramInput:
    organization_id: strawberry.ID = strawberry.field(description="Whose program it becomes.")
    name: str = strawberry.field(description="1 to 255 characters, on one line.")


@strawberry.input(description="New values of a program. An absent key is left as it is.")
class UpdateProgramInput:
    name: str | None = strawberry.field(default=UNSET, description="1 to 255 characters, on one line; not null.")


@strawberry.input(description="A comment on a movement, or a reply to a top-level comment on it.")
class AddCommentInput:
    movement_id: strawberry.ID = strawberry.field(description="The movement that is commented on.")
    body: str = strawberry.field(description="1 to 5,000 characters.")
    parent_comment_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The top-level comment that is replied to; replies are one level deep."
    )
    upload_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="Files to attach, at most 10: uploads of the caller's that have arrived."
    )
