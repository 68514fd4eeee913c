"""The GraphQL types of statistics of videos, and the field that leads to them."""

from typing import Annotated

import strawberry

from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import extends, field
from kinegraph.library.graph import EffectiveExercise
from kinegraph.library.rules import EffectiveExercise as ShownExercise
from kinegraph.telemetry import rules, rules_checks, rules_media, store

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
            rules.WatchPeriod, strawberry.argument(description="By the beginning of a view; errors by their time.")
        ] = rules.WatchPeriod.LAST_90_DAYS,
        video_url: Annotated[
            str | None, strawberry.argument(description="Only of the video at this address; null: of all that it had.")
        ] = None,
    ) -> WatchStatistics | None:
        checks = Checks()
        columns = rules_checks.video_columns(video_url, ("videoUrl",), checks)
        checks.done()
        if root.organization_id is None:
            return None
        key = root.organization_id, root.row["id"]
        found: WatchStatistics | None = await info.context.load(
            store.watch_statistics, key, period=period, video_hash=columns["video_hash"]
        )
        return found
