"""The requests of `documents` for logs."""

from typing import Any  # Any: variables are JSON

from tests.identity.documents import ERRORS, Case

LOG = "id clientId notes recordedBy { id email } enrollment { id } planExercise { id } exercise { name }"
_SEND = f"""mutation ($logs: [LogExerciseInput!]!) {{
  logExercises(input: {{logs: $logs}}) {{ logs {{ {LOG} }} {ERRORS} }}
}}"""
_CORRECT = f"mutation ($input: CorrectLogInput!) {{ correctLog(input: $input) {{ log {{ {LOG} }} {ERRORS} }} }}"
_DELETE = f"mutation ($input: DeleteLogInput!) {{ deleteLog(input: $input) {{ deletedId log {{ {LOG} }} {ERRORS} }} }}"


_PROPOSAL = "proposal { id reason exercise { name } enrollment { id } decidedBy { email } }"
_SUBSTITUTION = "substitution { id exercise { name } substitute { name } createdBy { email } }"


def _sent(exercise: str, **values: Any) -> dict[str, Any]:
    """The variables that log an exercise."""
    return {"logs": [{"clientId": "x", "planExerciseId": exercise, "performedOn": "2026-03-01", **values}]}


CASES = {
    "logExercises": Case(_SEND, _sent("theirs.version_exercise", enrollmentId="theirs.enrollment")),
    "logExercises, their exercise": Case(_SEND, _sent("theirs.version_exercise", clientId="theirs.log")),
    "logExercises, their exercise here": Case(_SEND, _sent("theirs.version_exercise", enrollmentId="mine.enrollment")),
    "logExercises, their enrollment": Case(_SEND, _sent("mine.version_exercise", enrollmentId="theirs.enrollment")),
    "correctLog": Case(_CORRECT, {"input": {"id": "theirs.log", "painScore": 3, "reason": "x"}}),
    **{
        name: Case(
            f"mutation ($input: {name[0].upper()}{name[1:]}Input!) "
            f"{{ {name}(input: $input) {{ {selected} {ERRORS} }} }}",
            {"input": {"reason": "x", **given}},
        )
        for name, selected, given in (
            ("acceptRegression", _PROPOSAL, {"id": "theirs.proposal", "exerciseId": "mine.canonical"}),
            ("declineRegression", _PROPOSAL, {"id": "theirs.proposal"}),
            ("endExerciseSubstitution", _SUBSTITUTION, {"id": "theirs.substitution"}),
        )
    },
    "acceptRegression, their exercise": Case(
        f"mutation ($input: AcceptRegressionInput!) {{ acceptRegression(input: $input) {{ {_PROPOSAL} {ERRORS} }} }}",
        {"input": {"id": "mine.proposal", "exerciseId": "theirs.exercise"}},
    ),
    "deleteLog": Case(_DELETE, {"input": {"id": "theirs.log", "reason": "x"}}),
}
