"""The requests of `documents` for the training layers, the progression graph and restrictions."""

from tests.identity.documents import ERRORS, Case

_LAYERS = "exercise { id name programming { classKey } safety { stressors } }"


def _mutation(field: str, selection: str) -> str:
    input_type = f"{field[0].upper()}{field[1:]}Input!"
    return f"mutation ($input: {input_type}) {{ {field}(input: $input) {{ {selection} {ERRORS} }} }}"


_ADD = _mutation("addSafetyRestriction", "restriction { id condition exercise { id name } }")
_RESTRICTION = {"condition": "vertigo", "severity": "ABSOLUTE"}

CASES = {
    "exerciseClasses": Case("{ exerciseClasses { key } }", {}),
    "classModifiers": Case("{ classModifiers { key } }", {}),
    "stressors": Case("{ stressors { key } }", {}),
    "muscles": Case("{ muscles { key } }", {}),
    "minimumRecoveryHours": Case(
        "query ($ids: [ID!]!) { minimumRecoveryHours(exerciseIds: $ids) }", {"ids": ["theirs.exercise"]}
    ),
    "classifyExercise": Case(
        _mutation("classifyExercise", _LAYERS),
        {"input": {"exerciseId": "theirs.exercise", "classKey": "carry", "stressors": []}},
    ),
    "updateProgrammingProfile": Case(
        _mutation("updateProgrammingProfile", _LAYERS), {"input": {"exerciseId": "theirs.exercise", "skillDemand": 2}}
    ),
    "updateSafetyConstraint": Case(
        _mutation("updateSafetyConstraint", _LAYERS), {"input": {"exerciseId": "theirs.exercise", "avoidIf": []}}
    ),
    "addSafetyRestriction, their exercise": Case(
        _ADD, {"input": {"organizationId": "mine.organization", "exerciseId": "theirs.exercise", **_RESTRICTION}}
    ),
    "addSafetyRestriction, their organization": Case(
        _ADD, {"input": {"organizationId": "theirs.organization", "exerciseId": "mine.canonical", **_RESTRICTION}}
    ),
    "removeSafetyRestriction": Case(
        _mutation("removeSafetyRestriction", "deletedId"), {"input": {"id": "theirs.restriction"}}
    ),
}
