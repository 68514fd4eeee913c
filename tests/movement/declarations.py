"""Facts about movements for the tests of all rooms."""

from tests.movement.cases import CASES
from tests.rooms import Declarations

ROOM = Declarations(
    exercise_ids=("AddMovementInput.exerciseId",), cases=CASES, edited_by={"addMovement": ("sectionId", "assignmentId")}
)
