"""Facts about assignments for the tests of all rooms."""

from uuid import UUID

from kinegraph.assignment import store_lists
from kinegraph.assignment.rules_lists import AssignmentFilter
from tests.rooms import Declarations

ID = UUID(int=1)

ROOM = Declarations(
    own_arguments=("Organization.assignments.athleteId",),
    own_lists=("Workout.assignments",),  # answered as Organization.assignments
    reads={"Viewer.assignments": lambda session: store_lists.of_athletes(session, [ID], AssignmentFilter())},
)
