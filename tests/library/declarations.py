"""Facts about libraries of organizations for the tests of all rooms."""

from uuid import UUID

from kinegraph.catalog.rules import ExerciseSort, Filter
from kinegraph.library import store_lists
from kinegraph.library.rules import LibrarySource
from tests.rooms import Declarations

ID = UUID(int=1)
NAME = ExerciseSort.NAME_ASC

ROOM = Declarations(
    edited_by=dict.fromkeys(("resetExerciseOverride", "upsertExerciseOverride"), ("exerciseId", "organizationId")),
    lists={
        "Organization.exerciseLibrary": "organization(id: $organization) { exerciseLibrary(source: ORG, %s) { %s } }"
    },
    reads={
        "ExerciseFacets of libraries": lambda session: store_lists.library_facets(
            session, [(ID, True)], LibrarySource.ALL, Filter(), NAME
        ),
    },
)
