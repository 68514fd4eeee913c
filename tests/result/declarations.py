"""Facts about results for the tests of all rooms."""

from tests.result.cases import CASES
from tests.rooms import Declarations

ROOM = Declarations(
    exercise_ids=("ResultSetInput.exerciseId",),
    cases=CASES,
    values={"RecordAssignmentResultInput.score": {"weight": {"value": 1.5, "unit": "KG"}}},
)
