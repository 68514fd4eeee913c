"""The inputs and payloads of the mutations of results. A key that is not sent is UNSET."""

from datetime import date, datetime

import strawberry
from strawberry import UNSET

from kinegraph.assignment.graph import WorkoutAssignment
from kinegraph.identity.graph_versions import IF_UPDATED_AT, EditConflict, conflict_field
from kinegraph.kit.user_errors import payload
from kinegraph.result import rules
from kinegraph.result.graph import AssignmentResult

CLIENT_ID = (
    "An id that the client makes for this submission, such as a UUID, at most 100 characters. Sent again with the same "
    "content it is stored once; with other content it is refused as CONFLICT."
)
OF_RESULT = f"{IF_UPDATED_AT} It is the result's."
PERFORMED_ON = (
    "The day that it was done on, not in the future. If left out, that of the earlier result; without one the planned "
    "day, or today (in the athlete's time zone) where that is to come."
)


@strawberry.input(description="A mass with its unit.")
class MassInput:
    value: float = strawberry.field(description="0 to 2,000, to three decimals.")
    unit: rules.MassUnit = strawberry.field(description="The unit that it was measured in.")


@strawberry.input(description="A score: what the workout's scoring asks for, and nothing else.")
class ResultScoreInput:
    time_seconds: float | None = strawberry.field(default=UNSET, description="TIME: 0.01 to 604,800.")
    reps: int | None = strawberry.field(
        default=UNSET,
        description="REPS, and ROUNDS_REPS beside rounds: 0 to 100,000. TIME: in place of the time, where the time "
        "limit ended the workout.",
    )
    rounds: int | None = strawberry.field(default=UNSET, description="ROUNDS_REPS: whole rounds, 0 to 1,000.")
    weight: MassInput | None = strawberry.field(default=UNSET, description="WEIGHT: the heaviest load.")
    distance_meters: float | None = strawberry.field(default=UNSET, description="DISTANCE: 0.01 to 1,000,000.")
    calories: int | None = strawberry.field(default=UNSET, description="CALORIES: 0 to 100,000.")
    points: float | None = strawberry.field(default=UNSET, description="POINTS: 0 to 1,000,000, to two decimals.")


@strawberry.input(description="One set as it was done. It says at least one of reps, load, seconds, meters, calories.")
class ResultSetInput:
    movement_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The movement that it was planned in; a library movement's stands for its copy."
    )
    exercise_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="The exercise that was done: needed without a movement, and where it replaced the planned one.",
    )
    number: int = strawberry.field(description="Its number within the movement or the exercise, 1 to 100.")
    reps: int | None = strawberry.field(default=UNSET, description="Repetitions that were done, 0 to 10,000.")
    load: MassInput | None = strawberry.field(default=UNSET, description="The load that was lifted, with its unit.")
    rpe: float | None = strawberry.field(default=UNSET, description="1 to 10 in half steps; not beside rir.")
    rir: int | None = strawberry.field(default=UNSET, description="0 to 10 repetitions in reserve; not beside rpe.")
    seconds: float | None = strawberry.field(default=UNSET, description="Time under work or hold, 0.01 to 604,800.")
    distance_meters: float | None = strawberry.field(default=UNSET, description="Distance covered, 0.01 to 1,000,000.")
    calories: int | None = strawberry.field(default=UNSET, description="Calories on the machine, 0 to 10,000.")
    notes: str | None = strawberry.field(default=UNSET, description="At most 2,000 characters.")


@strawberry.input
class SubmissionInput:
    """The fields of every submission."""

    assignment_id: strawberry.ID = strawberry.field(description="The assignment, of the caller or of their athlete.")
    client_id: str = strawberry.field(description=CLIENT_ID)
    performed_on: date | None = strawberry.field(default=UNSET, description=PERFORMED_ON)
    if_updated_at: datetime | None = strawberry.field(default=UNSET, description=OF_RESULT)


@strawberry.input(
    description="The result of an assignment. It replaces an earlier one as a whole, but for its sets and its day "
    "where none are sent."
)
class RecordAssignmentResultInput(SubmissionInput):
    score: ResultScoreInput | None = strawberry.field(
        default=UNSET, description="Needed unless the workout's scoring is NONE."
    )
    is_scaled: bool | None = strawberry.field(default=UNSET, description="Whether it was made easier than written.")
    exertion: float | None = strawberry.field(default=UNSET, description="1 to 10 in half steps.")
    notes: str | None = strawberry.field(default=UNSET, description="At most 2,000 characters.")
    sets: list[ResultSetInput] | None = strawberry.field(
        default=UNSET, description="All sets, at most 1,000; those stored stay if left out."
    )


@strawberry.input(description="Sets of an assignment, all stored or none.")
class RecordSetsInput(SubmissionInput):
    sets: list[ResultSetInput] = strawberry.field(
        description="1 to 1,000 sets. One with the movement (or exercise) and number of a stored set corrects it."
    )
    replace: bool | None = strawberry.field(
        default=False, description="Whether stored sets that are not sent are deleted."
    )


@strawberry.input(description="A result to delete, with its sets.")
class DeleteAssignmentResultInput:
    id: strawberry.ID = strawberry.field(description="The result's id.")
    if_updated_at: datetime | None = strawberry.field(default=UNSET, description=IF_UPDATED_AT)


@payload("The result that was written.")
class AssignmentResultPayload:
    result: AssignmentResult | None = strawberry.field(default=None, description="The result as it is stored now.")
    assignment: WorkoutAssignment | None = strawberry.field(
        default=None, description="Its assignment, which has its snapshot now."
    )
    conflict: EditConflict | None = conflict_field()


@payload("The result that was deleted.")
class DeleteAssignmentResultPayload:
    deleted_id: strawberry.ID | None = strawberry.field(default=None, description="The id of what was deleted.")
    assignment: WorkoutAssignment | None = strawberry.field(
        default=None, description="Its assignment, which may be recorded anew."
    )
    result: AssignmentResult | None = strawberry.field(
        default=None, description="With a CONFLICT, the result as it is stored now."
    )
    conflict: EditConflict | None = conflict_field()
