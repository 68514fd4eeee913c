"""Facts about the generator for the tests of all rooms."""

from tests.rooms import Declarations

ROOM = Declarations(
    routes={
        "GeneratedWorkout": """generateWorkout(input: {
        organizationId: $organization, goal: STRENGTH, targetMuscles: [], availableEquipment: [], sessionMinutes: 30
    }) { %s }"""
    },
    counted_edges=("Generated", "Excluded"),
    bounds={
        "GeneratedWorkout.stopRules": "the conditions of the request, at most 60",
        "GeneratedWorkout.sections": "at most four sections",
        "GeneratedSection.movements": "MAX_MAIN, MAX_ACCESSORY, MAX_WARM_UP and MAX_COOL_DOWN exercises",
        "GeneratedMovement.warnings": "the conditions of the vocabulary that a person has, at most 60",
        "GeneratedWorkout.excluded": "its argument `limit`, of at most 500",
        "GeneratedWorkout.excludedCounts": "one for each reason",
        "GeneratedWorkout.unmetDemands": "the muscles of the request, at most 20, and one for each other demand",
    },
)
