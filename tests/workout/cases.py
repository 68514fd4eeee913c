"""The requests of `documents` for assignments, snapshots, programs, uploads and jobs."""

from datetime import UTC, datetime, timedelta

from tests.identity.documents import ERRORS, Case

ASSIGNMENT = "id athlete { id email } workout { id title } libraryWorkout { id }"


def _mutation(signature: str, call: str, selection: str) -> str:
    return f"mutation ({signature}) {{ {call} {{ {selection} {ERRORS} }} }}"


_ASSIGN = _mutation("$input: AssignWorkoutInput!", "assignWorkout(input: $input)", f"assignments {{ {ASSIGNMENT} }}")
_STATUS = _mutation(
    "$id: ID!, $status: AssignmentStatus!",
    "setAssignmentStatus(id: $id, status: $status)",
    f"assignment {{ {ASSIGNMENT} }}",
)
_UPDATE_ASSIGNMENT = _mutation(
    "$input: UpdateAssignmentInput!",
    "updateAssignment(input: $input)",
    f"assignment {{ {ASSIGNMENT} }}",
)
_UNASSIGN = _mutation("$id: ID!", "unassignWorkout(id: $id)", "deletedId")
_CREATE_PROGRAM = _mutation("$input: CreateProgramInput!", "createProgram(input: $input)", "program { id name }")
_UPDATE_PROGRAM = _mutation("$input: UpdateProgramInput!", "updateProgram(input: $input)", "program { id name }")
_UPDATE_ORGANIZATION = _mutation(
    "$input: UpdateOrganizationInput!",
    "updateOrganization(input: $input)",
    "organization { id name }",
)
_REQUEST_UPLOAD = _mutation("$input: RequestUploadInput!", "requestUpload(input: $input)", "upload { id url }")
_ADD_COMMENT = _mutation("$input: AddCommentInput!", "addComment(input: $input)", "comment { id }")
_TO = "$id: ID!, $assignmentId: ID"
_UPDATE_WORKOUT = _mutation(
    "$input: UpdateWorkoutInput!",
    "updateWorkout(input: $input)",
    "workout { id }",
)
_SET = _mutation(
    f"{_TO}, $sections: [SectionInput!]!",
    "setWorkoutSections(workoutId: $id, assignmentId: $assignmentId, sections: $sections)",
    "workout { id }",
)
_UPDATE_MOVEMENT = _mutation(
    "$input: UpdateMovementInput!",
    "updateMovement(input: $input)",
    "movement { id }",
)
_USING = """query ($organizationId: ID!, $exerciseId: ID!) {
  workoutsUsingExercise(organizationId: $organizationId, exerciseId: $exerciseId) { totalCount nodes { id } }
}"""
_CALENDAR = """query ($id: ID!, $athleteId: ID) {
  organization(id: $id) { assignments(athleteId: $athleteId) { totalCount nodes { id } } }
}"""
_PLANNED = """query ($id: ID!, $filter: AssignmentFilter) {
  organization(id: $id) { assignments(filter: $filter) { totalCount nodes { id } } }
}"""
_WORKOUTS = """query ($id: ID!, $filter: WorkoutFilter) {
  organization(id: $id) { workouts(filter: $filter) { totalCount nodes { id } } }
}"""
_SUBSTITUTES = """query ($organizationId: ID!, $exerciseId: ID!) {
  substituteExercises(organizationId: $organizationId, exerciseId: $exerciseId) { score exercise { id name } }
}"""
_GENERATE = """query ($input: GenerateWorkoutInput!) {
  generateWorkout(input: $input) { title sections { movements { exercise { id name } } } }
}"""
_GENERATED = {"goal": "STRENGTH", "targetMuscles": [], "availableEquipment": [], "sessionMinutes": 30}
_CHECK = """query (
  $organizationId: ID!, $workoutId: ID, $assignmentId: ID, $sections: [SectionInput!], $athleteId: ID
) {
  checkWorkout(
    organizationId: $organizationId, workoutId: $workoutId, assignmentId: $assignmentId, sections: $sections,
    athleteId: $athleteId, conditions: ["wrist_pain"]
  ) { movementCount movements { movementId exercise { id name } warnings { override { id note } } } }
}"""
_OVERRIDE = _mutation(
    "$input: OverrideSafetyWarningInput!", "overrideSafetyWarning(input: $input)", "override { id note }"
)
_WITHDRAW = _mutation(
    "$input: WithdrawSafetyOverrideInput!", "withdrawSafetyOverride(input: $input)", "override { id note }"
)
_SOON = (datetime.now(UTC) + timedelta(days=30)).isoformat()
_ENDS = {"condition": "wrist_pain", "reason": "SUPERVISED", "expiresAt": _SOON}
_DAY = {"scheduledFor": "2026-03-01"}
_FILE = {"filename": "a.png", "mime": "image/png", "sizeBytes": 1}

CASES = {
    "substituteExercises, there": Case(
        _SUBSTITUTES, {"organizationId": "theirs.organization", "exerciseId": "mine.canonical"}
    ),
    "substituteExercises, theirs here": Case(
        _SUBSTITUTES, {"organizationId": "mine.organization", "exerciseId": "theirs.exercise"}
    ),
    "generateWorkout": Case(_GENERATE, {"input": {**_GENERATED, "organizationId": "theirs.organization"}}),
    "checkWorkout, there": Case(_CHECK, {"organizationId": "theirs.organization", "workoutId": "theirs.workout"}),
    "checkWorkout, theirs here": Case(_CHECK, {"organizationId": "mine.organization", "workoutId": "theirs.workout"}),
    "checkWorkout, their assignment": Case(
        _CHECK, {"organizationId": "mine.organization", "assignmentId": "theirs.assignment"}
    ),
    "checkWorkout, their exercise": Case(
        _CHECK,
        {"organizationId": "mine.organization", "sections": [{"movements": [{"exerciseId": "theirs.exercise"}]}]},
    ),
    "checkWorkout, their athlete": Case(
        _CHECK, {"organizationId": "mine.organization", "workoutId": "mine.workout", "athleteId": "theirs.athlete"}
    ),
    "overrideSafetyWarning": Case(
        _OVERRIDE, {"input": {**_ENDS, "workoutId": "theirs.workout", "movementId": "theirs.movement"}}
    ),
    "overrideSafetyWarning, their movement": Case(
        _OVERRIDE, {"input": {**_ENDS, "workoutId": "mine.workout", "movementId": "theirs.movement"}}
    ),
    "overrideSafetyWarning, their exercise": Case(
        _OVERRIDE, {"input": {**_ENDS, "workoutId": "mine.workout", "exerciseId": "theirs.exercise"}}
    ),
    "overrideSafetyWarning, their athlete": Case(
        _OVERRIDE,
        {
            "input": {
                **_ENDS,
                "workoutId": "mine.workout",
                "movementId": "mine.movement",
                "athleteId": "theirs.athlete",
            }
        },
    ),
    "withdrawSafetyOverride": Case(_WITHDRAW, {"input": {"id": "theirs.safety_override"}}),
    "assignment": Case(f"query ($id: ID!) {{ assignment(id: $id) {{ {ASSIGNMENT} }} }}", {"id": "theirs.assignment"}),
    "assignments of an athlete": Case(_CALENDAR, {"id": "mine.organization", "athleteId": "theirs.athlete"}),
    "assignments of an athlete, by the filter": Case(
        _PLANNED, {"id": "mine.organization", "filter": {"athleteId": "theirs.athlete"}}
    ),
    "workouts of an author": Case(_WORKOUTS, {"id": "mine.organization", "filter": {"authorId": "theirs.athlete"}}),
    "workouts of a program, by the filter": Case(
        _WORKOUTS, {"id": "mine.organization", "filter": {"programId": "theirs.program"}}
    ),
    "workouts that use an exercise": Case(
        _WORKOUTS, {"id": "mine.organization", "filter": {"usesExerciseId": "theirs.exercise"}}
    ),
    "workoutsUsingExercise, there": Case(
        _USING, {"organizationId": "theirs.organization", "exerciseId": "theirs.exercise"}
    ),
    "workoutsUsingExercise, here": Case(
        _USING, {"organizationId": "mine.organization", "exerciseId": "theirs.exercise"}
    ),
    "contraindicationConditions": Case(
        "query ($id: ID) { contraindicationConditions(organizationId: $id) { key isOwn } }",
        {"id": "theirs.organization"},
    ),
    "jobs": Case("{ jobs { id } }", {}),
    "job": Case('{ job(id: "0190b5b1-9d4e-7c3a-8000-0123456789ab") { id } }', {}),
    "assignWorkout": Case(
        _ASSIGN, {"input": {"workoutId": "theirs.workout", "athleteIds": ["theirs.athlete"], **_DAY}}
    ),
    "assignWorkout, their athlete": Case(
        _ASSIGN, {"input": {"workoutId": "mine.workout", "athleteIds": ["theirs.athlete"], **_DAY}}
    ),
    "setAssignmentStatus": Case(_STATUS, {"id": "theirs.assignment", "status": "SKIPPED"}),
    "updateAssignment": Case(_UPDATE_ASSIGNMENT, {"input": {"id": "theirs.assignment", **_DAY}}),
    "unassignWorkout": Case(_UNASSIGN, {"id": "theirs.assignment"}),
    "updateWorkout, their assignment": Case(
        _UPDATE_WORKOUT, {"input": {"id": "mine.workout", "assignmentId": "theirs.assignment", "title": "X"}}
    ),
    "setWorkoutSections, their assignment": Case(
        _SET, {"id": "mine.workout", "assignmentId": "theirs.assignment", "sections": []}
    ),
    "updateMovement, their assignment": Case(
        _UPDATE_MOVEMENT, {"input": {"id": "mine.movement", "assignmentId": "theirs.assignment", "notes": "X"}}
    ),
    "createProgram": Case(_CREATE_PROGRAM, {"input": {"organizationId": "theirs.organization", "name": "X"}}),
    "updateProgram": Case(_UPDATE_PROGRAM, {"input": {"id": "theirs.program", "name": "X"}}),
    "updateOrganization": Case(_UPDATE_ORGANIZATION, {"input": {"id": "theirs.organization", "name": "X"}}),
    "resumeUpload": Case(_mutation("$id: ID!", "resumeUpload(id: $id)", "upload { id url }"), {"id": "theirs.upload"}),
    "requestUpload": Case(
        _REQUEST_UPLOAD,
        {"input": {"organizationId": "theirs.organization", "purpose": "COMMENT_ATTACHMENT", **_FILE}},
    ),
    "requestUpload, their exercise": Case(
        _REQUEST_UPLOAD,
        {
            "input": {
                "organizationId": "mine.organization",
                "purpose": "EXERCISE_THUMBNAIL",
                "exerciseId": "theirs.exercise",
                **_FILE,
            }
        },
    ),
    "addComment, their assignment": Case(
        _ADD_COMMENT, {"input": {"movementId": "mine.movement", "body": "X", "assignmentId": "theirs.assignment"}}
    ),
    "addComment, their upload": Case(
        _ADD_COMMENT, {"input": {"movementId": "mine.movement", "body": "X", "uploadIds": ["theirs.upload"]}}
    ),
}
