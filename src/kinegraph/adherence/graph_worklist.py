"""The worklist of an organization."""

from datetime import date
from typing import Annotated, Any  # a resolver answers a record of another type than its field's
from uuid import UUID

import strawberry

from kinegraph.adherence import rules, rules_worklist, store_worklist
from kinegraph.adherence.rules_worklist import WorklistExerciseRow, WorklistReason, WorklistRow
from kinegraph.enrollment.graph import Enrollment
from kinegraph.enrollment.store import by_ids
from kinegraph.enrollment.store_blocks import NEAR_DAYS
from kinegraph.identity.graph import After, First, Organization
from kinegraph.identity.rules import Viewer
from kinegraph.kit.connections import Before, Connection, Last, page_window
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import edge, extends, field
from kinegraph.kit.pages import Page
from kinegraph.library.graph import EffectiveExercise
from kinegraph.library.store import effective

described_enum(
    WorklistReason,
    "Why an enrollment is on the worklist, the most urgent reason first.",
    RULED_OUT="A condition of the patient, as it is stored now, rules out an exercise or a substitute that is due "
    f"in the next {NEAR_DAYS} days, and nobody has overridden that (safetyFindings): override or change it.",
    OVERRIDE_EXPIRED="An override of a safety finding has expired, and the finding is still there (safetyFindings): "
    "override it anew, or change what is prescribed.",
    PAIN=f"A log with a pain of {rules.HIGH_PAIN} or more was performed, or received late, in the last "
    f"{rules.ALERT_DAYS} days; also of an enrollment that is paused, or ended in these days.",
    STOPPED_LOGGING=f"Nothing was logged in the last {rules.ALERT_DAYS} days, though something was due on one of them "
    "before today; the enrollment began no later than the first of them.",
    STRUGGLING="An exercise is struggling: see ExerciseAdherence.isStruggling.",
    READY_TO_PROGRESS=f"An exercise was done on each of its last {rules.RECENT_LOGS} due days, and its last "
    f"{rules.RECENT_LOGS} scores of pain average {rules.READY_PAIN} at most and those of exertion "
    f"{rules.READY_EXERTION}, without a painful log performed or received in the last "
    f"{rules.ALERT_DAYS} days, and without a proposal to regress it that is open, or was accepted in the last "
    f"{rules.RECENT_DAYS} days; and it is not STRUGGLING, and no condition rules it "
    "out without an override that holds. What may follow it, and what "
    "that requires, its progressions say. Not of an exercise in place of which the patient does another one today, or "
    "less of it.",
)


def _substitute_of(row: WorklistExerciseRow) -> tuple[UUID, UUID] | None:
    """The key of the exercise that is done in place of another one today."""
    return None if row.substitute_id is None else (row.organization_id, row.substitute_id)


@strawberry.type(description="An exercise because of which an enrollment is on the worklist.")
class WorklistExercise:
    exercise: EffectiveExercise = edge(
        effective, ("organization_id", "exercise_id"), "The exercise, as the organization sees it."
    )
    substitute: EffectiveExercise | None = edge(
        effective,
        _substitute_of,
        "The exercise that the patient does in its place today (Enrollment.substitutions), whose logs count in the "
        "figures; the same one where less of it is done. Null where it is done as the plan has it. With RULED_OUT it "
        "is the substitute that is ruled out, if it is one, also where it is to come in the next days.",
        required_columns=("organization_id", "substitute_id"),
    )
    recent_due_days: int = strawberry.field(
        description=f"Days of the last {rules.RECENT_DAYS}, up to today, on which it was due."
    )
    recent_done_days: int = strawberry.field(description="Those on which it was done.")
    recent_pains: int = strawberry.field(
        name="recentPainCount", description=f"The last logs with a score of pain: {rules.RECENT_LOGS} at most."
    )
    recent_exertions: int = strawberry.field(
        name="recentExertionCount", description=f"The last logs with an exertion: {rules.RECENT_LOGS} at most."
    )

    @field(
        "The reasons that hold for it, the most urgent first.", *(f"has_{each}" for each in rules_worklist.OF_EXERCISES)
    )
    def reasons(root: strawberry.Parent[WorklistExerciseRow]) -> list[WorklistReason]:
        return rules_worklist.exercise_reasons_of(root)

    @field("The average pain of those logs; null of none.", "recent_pain_sum", "recent_pains")
    def recent_average_pain(root: strawberry.Parent[WorklistExerciseRow]) -> float | None:
        return rules.average_of(root.recent_pain_sum, root.recent_pains)

    @field("The average exertion of those logs; null of none.", "recent_exertion_sum", "recent_exertions")
    def recent_average_exertion(root: strawberry.Parent[WorklistExerciseRow]) -> float | None:
        return rules.average_of(root.recent_exertion_sum, root.recent_exertions)


@strawberry.type(description="An enrollment that a clinician should see to, and why.")
class WorklistEntry:
    enrollment: Enrollment = edge(by_ids, "id", "The enrollment that it is about.")
    last_logged_on: date | None = strawberry.field(description="The last day up to today with a log; null: none yet.")
    exercises: list[WorklistExercise] = edge(
        store_worklist.exercises_of,
        ("id", "today", "is_running", "ruled_out"),
        "The exercises that it is about.",
        assumed_size=5,
    )

    @field("The reasons that hold, the most urgent first.", *(f"has_{each}" for each in rules_worklist.REASONS))
    def reasons(root: strawberry.Parent[WorklistRow]) -> list[WorklistReason]:
        return rules_worklist.reasons_of(root)


Reasons = Annotated[
    list[WorklistReason] | None,
    strawberry.argument(description="Only enrollments for which one of these holds; all if empty or null."),
]


@extends(Organization)
class OrganizationWorklist:
    @field(
        "The enrollments that a clinician should see to, the most urgent first: by the most urgent reason, then by how "
        "many exercises or days it is about. Those that are paused, or ended, are there for PAIN alone. For coaches; "
        "empty for members."
    )
    async def worklist(
        root: strawberry.Parent[Any],
        info: Info,
        reasons: Reasons = None,
        first: First = 20,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[WorklistEntry]:
        page = page_window(info, "worklist", 20, (int, int, UUID), first, after, last, before)
        viewer: Viewer = await info.context.viewer()
        wanted = tuple(dict.fromkeys(reasons or ()))
        found: Any = Page.empty(page)
        if viewer.coaches(root.id):
            found = await info.context.page(
                store_worklist.worklist_pages, store_worklist.worklist_counts, root.id, page, reasons=wanted
            )
        connection: Connection[WorklistEntry] = found
        return connection
