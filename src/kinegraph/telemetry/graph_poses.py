"""The GraphQL types of sessions in which poses were measured, and the field that leads to them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any  # a resolver answers a record of another type than its field's
from uuid import UUID

import strawberry

from kinegraph.enrollment import store as store_enrollments
from kinegraph.enrollment.graph import Enrollment
from kinegraph.identity.graph import After, First
from kinegraph.kit.connections import Before, Connection, Last, page_window
from kinegraph.kit.context import Info
from kinegraph.kit.graph import Node, edge, extends, field, node
from kinegraph.library.graph import EffectiveExercise
from kinegraph.library.store import effective
from kinegraph.plan import store as store_plans
from kinegraph.plan.graph import PlanExercise
from kinegraph.telemetry import rules_pose, store


@strawberry.type(description="A message about the form, and how often it was given.")
class FormFeedback:
    code: str = strawberry.field(description="The app's code of it, such as KNEE_VALGUS.")
    frames: int = strawberry.field(description="The frames in which it was given.")


@node(store.pose_sessions, "pose_sessions")
@strawberry.type(
    description="A session in which the app measured poses: sums of its frames. The patient sees it, and the coaches "
    "of the organization while the patient consents to biometric data."
)
class PoseSession(Node):
    id: strawberry.ID = strawberry.field(description="The id of the sums.")
    session_id: strawberry.ID = strawberry.field(description="The session's id, which the app made.")
    exercise: EffectiveExercise = edge(
        effective, ("organization_id", "exercise_id"), "The exercise that was done, as the organization sees it now."
    )
    plan_exercise: PlanExercise | None = edge(
        store_plans.exercises, "plan_exercise_id", "The exercise of a version of the plan; null where none was named."
    )
    enrollment: Enrollment | None = edge(
        store_enrollments.by_ids, "enrollment_id", "The enrollment; null where no exercise of a plan was named."
    )
    started_at: datetime = strawberry.field(description="The time of its first frame.")
    last_at: datetime = strawberry.field(description="The time of its last frame.")
    frames: int = strawberry.field(description="The number of its frames.")
    reps: int | None = strawberry.field(description="Repetitions that the app counted.")
    rom_min_degrees: float | None = strawberry.field(description="The smallest range of motion, in degrees.")
    rom_max_degrees: float | None = strawberry.field(description="The largest range of motion, in degrees.")

    @field("The mean accuracy of its frames, 0 to 1; null where none has one.", "accuracy_sum", "accuracy_frames")
    def accuracy(root: strawberry.Parent[rules_pose.PoseSessionRow]) -> float | None:
        return round(root.accuracy_sum / root.accuracy_frames, 4) if root.accuracy_frames else None

    @field(
        "Messages about the form, the most frequent first: at most 50.",
        "feedback",
        assumed_size=3,
    )
    def feedback(root: strawberry.Parent[rules_pose.PoseSessionRow]) -> list[FormFeedback]:
        counts: Mapping[str, int] = root.feedback
        ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        return [FormFeedback(code=code, frames=frames) for code, frames in ordered]


@extends(Enrollment)
class EnrollmentPoses:
    @field(
        "Sessions in which the app measured the patient's poses, in their order; to coaches while the patient consents "
        "to biometric data (BIOMETRIC).",
        "id",
    )
    async def pose_sessions(
        root: strawberry.Parent[Any],
        info: Info,
        first: First = 20,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[PoseSession]:
        page = page_window(info, "poseSessions", 20, (datetime, UUID), first, after, last, before)
        found: Connection[PoseSession] = await info.context.page(store.pose_pages, store.pose_counts, root.id, page)
        return found
