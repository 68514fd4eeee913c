"""Facts about workouts, and about rooms whose requests stand beside theirs, for the tests of all rooms."""

from uuid import UUID

from kinegraph.workout import store_comments
from tests.rooms import Declarations
from tests.workout.cases import CASES

ID = UUID(int=1)

LOADS = "workouts { nodes { sections { movements { prescription { load { %s } } } } } }"

ROOM = Declarations(
    routes={"Load": f"organization(id: $organization) {{ {LOADS} }}"},
    cases=CASES,
    own_arguments=("Organization.workouts.programId",),
    lists={
        "Query.workoutsUsingExercise": "workoutsUsingExercise("
        "organizationId: $organization, exerciseId: $exercise, %s) { %s }",
    },
    reads={
        "Comment.replies": lambda session: store_comments.comments_of(session, [ID]),
        "Comment.replies of comments": lambda session: store_comments.comments(session, [ID]),
    },
)
