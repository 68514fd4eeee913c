"""The requests of `documents` for treatment plans."""

from typing import Any  # variables are JSON

from tests.identity.documents import ERRORS, Case

PLAN = "plan { id title sessions { id exercises { id exercise { name } } } versions { id } }"


def _mutation(name: str, selection: str = PLAN) -> str:
    type_ = f"{name[0].upper()}{name[1:]}Input"
    return f"mutation ($input: {type_}!) {{ {name}(input: $input) {{ {selection} {ERRORS} }} }}"


def _case(name: str, selection: str = PLAN, **input: Any) -> Case:
    return Case(_mutation(name, selection), {"input": input})


def _session(exercise: str, **ids: str) -> dict[str, Any]:
    """The input of a session with one exercise."""
    row = {"exerciseId": exercise, "sets": 1, **({"id": ids["row"]} if "row" in ids else {})}
    return {"week": 1, "day": 1, "exercises": [row], **({"id": ids["id"]} if "id" in ids else {})}


_NEW: dict[str, Any] = {"title": "New", "weeks": 1}
_ADDED: dict[str, Any] = {"exerciseId": "mine.canonical", "sets": 1}
_DAY: dict[str, Any] = {"week": 1, "day": 1}
_READ = "query ($id: ID!) { treatmentPlan(id: $id) { id title sessions { id } versions { id } } }"

_LISTED = """query ($id: ID!, $filter: TreatmentPlanFilter) {
  organization(id: $id) { treatmentPlans(filter: $filter) { totalCount nodes { id title } } }
}"""
_OF_AUTHOR = {"id": "mine.organization", "filter": {"authorId": "theirs.athlete"}}

CASES = {
    "plans of an author": Case(_LISTED, _OF_AUTHOR),
    "treatmentPlan": Case(_READ, {"id": "theirs.plan"}),
    "createTreatmentPlan": _case("createTreatmentPlan", organizationId="theirs.organization", **_NEW),
    "createTreatmentPlan, their exercise": _case(
        "createTreatmentPlan", organizationId="mine.organization", sessions=[_session("theirs.exercise")], **_NEW
    ),
    "updateTreatmentPlan": _case("updateTreatmentPlan", id="theirs.plan", title="Taken"),
    "updateTreatmentPlan, their exercise": _case(
        "updateTreatmentPlan", id="mine.plan", sessions=[_session("theirs.exercise")]
    ),
    "updateTreatmentPlan, their rows": _case(
        "updateTreatmentPlan",
        id="mine.plan",
        sessions=[_session("mine.exercise", id="theirs.plan_session", row="theirs.plan_exercise")],
    ),
    "duplicateTreatmentPlan": _case("duplicateTreatmentPlan", planId="theirs.plan"),
    "publishTreatmentPlan": _case("publishTreatmentPlan", id="theirs.plan"),
    "archiveTreatmentPlan": _case("archiveTreatmentPlan", id="theirs.plan"),
    "restoreTreatmentPlan": _case("restoreTreatmentPlan", id="theirs.plan"),
    "deleteTreatmentPlan": _case("deleteTreatmentPlan", "deletedId", id="theirs.plan"),
    "addPlanSession": _case("addPlanSession", planId="theirs.plan", **_DAY),
    "addPlanSession, their exercise": _case(
        "addPlanSession",
        planId="mine.plan",
        **_DAY,
        exercises=[{"id": "theirs.plan_exercise", "exerciseId": "theirs.exercise", "sets": 1}],
    ),
    "updatePlanSession": _case("updatePlanSession", id="theirs.plan_session", title="Taken"),
    "movePlanSession": _case("movePlanSession", sessionId="theirs.plan_session", day=2),
    "removePlanSession": _case("removePlanSession", "deletedId", sessionId="theirs.plan_session"),
    "addPlanExercise": _case("addPlanExercise", sessionId="theirs.plan_session", **_ADDED),
    "addPlanExercise, their exercise": _case(
        "addPlanExercise", sessionId="mine.plan_session", exerciseId="theirs.exercise", sets=1
    ),
    "updatePlanExercise": _case("updatePlanExercise", id="theirs.plan_exercise", sets=9),
    "updatePlanExercise, their exercise": _case(
        "updatePlanExercise", id="mine.plan_exercise", exerciseId="theirs.exercise"
    ),
    "movePlanExercise": _case("movePlanExercise", planExerciseId="theirs.plan_exercise"),
    "movePlanExercise, their session": _case(
        "movePlanExercise", planExerciseId="mine.plan_exercise", sessionId="theirs.plan_session"
    ),
    "removePlanExercise": _case("removePlanExercise", "deletedId", planExerciseId="theirs.plan_exercise"),
}
