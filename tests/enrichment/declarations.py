"""Facts about proposed aliases for the tests of all rooms."""

from tests.rooms import Declarations

ROOM = Declarations(
    values={"EnrichCanonicalExercisesInput.ids": None},  # all that are due
    once={"reviewAliasProposal": "CONFLICT"},
    counted_edges=("AliasProposal", "Job.enrichment"),
    lists={
        "Query.aliasProposals": "organization(id: $organization) { id } "
        "aliasProposals(exerciseId: $exercise, %s) { %s }",
    },
    list_readers={"Query.aliasProposals": "admin"},
    own_nodes=("AliasProposal",),
)
