"""Facts about personal records for the tests of all rooms."""

from datetime import date
from uuid import UUID

from kinegraph.record import store, store_history, store_training
from tests.rooms import Declarations

ID = UUID(int=1)
DAY = date(2026, 3, 1)

ROOM = Declarations(
    exercise_ids=("Query.exerciseHistory.exerciseId",),
    own_arguments=("Load.resolved.athleteId",),
    counted_edges=(
        *("Query.personalRecords", "PersonalRecord.exercise", "PersonalRecord.load", "PersonalRecord.set"),
        *("Query.exerciseHistory", "ExerciseHistory.chart", "ExerciseHistory.points", "HistoryPoint.bestSet"),
        *("Query.trainingLoad", "TrainingLoad.chart", "TrainingLoad.conflicts", "TrainingLoad.days"),
        *("TrainingLoad.muscles", "RecoveryConflict.exercise", "RecoveryConflict.previousExercise"),
        *("Load.resolved", "ResolvedLoad.record"),
    ),  # read for an athlete, by their id
    reads={
        "Query.personalRecords": lambda session: store.records_of(session, [ID], [ID]),
        "ExerciseHistory.points": lambda session: store_history.points_of(session, [(ID, ID)], DAY, DAY),
        "TrainingLoad": lambda session: store_training.trained_of(session, [(ID, ID)], DAY, DAY),
    },
)
