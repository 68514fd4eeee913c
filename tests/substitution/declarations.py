"""Facts about substitutes for the tests of all rooms."""

from tests.rooms import Declarations

ROOM = Declarations(
    exercise_ids=("Query.substituteExercises.exerciseId",),
    counted_edges=("ExerciseSubstitute", "Query.substitute"),
    bounds={"Query.substituteExercises": "its argument `limit`, of at most 50"},
)
