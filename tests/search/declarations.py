"""Facts about searches for the tests of all rooms."""

from tests.rooms import Declarations

ROOM = Declarations(
    clocks={"vectors.jobs": "how many vectors may be asked for: an answer that says so has notes, and is not covered"},
    bounds={
        "Query.searchExercises": "its argument `limit`, of at most 100",
        "Query.suggestExercises": "its argument `limit`, of at most 100",
        "Workout.similar": "its argument `limit`, of at most 20",
        "SearchHighlight.ranges": "the words of a name or alias, of at most 255 characters",
        "ExerciseSuggestion.highlights": "the words of a name, of at most 255 characters",
    },
)
