"""Facts about treatment plans for the tests of all rooms."""

from uuid import UUID

from kinegraph.plan import store
from tests.plan.cases import CASES
from tests.plan.documents import add_plans
from tests.plan.statements import PLANS
from tests.rooms import Declarations, Targets

ID = UUID(int=1)
ALONE = ("*",)
"""The policies of a table that coaches alone read and write: a working copy."""


async def set_targets(made: Targets) -> None:
    """Store a draft with a session and an exercise, and a plan with a version."""
    await add_plans(made.api, made.organization, made.ids, made.exercise)


ROOM = Declarations(
    exercise_ids=[f"{name}PlanExerciseInput.exerciseId" for name in ("", "Add", "Update")],
    tables={
        "treatment_plans": "plan",
        "treatment_plan_sessions": "plan_session",
        "treatment_plan_session_exercises": "plan_exercise",
        "plan_versions": "plan_version",
        "plan_version_sessions": "version_session",
        "plan_version_exercises": "version_exercise",
    },
    unchanged=("plan_versions", "plan_version_sessions", "plan_version_exercises"),
    policies={"treatment_plan_sessions": ALONE, "treatment_plan_session_exercises": ALONE},
    cases=CASES,
    targets=set_targets,
    once={"publishTreatmentPlan": "CONFLICT"},
    edited_by={
        "addPlanSession": ("planId",),
        **dict.fromkeys(("movePlanSession", "removePlanSession", "addPlanExercise"), ("sessionId",)),
        **dict.fromkeys(("movePlanExercise", "removePlanExercise"), ("planExerciseId",)),
    },
    documents=PLANS,
    reads={
        "TreatmentPlan.sessions": lambda session: store.sessions_of(session, [ID]),
        "PlanVersion.sessions": lambda session: store.version_sessions_of(session, [ID]),
    },
    bounds={"PlanDiff.changes": "MAX_CHANGES of those of two states, each read with a bound"},
)
