"""The inputs and payloads of decisions about proposals, and of the end of substitutions."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from kinegraph.identity.graph_versions import IF_UPDATED_AT, EditConflict, conflict_field
from kinegraph.kit.user_errors import payload
from kinegraph.plan.graph_details import PlanExerciseAmounts
from kinegraph.response import rules
from kinegraph.response.graph import ExerciseSubstitution, RegressionProposal


@strawberry.input(
    description="A proposal that is accepted: from the patient's next day on, another exercise or less of the same. "
    "Without sets, repetitions and time it is as much as the plan says, and without its notes, hold and `perSide`; of "
    "the exercise that is done now, half as much each day (see `halvings`)."
)
class AcceptRegressionInput(PlanExerciseAmounts):
    id: strawberry.ID = strawberry.field(description="The proposal's id.")
    exercise_id: strawberry.ID = strawberry.field(
        description="One of its `options`. Of the exercise that is done now, sets, repetitions and time must not be "
        "more than now, and one less; what is not sent stays as it is."
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


@strawberry.input(description="A substitution that ends: from the patient's next day on, it is as the plan has it.")
class EndExerciseSubstitutionInput:
    id: strawberry.ID = strawberry.field(description="The substitution's id.")
    reason: str | None = strawberry.field(
        default=UNSET, description=f"Why, at most {rules.MAX_REASON:,} characters; the patient sees it."
    )
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
