"""The GraphQL types of what speaks against an enrollment, and of its overrides."""

from datetime import date, datetime
from typing import Any  # a resolver answers a record of another type than its field's

import strawberry
from strawberry import UNSET

import kinegraph.checking.graph
import kinegraph.checking.graph_overrides  # noqa: F401  # both describe the enums that are used here
from kinegraph.checking.rules import CheckLevel
from kinegraph.checking.rules_overrides import OverrideReason
from kinegraph.enrollment import rules_safety, store_lists
from kinegraph.identity.graph import User
from kinegraph.kit.graph import Node, edge, embedded, field, node
from kinegraph.library.graph import EffectiveExercise
from kinegraph.library.store import effective
from kinegraph.workout.graph import author_of


@strawberry.type(description="A day of a plan.")
class PlanDay:
    week: int = strawberry.field(description="The week, from 1.")
    day: int = strawberry.field(description="The day of the week, 1 to 7.")


@node(store_lists.overrides, "enrollment_overrides")
@strawberry.type(
    description="A finding that a coach has overridden for an enrollment, with reason and end. Coaches alone see it."
)
class EnrollmentOverride(Node):
    id: strawberry.ID = strawberry.field(description="The override's id.")
    exercise_id: strawberry.ID = strawberry.field(description="The exercise that it is for.")
    condition: str = strawberry.field(
        description="The condition of the finding; empty while the patient does not consent to conditions."
    )

    @field("Why it was overridden.")
    def reason(root: strawberry.Parent[Any]) -> OverrideReason:
        return OverrideReason(root.reason)

    note: str | None = strawberry.field(
        description="What else to know; given for MODIFIED and OTHER. Null while the patient does not consent to "
        "conditions."
    )
    expires_on: date = strawberry.field(description="The last day on which it holds.")
    created_by: User = embedded("author_", author_of, "The coach who recorded it.")
    created_at: datetime = strawberry.field(description="When it was recorded.")


@strawberry.type(
    description="Something that speaks against an exercise of a plan, or against its substitute, for a patient."
)
class SafetyFinding:
    exercise: EffectiveExercise = edge(
        effective, ("organization_id", "exercise_id"), "The exercise, as the organization sees it."
    )
    level: CheckLevel = strawberry.field(description="BLOCK: a condition rules it out. An override does not change it.")
    condition: str | None = strawberry.field(
        description="The patient's condition, or one that includes it; null where nobody has classified the exercise, "
        "where a substitute was archived or deleted, or (to coaches) is done on the same days in another place, and, "
        "to coaches, where the exercise hurt the patient in another place of the plan or in another enrollment "
        "(`regressionProposals`: OPEN, or ACCEPTED with a substitution that lasts; and painful logs of an enrollment "
        f"that ended within {rules_safety.RECENT_DAYS} days, about which nobody has decided)."
    )
    reason: str = strawberry.field(description="Why it is listed, in words.")
    modification: str | None = strawberry.field(description="What to do instead.")
    places: list[PlanDay] = strawberry.field(
        description="The days of the plan on which it stands, or is the substitute, in their order.",
        metadata={"assumed_size": 12},
    )
    override: EnrollmentOverride | None = strawberry.field(
        description="The latest override of it, to coaches, also when it has expired; null without one."
    )


@strawberry.input(description="A finding that is overridden, why, and until when.")
class FindingOverrideInput:
    exercise_id: strawberry.ID = strawberry.field(description="The exercise of the finding.")
    condition: str = strawberry.field(description="The condition of the finding.")
    reason: OverrideReason = strawberry.field(description="Why it is overridden.")
    note: str | None = strawberry.field(
        default=UNSET,
        description=f"What else to know, at most {rules_safety.MAX_NOTE:,} characters; needed for MODIFIED and OTHER.",
    )
    expires_on: date = strawberry.field(
        description="The last day on which it holds: not before the first day for which it is needed (today, or the "
        f"first day of the version where that is to come), and within {rules_safety.MAX_OVERRIDE_DAYS} days of it."
    )
