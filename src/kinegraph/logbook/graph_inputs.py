"""The inputs and payloads of the mutations of logs. A key that is not sent is UNSET."""

from datetime import date, datetime

import strawberry
from strawberry import UNSET

from kinegraph.identity.graph_versions import IF_UPDATED_AT, EditConflict, conflict_field
from kinegraph.kit.user_errors import payload
from kinegraph.logbook.graph import ExerciseLog

REASON = "Why, at most 500 characters: required of a coach who changes a patient's log."


@strawberry.input
class LogValuesInput:
    """The amounts, scores and notes of a log, all optional. A log without any of it says that it was done.

    One whose sets, repetitions and duration, those that are given, are all 0 says that it could not be done.
    """

    sets_completed: int | None = strawberry.field(default=UNSET, description="Sets that were done, 0 to 100.")
    reps_completed: int | None = strawberry.field(default=UNSET, description="Repetitions of a set, 0 to 10,000.")
    duration_seconds: int | None = strawberry.field(
        default=UNSET, description="Time that it took, 0 to 86,400 seconds."
    )
    pain_score: int | None = strawberry.field(
        default=UNSET, description="Pain while doing it, 0 (none) to 10 (the worst)."
    )
    exertion: int | None = strawberry.field(default=UNSET, description="Rating of perceived exertion, 0 to 10.")
    notes: str | None = strawberry.field(default=UNSET, description="At most 2,000 characters.")


@strawberry.input(
    description="An exercise of a plan that a patient did on one day. Without values it was done; where the amounts "
    "that are given are all 0, it could not be done: it is stored, its pain counts, and it completes no prescription."
)
class LogExerciseInput(LogValuesInput):
    client_id: strawberry.ID = strawberry.field(
        description="An id that the client makes for this log, such as a UUID, at most 100 characters; unique for the "
        "patient in the organization. Sent again with the same content, the log is stored once; with other content it "
        "is refused as CONFLICT."
    )
    plan_exercise_id: strawberry.ID = strawberry.field(
        description="The exercise, of a version that the patient is or was enrolled in, and that has begun by the day."
    )
    enrollment_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="The enrollment. A coach who logs for a patient sends it; of the caller's own it is found by the "
        "exercise and the day, if it is left out.",
    )
    performed_on: date = strawberry.field(
        description="The day that it was done on, by the patient's calendar: not to come, within the plan, not paused."
    )


@strawberry.input(description="New values of a log. An absent key is left as it is, null clears a value.")
class CorrectLogInput(LogValuesInput):
    id: strawberry.ID = strawberry.field(description="The log's id.")
    performed_on: date | None = strawberry.field(
        default=UNSET, description="The day that it was done on; not null. The bounds are those of a new log."
    )
    reason: str | None = strawberry.field(default=UNSET, description=REASON)
    if_updated_at: datetime | None = strawberry.field(default=UNSET, description=IF_UPDATED_AT)


@strawberry.input(description="A log to delete.")
class DeleteLogInput:
    id: strawberry.ID = strawberry.field(description="The log's id.")
    reason: str | None = strawberry.field(default=UNSET, description=REASON)
    if_updated_at: datetime | None = strawberry.field(default=UNSET, description=IF_UPDATED_AT)


@payload("The logs of a batch, all stored or none.")
class LogExercisesPayload:
    logs: list[ExerciseLog] = strawberry.field(
        default_factory=list,
        description="The log of each that was sent, in their order, as it is stored now; empty where the batch was "
        "refused.",
        metadata={"assumed_size": 20},
    )


@payload("The log that was corrected.")
class ExerciseLogPayload:
    log: ExerciseLog | None = strawberry.field(default=None, description="The log as it is stored now.")
    conflict: EditConflict | None = conflict_field()


@payload("The log that was deleted.")
class DeleteLogPayload:
    deleted_id: strawberry.ID | None = strawberry.field(default=None, description="The id of what was deleted.")
    log: ExerciseLog | None = strawberry.field(
        default=None, description="With a CONFLICT, the log as it is stored now."
    )
    conflict: EditConflict | None = conflict_field()
