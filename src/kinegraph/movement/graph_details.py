"""The inputs and payloads of the mutations of single movements."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from kinegraph.assignment.graph import WorkoutAssignment, written_assignment
from kinegraph.identity.graph_versions import IF_UPDATED_AT, EditConflict, conflict_field
from kinegraph.kit.user_errors import payload
from kinegraph.workout.graph import Movement, Workout
from kinegraph.workout.graph_details import PrescriptionInput

OF_ASSIGNMENT = "The assignment whose own copy is to be changed."
OF_MOVEMENT = f"{IF_UPDATED_AT} It is the movement's own, or its workout's."
OF_WORKOUT = f"{IF_UPDATED_AT} It is the workout's."


@payload("The movement that was written, and the workout that it stands in.")
class MovementPayload:
    movement: Movement | None = strawberry.field(default=None, description="The movement as it is stored now.")
    workout: Workout | None = strawberry.field(default=None, description="The workout that it stands in.")
    assignment: WorkoutAssignment | None = written_assignment()
    conflict: EditConflict | None = conflict_field()


@payload("The movement that was removed, and the workout that it stood in.")
class RemoveMovementPayload:
    deleted_id: strawberry.ID | None = strawberry.field(default=None, description="The id of the removed movement.")
    workout: Workout | None = strawberry.field(default=None, description="The workout as it is stored now.")
    assignment: WorkoutAssignment | None = written_assignment()
    conflict: EditConflict | None = conflict_field()


@strawberry.input
class ForAssignment:
    """The values that every input of a movement has."""

    assignment_id: strawberry.ID | None = strawberry.field(default=UNSET, description=OF_ASSIGNMENT)
    if_updated_at: datetime | None = strawberry.field(default=UNSET, description=OF_MOVEMENT)


@strawberry.input
class PlaceInput(ForAssignment):
    """A place in a workout's tree. It is at most one of position and the two neighbours."""

    section_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The section it comes to stand in. It follows from a neighbour, where one is sent."
    )
    position: int | None = strawberry.field(
        default=UNSET, description="Its sortOrder in the section, from 0; the end where it is left out or too large."
    )
    before_movement_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The movement that it comes to stand before."
    )
    after_movement_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The movement that it comes to stand after."
    )


@strawberry.input(description="A new movement, and its place: a section, or a movement that it stands beside.")
class AddMovementInput(PlaceInput):
    if_updated_at: datetime | None = strawberry.field(default=UNSET, description=OF_WORKOUT)
    exercise_id: strawberry.ID = strawberry.field(description="A canonical exercise, or the organization's own.")
    prescription: PrescriptionInput | None = strawberry.field(default=UNSET, description="How much is to be done.")
    notes: str | None = strawberry.field(default=UNSET, description="Shown beside it, at most 2,000 characters.")
    label: str | None = strawberry.field(default=UNSET, description="Its place, such as A1; at most 10 characters.")
    superset_group: str | None = strawberry.field(default=UNSET, description="Group, such as A; at most 10 characters.")


@strawberry.input(description="A movement and its new place: in its section where no other is sent.")
class MoveMovementInput(PlaceInput):
    movement_id: strawberry.ID = strawberry.field(description="The movement that is moved.")


@strawberry.input(description="A movement that is to leave its workout.")
class RemoveMovementInput(ForAssignment):
    movement_id: strawberry.ID = strawberry.field(description="The movement that is removed.")


@strawberry.input(
    description="New values of a movement. An absent key is left as it is; a prescription is replaced whole."
)
class UpdateMovementInput:
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="The movement's id.")
    assignment_id: strawberry.ID | None = strawberry.field(default=UNSET, description=OF_ASSIGNMENT)
    if_updated_at: datetime | None = strawberry.field(default=UNSET, description=OF_MOVEMENT)
    prescription: PrescriptionInput | None = strawberry.field(default=UNSET, description="How much is to be done.")
    notes: str | None = strawberry.field(default=UNSET, description="At most 2,000 characters.")
    label: str | None = strawberry.field(default=UNSET, description="Its place, such as A1; at most 10 characters.")
    superset_group: str | None = strawberry.field(default=UNSET, description="Group, such as A; at most 10 characters.")
