"""The GraphQL types of telemetry that is read: statistics of videos, and sessions in which poses were measured."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any  # a resolver answers a record of another type than its field's
from uuid import UUID

import strawberry

from kinegraph.enrollment import store as store_enrollments
from kinegraph.enrollment.graph import Enrollment
from kinegraph.identity.graph import After, First
from kinegraph.kit.checks import Checks
from kinegraph.kit.connections import Before, Connection, Last, page_window
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import Node, edge, extends, field, node
from kinegraph.library.graph import EffectiveExercise
from kinegraph.library.rules import EffectiveExercise as ShownExercise
from kinegraph.library.store import effective
from kinegraph.plan import store as store_plans
from kinegraph.plan.graph import PlanExercise
from kinegraph.telemetry import rules, rules_media, rules_pose, store

described_enum(
    rules.WatchPeriod,
    "The days, up to now, of which statistics are.",
    LAST_7_DAYS="The last 7 days.",
    LAST_30_DAYS="The last 30 days.",
    LAST_90_DAYS="The last 90 days.",
    LAST_365_DAYS="The last 365 days, as far as they are retained.",
)


@strawberry.type(description="The views of a video that reached a milestone.")
class WatchMilestone:
    percent: int = strawberry.field(description="25, 50, 75 or 100 percent of the video.")
    views: int = strawberry.field(description="The views that reached it.")
    share: float = strawberry.field(description="Their share of all views, 0 to 1.")


@strawberry.type(
    description=f"How patients of an organization watch the video of an exercise. Of fewer than {rules.MIN_GROUP} "
    "viewers all figures are null."
)
class WatchStatistics:
    @field("Whether the figures are not shown, since there are too few viewers.")
    def is_suppressed(root: strawberry.Parent[rules_media.WatchFigures]) -> bool:
        return _is_suppressed(root)

    @field("The patients who watched it.")
    def viewers(root: strawberry.Parent[rules_media.WatchFigures]) -> int | None:
        return None if _is_suppressed(root) else root.viewers

    @field("The sessions in which it was watched.")
    def views(root: strawberry.Parent[rules_media.WatchFigures]) -> int | None:
        return None if _is_suppressed(root) else root.views

    @field("The time for which it was played, in seconds, of all views together.")
    def watched_seconds(root: strawberry.Parent[rules_media.WatchFigures]) -> float | None:
        return None if _is_suppressed(root) else round(root.watched_seconds, 1)

    @field("The views by the milestone that they reached; empty where figures are not shown.", assumed_size=4)
    def completion(root: strawberry.Parent[rules_media.WatchFigures]) -> list[WatchMilestone]:
        if _is_suppressed(root):
            return []
        reached = zip(rules.MILESTONES, root.milestones, strict=True)
        return [WatchMilestone(percent=each, views=views, share=views / root.views) for each, views in reached]

    @field("The views that were interrupted by buffering.")
    def buffered_views(root: strawberry.Parent[rules_media.WatchFigures]) -> int | None:
        return None if _is_suppressed(root) else root.buffered_views

    @field("The interruptions by buffering.")
    def bufferings(root: strawberry.Parent[rules_media.WatchFigures]) -> int | None:
        return None if _is_suppressed(root) else root.bufferings

    @field("Their duration in seconds, of all views together.")
    def buffered_seconds(root: strawberry.Parent[rules_media.WatchFigures]) -> float | None:
        return None if _is_suppressed(root) else round(root.buffered_seconds, 1)

    @field("The errors of playback that were reported.")
    def playback_errors(root: strawberry.Parent[rules_media.WatchFigures]) -> int | None:
        return None if _is_suppressed(root) else root.playback_errors


def _is_suppressed(figures: rules_media.WatchFigures) -> bool:
    return figures.viewers < rules.MIN_GROUP


@extends(EffectiveExercise)
class ExerciseWatching:
    @field(
        "How the organization's patients watch its video, to coaches; null to others, and where no organization sees "
        "it.",
        "id",
    )
    async def watch_statistics(
        root: strawberry.Parent[ShownExercise],
        info: Info,
        period: Annotated[
            rules.WatchPeriod, strawberry.argument(description="By the beginning of a view.")
        ] = rules.WatchPeriod.LAST_90_DAYS,
        video_url: Annotated[
            str | None, strawberry.argument(description="Only of the video at this address; null: of all that it had.")
        ] = None,
    ) -> WatchStatistics | None:
        checks = Checks()
        columns = rules.video_columns(video_url, ("videoUrl",), checks)
        checks.done()
        if root.organization_id is None:
            return None
        key = root.organization_id, root.row["id"]
        found: WatchStatistics | None = await info.context.load(
            store.watch_statistics, key, period=period, video_hash=columns["video_hash"]
        )
        return found


@strawberry.type(description="A message about the form, and how often it was given.")
class FormFeedback:
    code: str = strawberry.field(description="The app's code of it, such as KNEE_VALGUS.")
    frames: int = strawberry.field(description="The frames in which it was given.")


@node(store.pose_sessions, "pose_sessions")
@strawberry.type(
    description="A session in which the app measured poses: sums of its frames. The patient and the coaches of the "
    "organization see it."
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
    @field("Sessions in which the app measured the patient's poses, in their order.", "id")
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
