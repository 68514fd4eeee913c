"""Facts about lists of exercises for the tests of all rooms."""

from uuid import UUID

from kinegraph.catalog import store
from kinegraph.catalog.rules import ExerciseSort, Filter
from tests.rooms import Declarations

ID = UUID(int=1)
NAME = ExerciseSort.NAME_ASC

ROOM = Declarations(
    lists={
        "Query.exercises": "organization(id: $organization) { id } "
        'exercises(filter: {q: "press", difficultyMax: 2}, %s) { %s }',
    },
    reads={
        "ExerciseFacets": lambda session: store.canonical_facets(session, [False], Filter(), NAME),
        "Query.contraindicationConditions": lambda session: store.conditions_of(session, [(ID, True)]),
    },
)
