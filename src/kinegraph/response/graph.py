"""The GraphQL types of proposals, their options and substitutions, and the fields that lead to proposals."""

from datetime import date, datetime
from typing import Annotated, Any  # a resolver answers a record of another type than its field's
from uuid import UUID

import strawberry

from kinegraph.enrollment.graph import Enrollment
from kinegraph.enrollment.graph_safety import SafetyFinding
from kinegraph.enrollment.rules import EnrollmentRow
from kinegraph.enrollment.store import by_ids as enrollments_by_ids
from kinegraph.identity.graph import After, First, Organization, User
from kinegraph.identity.rules import User as Person
from kinegraph.identity.store_nodes import people
from kinegraph.kit.connections import Before, Connection, Last, page_window
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import Node, edge, embedded, extends, field, node
from kinegraph.library.graph import EffectiveExercise
from kinegraph.library.store import effective
from kinegraph.response import rules, rules_amounts, rules_due, rules_options, store, store_options, store_substitutions

described_enum(
    rules.PainLight,
    "The light of a score of pain, by the organization's `painThresholds`.",
    GREEN="Below amber.",
    AMBER="From amberFrom on.",
    RED="From redFrom on.",
)
described_enum(
    rules.RegressionProposalStatus,
    "Where a proposal stands.",
    OPEN="Nobody has decided about it.",
    ACCEPTED="A clinician accepted it: there is a substitution.",
    DECLINED="A clinician declined it, with a reason: nothing changed.",
    WITHDRAWN="Its logs were corrected or deleted, so that none is painful any more, or the enrollment was "
    "ended: nothing changed.",
)

SETS = "How many sets are done."
REPS = "Repetitions of each set."
DURATION = "Time of each set, in seconds; in all without sets."
HOLD = "Time that each repetition is held, in seconds."
REST = "Rest after each set, in seconds."
PER_SIDE = "Whether the numbers count each side."


def created_by_of(root: strawberry.Parent[rules_due.SubstitutionRow]) -> Any:
    """Resolver: who accepted it, from the columns `created_by_…` of the row."""
    return Person(root.created_by_id, root.created_by_name, root.created_by_email, root.organization_id)


@node(store_substitutions.by_ids, "exercise_substitutions")
@strawberry.type(
    description="An exercise that a patient does in place of one of their plan, or less of the same one, from a day "
    "on. The patient and coaches of the organization see it. The version of the plan stays as it is; logs and "
    "adherence count for the plan's exercise."
)
class ExerciseSubstitution(Node):
    id: strawberry.ID = strawberry.field(description="The substitution's id.")
    enrollment: Enrollment = edge(enrollments_by_ids, "enrollment_id", "The enrollment that it holds in.")
    exercise: EffectiveExercise = edge(
        effective, ("organization_id", "exercise_id"), "The plan's exercise, wherever it stands in the plan."
    )
    substitute: EffectiveExercise = edge(
        effective,
        ("organization_id", "substitute_id"),
        "The exercise that is done in its place; the same one where less of it is done.",
    )
    from_day: date = strawberry.field(name="from", description="The first day on which it holds.")
    to_day: date | None = strawberry.field(
        name="to",
        description="The last day on which it holds; null: it lasts. The day before `from`: it never held.",
    )

    @field(
        "Whether it says sets, repetitions, time or hold, each at most: those that were sent, else the most of the "
        "days that were to come when it was accepted. Of what it does not say, a day's own is done, as it stands after "
        "what was replaced (`replaces`).",
        *rules_amounts.CAPS,
    )
    def has_amounts(root: strawberry.Parent[rules_due.SubstitutionRow]) -> bool:
        return rules_amounts.has_amounts(root)

    sets: int | None = strawberry.field(description=f"At most. {SETS}")
    reps: int | None = strawberry.field(description=f"At most. {REPS}")
    duration_seconds: int | None = strawberry.field(description=f"At most. {DURATION}")
    hold_seconds: int | None = strawberry.field(description=f"At most. {HOLD}")
    rest_seconds: int | None = strawberry.field(description=f"At least. {REST}")
    per_side: bool = strawberry.field(description=PER_SIDE)
    notes: str | None = strawberry.field(description="What the numbers do not say, for the patient.")
    is_halved: bool = strawberry.field(
        description="Whether half of each day is done, as its caps leave it: of the sets where they are more than 1, "
        "else of the repetitions, else of the time, else of the hold, rounded up. Amounts of which its caps are more "
        "than 1 come first."
    )
    replaces: "ExerciseSubstitution | None" = edge(
        store_substitutions.by_ids,
        "replaces_id",
        "The substitution that lasted until this one was accepted: what it caps and halves holds on before this one. "
        "Null: this one changes what the plan says.",
    )
    created_by: User = embedded("created_by_", created_by_of, "The clinician who accepted it.")
    created_at: datetime = strawberry.field(description="When it was accepted.")
    ended_by: User | None = edge(
        people, "ended_by_id", "Who ended or replaced it; null while it lasts, and for former members."
    )
    end_reason: str | None = strawberry.field(description="Why it was ended, if somebody said so.")
    updated_at: datetime = strawberry.field(description="When it was last changed: its version for ifUpdatedAt.")


@strawberry.type(description="The most of each amount on any day to come; null: no day has it.")
class RegressionMost:
    sets: int | None = strawberry.field(description=SETS)
    reps: int | None = strawberry.field(description=REPS)
    duration_seconds: int | None = strawberry.field(description=DURATION)
    hold_seconds: int | None = strawberry.field(description=HOLD)


@strawberry.type(
    description="An exercise that may be done in place of a painful one, or less of the same one, computed when it is "
    "read: neither ruled out nor advised against by the patient's conditions. Another one is published, and does not "
    "hurt the patient by a proposal that is open, or whose substitution lasts, nor undecided in an enrollment that "
    "ended of late. The amounts are those of the first day on which it would be done."
)
class RegressionOption:
    exercise: EffectiveExercise = edge(
        effective, ("organization_id", "exercise_id"), "The exercise, as the organization sees it."
    )
    steps: int = strawberry.field(
        description="Regressions from the exercise that the patient does now to it; 0: less of the same exercise."
    )
    on: date = strawberry.field(description="The first day on which it would be done, paused or not.")
    sets: int | None = strawberry.field(description=f"On that day. {SETS}")
    reps: int | None = strawberry.field(description=f"On that day. {REPS}")
    duration_seconds: int | None = strawberry.field(description=f"On that day. {DURATION}")
    hold_seconds: int | None = strawberry.field(description=f"On that day. {HOLD}")
    rest_seconds: int | None = strawberry.field(description=f"On that day. {REST}")
    per_side: bool = strawberry.field(description=PER_SIDE)
    most: RegressionMost = strawberry.field(description="At most so much would be done on any day.")
    differs_by_day: bool = strawberry.field(
        description="Whether other amounts would be done on another day: show `most`, too."
    )
    safety_findings: list[SafetyFinding] = strawberry.field(
        description="Warnings: what the patient's conditions, as they are stored now, say against it without ruling it "
        "out; that it was archived or deleted, or is done on the same days in another place already. They have no "
        "places and no overrides. Options without any come first.",
        metadata={"assumed_size": 1},
    )


@node(store.by_ids, "regression_proposals")
@strawberry.type(
    description="A painful exercise of an enrollment, about which a clinician decides: amber or red logs made it, and "
    "nothing changes by itself. At most one is open for an exercise of an enrollment. Coaches alone see it."
)
class RegressionProposal(Node):
    id: strawberry.ID = strawberry.field(description="The proposal's id.")
    enrollment: Enrollment = edge(enrollments_by_ids, "enrollment_id", "The enrollment that it is about.")
    exercise: EffectiveExercise = edge(
        effective, ("organization_id", "exercise_id"), "The painful exercise of the plan."
    )
    pain_score: int = strawberry.field(
        description="The worst pain of its logs; once it is no longer OPEN, that of then (`logs` shows those of now)."
    )
    performed_on: date = strawberry.field(description="The day of that log, as `painScore`.")
    substitution: ExerciseSubstitution | None = edge(
        store_substitutions.of_proposals, "id", "The substitution that was made of it; null unless it is ACCEPTED."
    )
    reason: str | None = strawberry.field(description="The clinician's reason, where one was given.")
    decided_by: User | None = edge(
        people, "decided_by_id", "Who decided; null while nobody has, and for former members."
    )
    decided_at: datetime | None = strawberry.field(description="When it was decided; null while nobody has.")
    created_at: datetime = strawberry.field(description="When the first painful log was stored.")
    updated_at: datetime = strawberry.field(
        description="When a log changed it, or it was decided: its version for ifUpdatedAt."
    )

    @field(
        "The exercises that may be done instead: those without findings first, then fewest regressions, and less of "
        "the same last; empty unless it is OPEN, and where no day to come has the exercise. Exercises that the "
        "patient's conditions rule out or advise against, that nobody has classified where there are conditions, and "
        "that hurt the patient are none. At most "
        f"{rules_options.MAX_OPTIONS}.",
        "id",
        assumed_size=3,
    )
    async def options(root: strawberry.Parent[rules.ProposalRow], info: Info) -> list[RegressionOption]:
        found: list[RegressionOption] = await info.context.load(store_options.options, root.id)
        return found

    @field("The light of that log, by the thresholds when it was stored.", "light")
    def light(root: strawberry.Parent[rules.ProposalRow]) -> rules.PainLight:
        return rules.PainLight(root.light)

    @field("Where it stands: whether somebody has decided about it, and how.", "status")
    def status(root: strawberry.Parent[rules.ProposalRow]) -> rules.RegressionProposalStatus:
        return rules.RegressionProposalStatus(root.status)


Status = Annotated[
    rules.RegressionProposalStatus | None, strawberry.argument(description="Only those that stand so; all if null.")
]


@extends(Enrollment)
class EnrollmentProposals:
    @field("Proposals to regress a painful exercise, the newest first. Empty for the patient.", "id", "organization_id")
    async def regression_proposals(
        root: strawberry.Parent[EnrollmentRow],
        info: Info,
        status: Status = None,
        first: First = 20,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[RegressionProposal]:
        page = page_window(info, "regression proposals", 20, (datetime, UUID), first, after, last, before)
        key = root.organization_id, root.id
        found: Connection[RegressionProposal] = await info.context.page(
            store.pages, store.counts, key, page, status=status and status.value
        )
        return found


@extends(Organization)
class OrganizationProposals:
    @field("Proposals to regress painful exercises of its patients, the newest first. Empty for members.")
    async def regression_proposals(
        root: strawberry.Parent[Any],
        info: Info,
        status: Status = None,
        first: First = 50,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[RegressionProposal]:
        page = page_window(info, "regression proposals", 50, (datetime, UUID), first, after, last, before)
        found: Connection[RegressionProposal] = await info.context.page(
            store.pages, store.counts, (root.id, None), page, status=status and status.value
        )
        return found
