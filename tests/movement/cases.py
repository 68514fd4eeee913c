"""The requests of `documents` for copies of workouts and for single movements."""

from typing import Any  # variables are JSON

from tests.identity.documents import ERRORS, TREE, Case

WORKOUT = f"workout {{ {TREE} }} {ERRORS}"


def _text(name: str, type_: str, selection: str) -> str:
    return f"mutation ($input: {type_}!) {{ {name}(input: $input) {{ {selection} {WORKOUT} }} }}"


_DUPLICATE = _text("duplicateWorkout", "DuplicateWorkoutInput", "")
_ADD = _text("addMovement", "AddMovementInput", "movement { id }")
_MOVE = _text("moveMovement", "MoveMovementInput", "movement { id }")
_REMOVE = _text("removeMovement", "RemoveMovementInput", "deletedId")
_RESET = _text("resetSnapshot", "ResetSnapshotInput", "assignment { id athlete { id } }")


def _case(text: str, **input: Any) -> Case:
    return Case(text, {"input": input})


CASES = {
    "duplicateWorkout": _case(_DUPLICATE, workoutId="theirs.workout"),
    "duplicateWorkout, a snapshot": _case(_DUPLICATE, workoutId="theirs.snapshot"),
    "duplicateWorkout, their program": _case(_DUPLICATE, workoutId="mine.workout", programId="theirs.program"),
    "addMovement": _case(_ADD, sectionId="theirs.section", exerciseId="theirs.exercise"),
    "addMovement, their exercise": _case(_ADD, sectionId="mine.section", exerciseId="theirs.exercise"),
    "addMovement, before theirs": _case(_ADD, beforeMovementId="theirs.movement", exerciseId="theirs.exercise"),
    "addMovement, after theirs": _case(
        _ADD, sectionId="mine.section", afterMovementId="theirs.movement", exerciseId="theirs.exercise"
    ),
    "addMovement, their assignment": _case(
        _ADD, sectionId="mine.section", assignmentId="theirs.assignment", exerciseId="theirs.exercise"
    ),
    "moveMovement": _case(_MOVE, movementId="theirs.movement", position=0),
    "moveMovement, their section": _case(_MOVE, movementId="mine.movement", sectionId="theirs.section"),
    "moveMovement, before theirs": _case(_MOVE, movementId="mine.movement", beforeMovementId="theirs.movement"),
    "moveMovement, after theirs": _case(_MOVE, movementId="mine.movement", afterMovementId="theirs.movement"),
    "moveMovement, their assignment": _case(_MOVE, movementId="mine.movement", assignmentId="theirs.assignment"),
    "removeMovement": _case(_REMOVE, movementId="theirs.movement"),
    "resetSnapshot": _case(_RESET, assignmentId="theirs.assignment"),
    "removeMovement, their assignment": _case(_REMOVE, movementId="mine.movement", assignmentId="theirs.assignment"),
}
