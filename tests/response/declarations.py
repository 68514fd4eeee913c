"""Facts about proposals and substitutions for the tests of all rooms."""

from tests.api.nesting import PAGE, ours
from tests.rooms import Declarations

PROPOSAL = """light status exercise { name } enrollment { id } log { id } logs { painScore } decidedBy { name }
    options { steps exercise { name } most { sets } safetyFindings { condition exercise { name } } }
    substitution { from }"""
RESPONSE = f"""
  dueExercises {{ sets exercise {{ name }} session {{ title }} planExercise {{ reps }} substitution {{ from }} }}
  substitutions {{
    from exercise {{ name }} substitute {{ name }} createdBy {{ name }} endedBy {{ name }} enrollment {{ id }}
    replaces {{ from }}
  }}
  regressionProposals(first: 100) {{ {PAGE} nodes {{ {PROPOSAL} }} edges {{ node {{ id }} }} }}"""
LIGHTS = "logs(first: 100) { nodes { painLight substitution { from } } }"
SAMPLE = {"sets": 1, "durationSeconds": None, "holdSeconds": None}
"""Amounts that are not more than the plan's; it has neither of the others."""
_UPDATE = "UPDATE {table} SET {column} = $2 WHERE id = $1"

ROOM = Declarations(
    exercise_ids=("AcceptRegressionInput.exerciseId",),
    values={f"AcceptRegressionInput.{name}": amount for name, amount in SAMPLE.items()},
    tables={"regression_proposals": "proposal", "exercise_substitutions": "substitution"},
    policies={"regression_proposals": ("*",)},
    references={
        f"a {name}'s {what.removesuffix('_id')}": (_UPDATE.format(table=table, column=what), name, row)
        for table, name, what, row in (
            ("regression_proposals", "proposal", "enrollment_id", "enrollment"),
            ("regression_proposals", "proposal", "log_id", "log"),
            ("regression_proposals", "proposal", "exercise_id", "exercise"),
            ("exercise_substitutions", "substitution", "enrollment_id", "enrollment"),
            ("exercise_substitutions", "substitution", "proposal_id", "proposal"),
            ("exercise_substitutions", "substitution", "exercise_id", "exercise"),
            ("exercise_substitutions", "substitution", "substitute_id", "exercise"),
            ("exercise_substitutions", "substitution", "replaces_id", "substitution"),
        )
    },
    once=dict.fromkeys(("acceptRegression", "declineRegression", "endExerciseSubstitution"), "CONFLICT"),
    documents={
        "proposals": ours("regressionProposals(first: 100)", f"{PAGE} nodes {{ {PROPOSAL} }} edges", "node", "id"),
        "responses of enrollments": ours("enrollments(first: 100)", "nodes", f"{RESPONSE} {LIGHTS}"),
        "thresholds": ours("painThresholds { amberFrom }"),
    },
    own_nodes=("ExerciseSubstitution", "RegressionProposal"),
    bounds={
        "Enrollment.dueExercises": "92 days; the rows of the statement are bounded",
        "RegressionProposal.options": "MAX_OPTIONS",
        "RegressionOption.safetyFindings": "the conditions of the vocabulary",
        "RegressionProposal.logs": "MAX_LOGS",
    },
)
