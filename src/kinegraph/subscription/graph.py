"""The subscriptions."""

from typing import Annotated, Any  # an event's field is a GraphQL type, its value a row

import strawberry

from kinegraph.assignment import store as store_assignments
from kinegraph.background import store as store_jobs
from kinegraph.kit.context import Info
from kinegraph.kit.graph import field
from kinegraph.subscription.graph_events import (
    AssignmentChangedEvent,
    CommentAddedEvent,
    JobProgressEvent,
    WorkoutChangedEvent,
    shown_values,
    visible,
)
from kinegraph.workout import store, store_comments

After = Annotated[
    str | None,
    strawberry.argument(
        description="The cursor of the last event that was received, or one of `eventCursor`: the events after it come "
        "first, then new ones. Without it, only events from now on."
    ),
]


@strawberry.type
class Subscription:
    @field(
        "The comments and replies that are added to a workout from now on, as far as the caller may read them. One "
        "that was deleted again meanwhile is left out. An assignment's own copy is another workout."
    )
    async def comment_added(
        root: strawberry.Parent[Any],
        info: Info,
        workout_id: Annotated[strawberry.ID, strawberry.argument(description="A workout that the caller sees.")],
        after: After = None,
    ) -> CommentAddedEvent:
        shown: CommentAddedEvent = shown_values(root, "comment", await visible(info, store_comments.shown, root))
        return shown

    @field(
        "The assignments of an organization or of an athlete, or of an athlete in an organization: made, moved, "
        "completed, copied by a first edit, taken back. Members get their own."
    )
    async def assignment_changed(
        root: strawberry.Parent[Any],
        info: Info,
        organization_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only in this organization, which the caller is in.")
        ] = None,
        athlete_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only of this athlete: the caller, or somebody whom they coach."),
        ] = None,
        after: After = None,
    ) -> AssignmentChangedEvent:
        assignment = await visible(info, store_assignments.by_ids, root)
        shown: AssignmentChangedEvent = shown_values(root, "assignment", assignment)
        return shown

    @field("The changes of a workout, library workout or snapshot, its sections and its movements; comments are none.")
    async def workout_changed(
        root: strawberry.Parent[Any],
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="A workout that the caller sees.")],
        after: After = None,
    ) -> WorkoutChangedEvent:
        workout = await visible(info, store.by_ids, root)
        root.is_last = workout is None
        shown: WorkoutChangedEvent = shown_values(root, "workout", workout)
        return shown

    @field("The progress of a job, first as it is, then with each change, until it has ended (platform admins).")
    async def job_progress(
        root: strawberry.Parent[Any],
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The job's id.")],
        after: After = None,
    ) -> JobProgressEvent:
        job = await visible(info, store_jobs.jobs, root)
        root.is_last = job.finished_at is not None
        shown: JobProgressEvent = shown_values(root, "job", job)
        return shown
