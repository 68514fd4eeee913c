"""Every list of objects that has no pages is read with a bound."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any, cast  # batch functions and keys of any type
from unittest.mock import MagicMock
from uuid import uuid4

import pytest
from graphql import get_named_type, get_nullable_type, is_list_type, is_object_type

from kinegraph.api.schema import schema
from kinegraph.assignment import store_lists as assignment_lists
from kinegraph.assignment.rules_lists import Wanted
from kinegraph.catalog import store as store_lists
from kinegraph.catalog.rules import ExerciseSort, Filter
from kinegraph.enrollment import store_lists as store_enrollments
from kinegraph.kit.errors import AnswerTooLarge
from kinegraph.kit.sessions import ReadSession
from kinegraph.layers import store_progressions
from kinegraph.library import store_lists as library_lists
from kinegraph.library.rules import LibrarySource
from kinegraph.plan import store as store_plans
from kinegraph.record import store as store_records
from kinegraph.record import store_history, store_training
from kinegraph.taxonomy import store as store_taxonomy
from kinegraph.workout import store_comments

Read = Callable[[ReadSession[Any]], Any]
ID = uuid4()
NAME = ExerciseSort.NAME_ASC
DAY = date(2026, 3, 1)

RESOLVED: dict[str, Read] = {
    "Viewer.assignments": lambda session: assignment_lists.of_athletes(session, [ID], Wanted()),
    "Taxonomy": lambda session: store_taxonomy.taxonomies(session, [ID]),
    "ExerciseFacets": lambda session: store_lists.canonical_facets(session, [False], Filter(), NAME),
    "ExerciseFacets of libraries": lambda session: library_lists.library_facets(
        session, [(ID, True)], LibrarySource.ALL, Filter(), NAME
    ),
    "Query.contraindicationConditions": lambda session: store_lists.conditions_of(session, [(ID, True)]),
    "Exercise.progressions": lambda session: store_progressions.progressions_of(session, [ID]),
    "Query.personalRecords": lambda session: store_records.records_of(session, [ID], [ID]),
    "ExerciseHistory.points": lambda session: store_history.points_of(session, [(ID, ID)], DAY, DAY),
    "TrainingLoad": lambda session: store_training.trained_of(session, [(ID, ID)], DAY, DAY),
    "Viewer.enrollments": lambda session: store_enrollments.of_viewers(session, [ID]),
    "TreatmentPlan.sessions": lambda session: store_plans.sessions_of(session, [ID]),
    "PlanVersion.sessions": lambda session: store_plans.version_sessions_of(session, [ID]),
    "Comment.replies": lambda session: store_comments.comments_of(session, [ID]),
    "Comment.replies of comments": lambda session: store_comments.comments(session, [ID]),
}
"""The read functions of lists that are no edges, by field or by type."""

BOUNDED_OTHERWISE = {
    "Query.searchExercises": "its argument `limit`, of at most 100",
    "Query.suggestExercises": "its argument `limit`, of at most 100",
    "Workout.similar": "its argument `limit`, of at most 20",
    "SearchHighlight.ranges": "the words of a name or alias, of at most 255 characters",
    "ExerciseSuggestion.highlights": "the words of a name, of at most 255 characters",
    "Exercise.progressionChain": "its argument `depth`, of at most 25",
    "Organization.safeExercises": "its argument `first`, of at most 100",
    "ChangePage.changes": "the argument `first` of Viewer.changes, of at most 500",
    "Query.exerciseClasses": "shipped with this version, as are the next three",
    "Query.classModifiers": "a few dozens",
    "Query.stressors": "a few dozens",
    "Query.muscles": "a few dozens",
    "SafetyConstraint.modifications": "stored with the exercise, one for each condition that it names",
    "SafetyConstraint.riskScores": "the same",
    "SafetyAssessment.warnings": "the conditions that were sent, at most 60, and their parents",
    "Query.substituteExercises": "its argument `limit`, of at most 50",
    "GeneratedWorkout.stopRules": "the conditions of the request, at most 60",
    "GeneratedWorkout.sections": "at most four sections",
    "GeneratedSection.movements": "MAX_MAIN, MAX_ACCESSORY, MAX_WARM_UP and MAX_COOL_DOWN exercises",
    "GeneratedMovement.warnings": "the conditions of the vocabulary that a person has, at most 60",
    "GeneratedWorkout.excluded": "its argument `limit`, of at most 500",
    "GeneratedWorkout.excludedCounts": "one for each reason",
    "GeneratedWorkout.unmetDemands": "the muscles of the request, at most 20, and one for each other demand",
    "WorkoutCheck.movements": "the movements of a workout, at most 500",
    "MovementCheck.warnings": "the conditions of the vocabulary that a person has, at most 60",
    "Adherence.byWeek": "the weeks of a plan, at most 104",
    "Organization.exerciseAnalytics": "MAX_EXERCISES",
    "Enrollment.due": "the sessions of a day; the rows of the statement are bounded",
    "Enrollment.dueBetween": "92 days; the rows of the statement are bounded",
    "DueDay.sessions": "the same",
    "Enrollment.dueExercises": "the same",
    "RegressionProposal.options": "MAX_OPTIONS",
    "RegressionProposal.logs": "MAX_LOGS",
    "SafetyFinding.places": "the days of a version, at most 728",
    "WatchStatistics.completion": "four milestones",
    "PoseSession.feedback": "the 50 most frequent codes, by its statement",
    "PlanDiff.changes": "MAX_CHANGES of those of two states, each read with a bound",
    "Query.jobs": "its argument `first`, of at most 100",
    "Viewer.memberships": "read with the viewer, who is read in full",
    "Exercise.videoCandidates": "stored with the exercise, at most 20 of them",
    "Upload.headers": "made by the object storage, a few of them",
    "Upload.parts": "a file of at most 500 MiB has at most 32 parts of 16 MiB",
    "UploadPart.headers": "made by the object storage, a few of them",
}


def lists() -> Iterator[tuple[str, Any]]:
    """The lists of objects in the schema, by type and field, with their edges; without pages and payloads."""
    for parent in schema._schema.type_map.values():
        if (
            not is_object_type(parent)
            or parent.name.startswith("__")
            or parent.name.endswith(("Connection", "Payload"))
        ):
            continue
        for name, field in cast(Any, parent).fields.items():
            if is_list_type(get_nullable_type(field.type)) and is_object_type(get_named_type(field.type)):
                yield f"{parent.name}.{name}", field.extensions["strawberry-definition"].metadata.get("edge")


def reading_functions() -> Iterator[tuple[str, Read]]:
    """The read function of each list of the schema that has a statement of its own."""
    yield from RESOLVED.items()
    for name, edge in lists():
        if edge is not None:
            several: Any = (ID, ID, "q") if "query" in (edge.columns or ()) else (ID, ID)
            several = (ID, ID, ID, (ID,)) if name == "Enrollment.safetyFindings" else several
            key = ID if isinstance(edge.columns, str) else several
            yield name, partial(_call_batch, edge.batch, key)


def _call_batch(batch: Any, key: Any, session: ReadSession[Any]) -> Any:
    return batch(session, [key])


class Sessions(ReadSession[Any]):
    """A session whose every statement finds one row more than a list may have."""

    def __init__(self) -> None:
        super().__init__(MagicMock(), max_rows=3)
        self.viewer = MagicMock()

    async def fetch(self, statement: str, *arguments: Any) -> list[Any]:
        """Return as many rows as the statement's LIMIT allows, at most four."""
        return [MagicMock()] * (4 if statement.endswith("LIMIT 4") else 0)


def test_every_list_of_the_schema_is_an_edge_or_listed_here() -> None:
    bounded = {*RESOLVED, *BOUNDED_OTHERWISE}
    unbounded = [name for name, edge in lists() if edge is None and not {name, name.partition(".")[0]} & bounded]
    assert unbounded == [], "add how it is read to RESOLVED, or its bound to BOUNDED_OTHERWISE"


@pytest.mark.parametrize(("name", "read"), [pytest.param(*each, id=each[0]) for each in reading_functions()])
async def test_a_list_of_more_rows_than_the_limit_is_refused(name: str, read: Read) -> None:
    with pytest.raises(AnswerTooLarge, match="more than 3 objects"):
        await read(Sessions())
