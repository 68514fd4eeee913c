"""Facts about jobs for the tests of all rooms."""

from tests.rooms import Declarations

ROOM = Declarations(
    own_arguments=("Query.job.id",),  # a job belongs to no organization
    counted_edges=("Job.requestedBy", "Query.jobs"),
    own_nodes=("Job",),
    bounds={"Query.jobs": "its argument `first`, of at most 100"},
)
