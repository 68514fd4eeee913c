"""The inputs and payloads of decisions about proposals, and of the end of substitutions."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from kinegraph.enrolling.graph import OVERRIDES
from kinegraph.enrollment.graph_safety import FindingOverrideInput, SafetyFinding
from kinegraph.identity.graph_versions import IF_UPDATED_AT, EditConflict, conflict_field
from kinegraph.kit.user_errors import payload
from kinegraph.plan.graph_details import PlanExerciseAmounts
from kinegraph.response import rules
from kinegraph.response.graph import ExerciseSubstitution, RegressionProposal


@strawberry.input(
    description="A proposal that is accepted: from the patient's next day on, another exercise or less of the same. "
    "Sets, repetitions, time and hold are caps: on each day at most so much is done, and never more than before. "
    "Without any of them, of another exercise as much is done as now, without notes, hold and `perSide`; of the "
    "exercise that is done now, half as much each day (see `isHalved`)."
)
class AcceptRegressionInput(PlanExerciseAmounts):
    id: strawberry.ID = strawberry.field(description="The proposal's id.")
    exercise_id: strawberry.ID = strawberry.field(
        description="One of its `options`. Amounts must not be more than the most of a day to come, nor the rest "
        "shorter; of the exercise that is done now, one amount must be less each time that it is due. Of another "
        "exercise, repetitions or time that a day does not have are done as they are sent, in place of its own."
    )
    reason: str | None = strawberry.field(
        default=UNSET, description=f"Why, at most {rules.MAX_REASON:,} characters; the patient does not see it."
    )
    if_updated_at: datetime | None = strawberry.field(default=UNSET, description=IF_UPDATED_AT)


@strawberry.input(description="A proposal that is declined: nothing changes.")
class DeclineRegressionInput:
    id: strawberry.ID = strawberry.field(description="The proposal's id.")
    reason: str = strawberry.field(
        description=f"Why, 1 to {rules.MAX_REASON:,} characters; the patient does not see it."
    )
    if_updated_at: datetime | None = strawberry.field(default=UNSET, description=IF_UPDATED_AT)


@strawberry.input(
    description="A substitution that ends: from the patient's next day on, it is as the plan has it. Where their "
    "conditions rule the plan's exercise out, it is refused as SAFETY_BLOCK unless each finding is overridden."
)
class EndExerciseSubstitutionInput:
    id: strawberry.ID = strawberry.field(description="The substitution's id.")
    reason: str | None = strawberry.field(
        default=UNSET, description=f"Why, at most {rules.MAX_REASON:,} characters; the patient sees it."
    )
    overrides: list[FindingOverrideInput] | None = strawberry.field(default=UNSET, description=OVERRIDES)
    if_updated_at: datetime | None = strawberry.field(default=UNSET, description=IF_UPDATED_AT)


@payload("The proposal that was decided.")
class RegressionProposalPayload:
    proposal: RegressionProposal | None = strawberry.field(
        default=None, description="The proposal as it is stored now; `substitution` has what was accepted."
    )
    conflict: EditConflict | None = conflict_field()


@payload("The substitution that was ended.")
class ExerciseSubstitutionPayload:
    substitution: ExerciseSubstitution | None = strawberry.field(
        default=None, description="The substitution as it is stored now."
    )
    conflict: EditConflict | None = conflict_field()
    safety_findings: list[SafetyFinding] = strawberry.field(
        default_factory=list,
        description="What the patient's conditions say against the exercise that is done again.",
        metadata={"assumed_size": 1},
    )
