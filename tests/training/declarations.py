"""Facts about the training layers for the tests of all rooms."""

from uuid import UUID

from kinegraph.layers import store_progressions
from tests.rooms import Declarations
from tests.training.cases import CASES

ID = UUID(int=1)
EDITS = ("classifyExercise", "updateProgrammingProfile", "updateSafetyConstraint")
DOZENS = "a few dozens, which ship with this version"

ROOM = Declarations(
    exercise_ids=[f"{name[0].upper()}{name[1:]}Input.exerciseId" for name in (*EDITS, "addSafetyRestriction")],
    routes={"ProgrammingProfile": "exercises(first: 1) { nodes { programming { %s } } }"},
    cases=CASES,
    values={"modifiers": ["rings"], "stressors": ["valsalva"]},
    edited_by=dict.fromkeys(EDITS, ("exerciseId",)),
    own_nodes=("Progression", "SafetyRestriction"),
    reads={"Exercise.progressions": lambda session: store_progressions.progressions_of(session, [ID])},
    bounds={
        "Exercise.progressionChain": "its argument `depth`, of at most 25",
        "Organization.safeExercises": "its argument `first`, of at most 100",
        "Query.exerciseClasses": "shipped with this version",
        "Query.classModifiers": DOZENS,
        "Query.stressors": DOZENS,
        "Query.muscles": DOZENS,
        "SafetyConstraint.modifications": "stored with the exercise, one for each condition that it names",
        "SafetyConstraint.riskScores": "stored with the exercise, one for each condition that it names",
        "SafetyAssessment.warnings": "the conditions that were sent, at most 60, and their parents",
    },
)
