"""The requests of `documents` that platform admins alone may send. No organization has jobs or proposed aliases."""

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


def _job(field: str) -> str:
    """A mutation whose payload is a job."""
    input_type = f"{field[0].upper()}{field[1:]}Input!"
    return f"mutation ($input: {input_type}) {{ {field}(input: $input) {{ job {{ id }} {ERRORS} }} }}"


def _edge(field: str, selection: str) -> str:
    """A mutation of an edge of the progression graph."""
    input_type = f"{field[0].upper()}{field[1:]}Input!"
    return f"mutation ($input: {input_type}) {{ {field}(input: $input) {{ {selection} {ERRORS} }} }}"


_CREATE = _edge("createProgression", "progression { id from { id name } to { id name } }")
_EDGE = {"type": "VARIATION"}

CASES = {
    "aliasProposals": Case(_PROPOSALS, {"id": "theirs.exercise"}),
    "enrichCanonicalExercises": Case(_ENRICH, {"input": {"ids": ["theirs.exercise"]}}),
    "reviewAliasProposal": Case(_REVIEW, {"input": {"id": "theirs.exercise", "decision": "ACCEPT"}}),
    "reviewAliasProposals": Case(_REVIEW_MANY, {"input": {"ids": ["theirs.exercise"], "decision": "ACCEPT"}}),
    "cancelJob": Case(_job("cancelJob"), {"input": {"id": "theirs.workout"}}),
    "retryJob": Case(_job("retryJob"), {"input": {"id": "theirs.workout"}}),
    "seedCanonicalExercises": Case(_job("seedCanonicalExercises"), {"input": {"objectKey": "theirs.upload"}}),
    "embedExercises": Case(_job("embedExercises"), {"input": {"ids": ["theirs.exercise"]}}),
    "embedExercises, a draft": Case(_job("embedExercises"), {"input": {"ids": ["mine.canonical", "theirs.draft"]}}),
    "createProgression, from": Case(
        _CREATE, {"input": {"fromExerciseId": "theirs.exercise", "toExerciseId": "mine.canonical", **_EDGE}}
    ),
    "createProgression, to": Case(
        _CREATE, {"input": {"fromExerciseId": "mine.canonical", "toExerciseId": "theirs.exercise", **_EDGE}}
    ),
    "updateProgression": Case(
        _edge("updateProgression", "progression { id notes }"), {"input": {"id": "theirs.restriction"}}
    ),
    "deleteProgression": Case(_edge("deleteProgression", "deletedId"), {"input": {"id": "theirs.restriction"}}),
}
