"""The requests of `documents` for results."""

from typing import Any  # Any: variables are JSON

from tests.identity.documents import ERRORS, Case

RESULT = "result { id sets { id } athlete { id email } } assignment { id }"


def _mutation(name: str, input: str, selection: str) -> str:
    return f"mutation ($input: {input}!) {{ {name}(input: $input) {{ {selection} {ERRORS} }} }}"


_RECORD = _mutation("recordAssignmentResult", "RecordAssignmentResultInput", RESULT)
_SETS = _mutation("recordSets", "RecordSetsInput", RESULT)
_DELETE = _mutation("deleteAssignmentResult", "DeleteAssignmentResultInput", "deletedId")
_RECORDS = """query ($athlete: ID!, $exercises: [ID!]!) {
  personalRecords(athleteId: $athlete, exerciseIds: $exercises) { kind set { id } }
}"""
_HISTORY = """query ($athlete: ID!, $exercise: ID!) {
  exerciseHistory(athleteId: $athlete, exerciseId: $exercise, from: "2026-01-01", to: "2026-12-31") {
    points { bestSet { id } }
  }
}"""
_TRAINING = """query ($id: ID!, $athlete: ID!) {
  trainingLoad(organizationId: $id, athleteId: $athlete, from: "2026-02-01", to: "2026-03-31") {
    muscles { muscle } days { day } conflicts { exercise { id } previousExercise { id } }
  }
}"""
_STEPS = _mutation("setLoadSteps", "SetLoadStepsInput", "kilograms")
_SMALL = {"kilograms": 1, "pounds": 2}
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
    "personalRecords": Case(_RECORDS, {"athlete": "theirs.athlete", "exercises": ["mine.canonical"]}),
    "personalRecords, their exercise": Case(_RECORDS, {"athlete": "mine.athlete", "exercises": ["theirs.exercise"]}),
    "exerciseHistory": Case(_HISTORY, {"athlete": "theirs.athlete", "exercise": "mine.canonical"}),
    "exerciseHistory, their exercise": Case(_HISTORY, {"athlete": "mine.athlete", "exercise": "theirs.exercise"}),
    "trainingLoad": Case(_TRAINING, {"id": "theirs.organization", "athlete": "theirs.athlete"}),
    "trainingLoad, their athlete": Case(_TRAINING, {"id": "mine.organization", "athlete": "theirs.athlete"}),
    "setLoadSteps": Case(_STEPS, {"input": {"organizationId": "theirs.organization", **_SMALL}}),
    "setLoadSteps, their athlete": Case(
        _STEPS, {"input": {"organizationId": "mine.organization", "athleteId": "theirs.athlete", **_SMALL}}
    ),
    "a load for an athlete": Case(
        """query ($id: ID!, $athlete: ID!) { workout(id: $id) { sections { movements { prescription {
          load { resolved(athleteId: $athlete) { value } } } } } } }""",
        {"id": "theirs.workout", "athlete": "theirs.athlete"},
    ),
    "deleteAssignmentResult": Case(_DELETE, {"input": {"id": "theirs.result"}}),
}
