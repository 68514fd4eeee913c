"""The requests of `documents` for results."""

from typing import Any  # Any: variables are JSON

from tests.identity.documents import ERRORS, Case

RESULT = "result { id sets { id } athlete { id email } } assignment { id }"


def _mutation(name: str, input: str, selection: str) -> str:
    return f"mutation ($input: {input}!) {{ {name}(input: $input) {{ {selection} {ERRORS} }} }}"


_RECORD = _mutation("recordAssignmentResult", "RecordAssignmentResultInput", RESULT)
_SETS = _mutation("recordSets", "RecordSetsInput", RESULT)
_DELETE = _mutation("deleteAssignmentResult", "DeleteAssignmentResultInput", "deletedId")
_DONE = {"number": 1, "reps": 5}


def _sets(assignment: str, exercise: str) -> dict[str, Any]:
    """The variables that record a set of an exercise."""
    return {"input": {"assignmentId": assignment, "clientId": "x", "sets": [{**_DONE, "exerciseId": exercise}]}}


CASES = {
    "recordAssignmentResult": Case(_RECORD, {"input": {"assignmentId": "theirs.assignment", "clientId": "x"}}),
    "recordAssignmentResult, their movement": Case(
        _RECORD,
        {
            "input": {
                "assignmentId": "mine.assignment",
                "clientId": "x",
                "sets": [{**_DONE, "movementId": "theirs.movement"}],
            }
        },
    ),
    "recordSets": Case(
        _SETS,
        _sets("theirs.assignment", "mine.canonical"),
    ),
    "recordSets, their exercise": Case(
        _SETS,
        _sets("mine.assignment", "theirs.exercise"),
    ),
    "deleteAssignmentResult": Case(_DELETE, {"input": {"id": "theirs.result"}}),
}
