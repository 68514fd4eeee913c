"""The inputs and the payload of the mutations of enrollments. A key that is not sent is UNSET."""

from datetime import date, datetime

import strawberry
from strawberry import UNSET

from kinegraph.enrolling import rules
from kinegraph.enrollment import rules_safety
from kinegraph.enrollment.graph import Enrollment
from kinegraph.enrollment.graph_safety import FindingOverrideInput, SafetyFinding
from kinegraph.identity.graph_versions import IF_UPDATED_AT, EditConflict, conflict_field
from kinegraph.kit.user_errors import payload
from kinegraph.plan.graph import PlanExercise

REASON = f"Why, at most {rules.MAX_REASON:,} characters; shown in `moves`."
TODAY = "today, or the start where that is to come"
PAST = f"At most {rules.MAX_PAST_DAYS} days before that"
OVERRIDES = (
    f"An override for each finding that rules an exercise out, at most {rules_safety.MAX_OVERRIDES}; without them "
    "nothing is stored, and the payload has the findings."
)


@strawberry.input(description="A patient to enroll in the version of a plan that was published last.")
class EnrollPatientInput:
    plan_id: strawberry.ID = strawberry.field(
        description="A published plan of an organization that the caller coaches."
    )
    patient_id: strawberry.ID = strawberry.field(description="A member of the organization, in whatever role.")
    starts_on: date = strawberry.field(
        description=f"Day 1 of week 1: at most {rules.MAX_START_DAYS} days before or after today, and not before an "
        "earlier enrollment of the patient in the plan ended."
    )
    overrides: list[FindingOverrideInput] | None = strawberry.field(default=UNSET, description=OVERRIDES)


@strawberry.input
class ChangeEnrollmentInput:
    """The fields of the input of every change of an enrollment."""

    id: strawberry.ID = strawberry.field(description="The enrollment's id.")
    reason: str | None = strawberry.field(default=UNSET, description=REASON)
    if_updated_at: datetime | None = strawberry.field(default=UNSET, description=IF_UPDATED_AT)


@strawberry.input(description="Days on which nothing is due; later days are not shifted by them.")
class PauseEnrollmentInput(ChangeEnrollmentInput):
    from_day: date | None = strawberry.field(
        name="from",
        default=UNSET,
        description=f"The first paused day; if left out {TODAY}. {PAST}, not before the start.",
    )
    to_day: date | None = strawberry.field(
        name="to",
        default=UNSET,
        description=f"The last paused day, at most {rules.MAX_START_DAYS} days after the first; until it is resumed "
        "if left out.",
    )


@strawberry.input(description="The end of a pause.")
class ResumeEnrollmentInput(ChangeEnrollmentInput):
    on: date | None = strawberry.field(
        default=UNSET,
        description=f"The first day that is due again, now a paused one; if left out {TODAY}. {PAST}. The first day "
        "of a pause takes the pause back.",
    )


@strawberry.input(description="Another version of the plan for a patient. Their logs stay.")
class MoveEnrollmentInput(ChangeEnrollmentInput):
    version_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The version, of the same plan; the one that was published last if left out."
    )
    version_number: int | None = strawberry.field(
        default=UNSET, description="Its number in the plan, in place of its id."
    )
    from_day: date | None = strawberry.field(
        name="from",
        default=UNSET,
        description=f"The first day on which it holds; if left out {TODAY}. Not before that, nor the first "
        "day of a version that has begun. Moves that are to come from it on are replaced; with the version that holds "
        "on the day they are taken back.",
    )
    overrides: list[FindingOverrideInput] | None = strawberry.field(default=UNSET, description=OVERRIDES)


@strawberry.input(
    description="Findings of an enrollment that are overridden. Earlier overrides of the same count no more."
)
class OverrideEnrollmentFindingsInput:
    id: strawberry.ID = strawberry.field(description="The enrollment's id.")
    overrides: list[FindingOverrideInput] = strawberry.field(
        description=f"1 to {rules_safety.MAX_OVERRIDES} overrides, each of a finding in `safetyFindings`."
    )
    if_updated_at: datetime | None = strawberry.field(default=UNSET, description=IF_UPDATED_AT)


@payload("The enrollment that was written.")
class EnrollmentPayload:
    enrollment: Enrollment | None = strawberry.field(default=None, description="The enrollment as it is stored now.")
    conflict: EditConflict | None = conflict_field()
    safety_findings: list[SafetyFinding] = strawberry.field(
        default_factory=list,
        description="What speaks against the exercises of the version, where one is assigned: the patient's "
        "conditions, what hurt them elsewhere, and, of a move, substitutions that last and are done in it, too.",
        metadata={"assumed_size": 3},
    )
    discontinued: list[PlanExercise] = strawberry.field(
        default_factory=list,
        description="The exercises of the version, where one is assigned, that were archived or deleted since it was "
        "published: they stay due.",
        metadata={"assumed_size": 1},
    )
