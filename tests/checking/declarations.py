"""Facts about checks of workouts for the tests of all rooms."""

from tests.rooms import Declarations

ROOM = Declarations(
    exercise_ids=("OverrideSafetyWarningInput.exerciseId",),
    counted_edges=("MovementCheck", "CheckWarning", "WorkoutCheck", "SafetyOverride"),
    own_nodes=("SafetyOverride",),
    bounds={
        "WorkoutCheck.movements": "the movements of a workout, at most 500",
        "MovementCheck.warnings": "the conditions of the vocabulary that a person has, at most 60",
    },
)
