"""The inputs and payloads of decisions about proposals, and of the end of substitutions."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from kinegraph.enrolling.graph import OVERRIDES
from kinegraph.enrollment.graph_safety import FindingOverrideInput, SafetyFinding
from kinegraph.identity.graph_versions import IF_UPDATED_AT, EditConflict, conflict_field
from kinegraph.kit.user_errors import payload
from kinegraph.library.graph import EffectiveExercise
from kinegraph.plan.graph_details import PlanExerciseAmounts
from kinegraph.response import rules
from kinegraph.response.graph import ExerciseSubstitution, RegressionProposal
from kinegraph.response.rules_amounts import MAX_SENT


@strawberry.input(
    description="A proposal that is accepted: from the patient's next day on, another exercise or less of the same. "
    "Sets, repetitions, time and hold are caps: on each day at most so much is done, and never more than before. Null "
    "is as if it were left out. "
    "Without any of them, of another exercise as much is done as now, without notes, hold and `perSide`; of the "
    "exercise that is done now, half as much each day (see `isHalved`)."
)
class AcceptRegressionInput(PlanExerciseAmounts):
    id: strawberry.ID = strawberry.field(description="The proposal's id.")
    exercise_id: strawberry.ID = strawberry.field(
        description="One of its `options`. Amounts must not be more than the most of a day to come, nor the rest "
        "shorter; of the exercise that is done now, one amount must be less each time that it is due, and `perSide` "
        "may be taken back with it. Of another exercise, repetitions or time that a day does not have are done as they "
        f"are sent, in place of its own, with the hold: at most {MAX_SENT['reps']} repetitions, "
        f"{MAX_SENT['duration_seconds']:,} s, {MAX_SENT['hold_seconds']} s of hold. Else a hold is done where "
        "the day has one; `perSide` counts twice: on a day that is not, at most half is done on each side."
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
    safety_findings: list[SafetyFinding] = strawberry.field(
        default_factory=list,
        description="Of an accepted one, the enrollment's findings against the exercise that was accepted, and against "
        "the painful one where it is still to be done in another place of the plan.",
        metadata={"assumed_size": 1},
    )


@payload("The substitution that was ended.")
class ExerciseSubstitutionPayload:
    substitution: ExerciseSubstitution | None = strawberry.field(
        default=None, description="The substitution as it is stored now."
    )
    conflict: EditConflict | None = conflict_field()
    exercise: EffectiveExercise | None = strawberry.field(
        default=None,
        description="The exercise that is done from the patient's next day on: the plan's, or that of `next`.",
    )
    next: ExerciseSubstitution | None = strawberry.field(
        default=None,
        description="The substitution that holds from the patient's next day on: the one that was replaced, where the "
        "ended one has never held. Null: it is done as the plan has it.",
    )
    safety_findings: list[SafetyFinding] = strawberry.field(
        default_factory=list,
        description="The enrollment's findings against the exercise that is done again: what the patient's conditions "
        "say, and the pain after which it was changed.",
        metadata={"assumed_size": 1},
    )
