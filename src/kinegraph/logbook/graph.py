"""The GraphQL types of logs, and the fields that lead to them."""

from datetime import date, datetime
from typing import Annotated, Any  # a resolver answers a record of another type than its field's
from uuid import UUID

import strawberry

from kinegraph.assignment.graph import From, To
from kinegraph.enrollment import store as store_enrollments
from kinegraph.enrollment.graph import Enrollment
from kinegraph.identity.graph import After, First, User
from kinegraph.identity.rules import User as Person
from kinegraph.kit.checks import Checks
from kinegraph.kit.connections import Before, Connection, Last, page_window
from kinegraph.kit.context import Info
from kinegraph.kit.graph import Node, edge, embedded, extends, field, node
from kinegraph.library.graph import EffectiveExercise
from kinegraph.library.store import effective
from kinegraph.logbook import rules, store
from kinegraph.plan import store as store_plans
from kinegraph.plan.graph import PlanExercise
from kinegraph.response.graph import ExerciseSubstitution, RegressionProposal
from kinegraph.response.rules import MAX_LOGS, PainLight, ProposalRow, light_of
from kinegraph.response.store_substitutions import on_days

PlanExerciseId = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Only of this exercise of the plan, in whichever version it was logged."),
]


def recorded_by_of(root: strawberry.Parent[Any]) -> Any:
    """Resolver: who recorded it, from the columns `recorded_by_…` of the row."""
    return Person(root.recorded_by_id, root.recorded_by_name, root.recorded_by_email, root.organization_id)


@strawberry.type(description="The values of a log before it was corrected or deleted, and who did so.")
class ExerciseLogRevision:
    performed_on: date = strawberry.field(description="The day that it was done on, before the change.")
    sets_completed: int | None = strawberry.field(description="Sets that were done, before the change.")
    reps_completed: int | None = strawberry.field(description="Repetitions of a set, before the change.")
    duration_seconds: int | None = strawberry.field(description="Time that it took, before the change.")
    pain_score: int | None = strawberry.field(description="Pain, before the change.")
    exertion: int | None = strawberry.field(description="Exertion, before the change.")
    notes: str | None = strawberry.field(description="Notes, before the change.")
    reason: str | None = strawberry.field(description="Why it was changed; coaches always say it.")
    recorded_by: User = embedded("recorded_by_", recorded_by_of, "Who made the change.")
    created_at: datetime = strawberry.field(description="When the change was made.")


@node(store.with_deleted, "exercise_logs")
@strawberry.type(
    description="What a patient did of an exercise of their plan on one day. The patient and coaches of the "
    "organization see it."
)
class ExerciseLog(Node):
    id: strawberry.ID = strawberry.field(description="The log's id.")
    client_id: strawberry.ID = strawberry.field(
        description="Chosen by the client, unique for the patient in the organization: sending the same log twice "
        "stores it once."
    )
    enrollment: Enrollment = edge(store_enrollments.by_ids, "enrollment_id", "The enrollment that it belongs to.")
    plan_exercise: PlanExercise = edge(
        store_plans.exercises, "version_exercise_id", "The exercise of a version that was done."
    )
    exercise: EffectiveExercise = edge(
        effective,
        ("organization_id", "exercise_id"),
        "The plan's exercise, as the organization sees it now; `substitution` has what was done in its place.",
    )
    substitution: ExerciseSubstitution | None = edge(
        on_days,
        ("enrollment_id", "exercise_id", "performed_on"),
        "The substitution that held on that day; null where it was to be done as the plan has it.",
    )
    performed_on: date = strawberry.field(description="The day that it was done on, by the patient's calendar.")
    sets_completed: int | None = strawberry.field(description="Sets that were done, 0 to 100.")
    reps_completed: int | None = strawberry.field(description="Repetitions of a set, 0 to 10,000.")
    duration_seconds: int | None = strawberry.field(description="Time that it took, 0 to 86,400 seconds.")
    pain_score: int | None = strawberry.field(description="Pain while doing it, 0 (none) to 10 (the worst).")
    exertion: int | None = strawberry.field(description="Rating of perceived exertion, 0 to 10.")
    notes: str | None = strawberry.field(description="What the numbers do not say, at most 2,000 characters.")
    recorded_by: User = embedded("recorded_by_", recorded_by_of, "Who sent it: the patient, or a coach for them.")
    created_at: datetime = strawberry.field(description="When it was stored, which may be days after it was done.")
    updated_at: datetime = strawberry.field(description="When it was last corrected, or stored: its version.")
    deleted_at: datetime | None = strawberry.field(
        description="When it was deleted; who did so and why is its last revision. Only `node`, lists that include "
        "deleted logs, and `logExercises`, to whom sends one again, show it."
    )

    @field(
        "The light of its pain, by the organization's `painThresholds`; null without a score.",
        *("pain_score", "pain_amber_from", "pain_red_from"),
    )
    def pain_light(root: strawberry.Parent[rules.LogRow]) -> PainLight | None:
        return light_of(root.pain_score, root)

    @field("Whether a coach recorded it for the patient.", "recorded_by_id", "patient_id")
    def is_on_behalf(root: strawberry.Parent[rules.LogRow]) -> bool:
        return root.recorded_by_id != root.patient_id

    @field("Its values before each correction and before its deletion, oldest first.", "id")
    async def revisions(
        root: strawberry.Parent[rules.LogRow],
        info: Info,
        first: First = 20,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[ExerciseLogRevision]:
        page = page_window(info, "log revisions", 20, (datetime, UUID), first, after, last, before)
        lists = store.revision_pages, store.revision_counts
        found: Connection[ExerciseLogRevision] = await info.context.page(*lists, root.id, page)
        return found


@extends(Enrollment)
class EnrollmentLogs:
    @field("What the patient logged, by day: `last` is for the newest.", "id")
    async def logs(
        root: strawberry.Parent[Any],
        info: Info,
        start: From = None,
        to: To = None,
        plan_exercise_id: PlanExerciseId = None,
        include_deleted: Annotated[
            bool, strawberry.argument(description="Whether deleted logs are in the list too; they count nowhere.")
        ] = False,
        first: First = 100,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[ExerciseLog]:
        checks = Checks()
        if start is not None and to is not None and to < start:
            checks.refuse("Must not be before `from`.", "to")
        exercise = None if plan_exercise_id is None else checks.key(plan_exercise_id, ("planExerciseId",))
        checks.done()
        page = page_window(info, "logs", 100, (date, UUID), first, after, last, before)
        wanted = store.LogFilter(start, to, exercise, include_deleted)
        found: Connection[ExerciseLog] = await info.context.page(
            store.pages, store.counts, root.id, page, wanted=wanted
        )
        return found


@extends(RegressionProposal)
class ProposalLogs:
    log: ExerciseLog | None = edge(store.by_ids, "log_id", "Its worst log; null where it was deleted since.")

    @field(
        "The logs that made it, by day and as they are now, also those that were corrected since and hurt no more; "
        f"without deleted ones: the newest {MAX_LOGS}.",
        "log_ids",
        assumed_size=3,
    )
    async def logs(root: strawberry.Parent[ProposalRow], info: Info) -> list[ExerciseLog]:
        found: list[ExerciseLog] = await info.context.load(store.lists_of, tuple(root.log_ids))
        return found
