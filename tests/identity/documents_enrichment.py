"""The requests of `documents` for enrichment. Proposals are of canonical exercises: no organization has any."""

from tests.identity.documents import ERRORS, Case

_ENRICH = f"""mutation ($input: EnrichCanonicalExercisesInput) {{
  enrichCanonicalExercises(input: $input) {{ job {{ id }} {ERRORS} }}
}}"""
_REVIEW = f"""mutation ($input: ReviewAliasProposalInput!) {{
  reviewAliasProposal(input: $input) {{ aliasProposal {{ id text exercise {{ id aliases }} }} {ERRORS} }}
}}"""
_REVIEW_MANY = f"""mutation ($input: ReviewAliasProposalsInput!) {{
  reviewAliasProposals(input: $input) {{ aliasProposals {{ id text }} {ERRORS} }}
}}"""
_PROPOSALS = "query ($id: ID) { aliasProposals(exerciseId: $id) { totalCount nodes { id text } } }"

CASES = {
    "aliasProposals": Case(_PROPOSALS, {"id": "theirs.exercise"}),
    "enrichCanonicalExercises": Case(_ENRICH, {"input": {"ids": ["theirs.exercise"]}}),
    "reviewAliasProposal": Case(_REVIEW, {"input": {"id": "theirs.exercise", "decision": "ACCEPT"}}),
    "reviewAliasProposals": Case(_REVIEW_MANY, {"input": {"ids": ["theirs.exercise"], "decision": "ACCEPT"}}),
}
