"""The GraphQL type of overridden safety warnings."""

from datetime import datetime
from typing import Any  # a resolver answers a record of another type than its field's

import strawberry

from kinegraph.checking import rules_overrides, store
from kinegraph.identity.graph import User
from kinegraph.identity.rules import User as Person
from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import Node, embedded, field, node
from kinegraph.workout.graph import author_of

described_enum(
    rules_overrides.OverrideReason,
    "Why a coach overrides a warning.",
    CLINICIAN_CLEARED="A clinician has cleared the person for it.",
    SUPERVISED="A professional watches every set.",
    MODIFIED="It is done with a modification that the note names.",
    INFORMED_CHOICE="The person knows the risk, and chooses to do it.",
    OTHER="Another reason, which the note says.",
)


def athlete_of(root: strawberry.Parent[Any]) -> Any:
    """Resolver: the athlete, from the columns `athlete_…` of the row; None for everybody."""
    if root.athlete_id is None:
        return None
    return Person(root.athlete_id, root.athlete_name, root.athlete_email, root.organization_id)


def author_or_none(root: strawberry.Parent[Any]) -> Any:
    """Resolver: the coach who recorded it; None where the account was deleted."""
    return None if root.author_id is None else author_of(root)


@node(store.by_ids, "safety_overrides")
@strawberry.type(description="A warning that a coach has overridden, with reason and end. Coaches alone see it.")
class SafetyOverride(Node):
    id: strawberry.ID = strawberry.field(description="The override's id.")
    workout_id: strawberry.ID = strawberry.field(description="The workout whose check it is for.")
    movement_id: strawberry.ID | None = strawberry.field(
        description="The movement; null for each movement of the exercise."
    )
    exercise_id: strawberry.ID = strawberry.field(description="The exercise that it is for.")
    condition: str = strawberry.field(description="The condition of the warning.")

    @field("Why it was overridden.")
    def reason(root: strawberry.Parent[Any]) -> rules_overrides.OverrideReason:
        return rules_overrides.OverrideReason(root.reason)

    note: str | None = strawberry.field(description="What else to know; given for MODIFIED and OTHER.")
    athlete: User | None = embedded("athlete_", athlete_of, "Whom it is for; null for everybody.")
    created_by: User | None = embedded("author_", author_or_none, "Who recorded it; null for a deleted account.")
    created_at: datetime = strawberry.field(description="When it was recorded.")
    expires_at: datetime = strawberry.field(description="When it ends by itself.")
    withdrawn_at: datetime | None = strawberry.field(
        description="When it was withdrawn or replaced; null while it holds."
    )
