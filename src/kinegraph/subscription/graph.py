"""The subscriptions, their events, and the query of a cursor to begin from."""

from typing import Annotated, Any, cast  # an event's field is a GraphQL type, its value a row
from uuid import UUID

import strawberry

from kinegraph.assignment import store as store_assignments
from kinegraph.assignment.graph import WorkoutAssignment
from kinegraph.background import store as store_jobs
from kinegraph.background.graph import Job
from kinegraph.events import store as store_events
from kinegraph.events.rules import Delivery, Hidden, encode_cursor
from kinegraph.identity.rules import Viewer
from kinegraph.kit.context import Batch, Info
from kinegraph.kit.graph import field
from kinegraph.workout import store, store_comments
from kinegraph.workout.graph import Comment, Workout

CURSOR = (
    "Where to go on after this event: pass it as `after` when subscribing again. Valid for a day at least, unless more "
    "than a million events follow."
)
After = Annotated[
    str | None,
    strawberry.argument(
        description="The cursor of the last event that was received, or one of `eventCursor`: the events after it come "
        "first, then new ones. Without it, only events from now on."
    ),
]


def _cursor() -> Any:
    return strawberry.field(description=CURSOR)


@strawberry.type(description="A comment was added to a workout.")
class CommentAddedEvent:
    cursor: str = _cursor()
    comment: Comment = strawberry.field(description="The comment, or the reply to one, as it is now.")


@strawberry.type(description="An assignment was made, changed, or taken back.")
class AssignmentChangedEvent:
    cursor: str = _cursor()
    assignment: WorkoutAssignment | None = strawberry.field(
        description="The assignment as it is now; null where it was taken back."
    )
    deleted_id: strawberry.ID | None = strawberry.field(
        description="The id of an assignment that was taken back; null for one that is there."
    )


@strawberry.type(description="A workout was changed: its own values, its sections or its movements; or it was deleted.")
class WorkoutChangedEvent:
    cursor: str = _cursor()
    workout: Workout | None = strawberry.field(description="The workout as it is now; null where it was deleted.")
    deleted_id: strawberry.ID | None = strawberry.field(
        description="The id of a workout that was deleted, which is its last event; null for one that is there."
    )


@strawberry.type(description="A job was begun, went on, was postponed, or ended.")
class JobProgressEvent:
    cursor: str = _cursor()
    job: Job = strawberry.field(description="The job as it is now.")


async def _visible(info: Info, batch: Batch, root: Delivery) -> Any:
    """The object of an event, as the viewer sees it; None if it was deleted. Raises Hidden if they do not see it."""
    event = root.event
    if event.is_deleted:
        viewer: Viewer = await info.context.viewer()
        organization_id = cast(UUID, event.organization_id)
        is_theirs = event.topic_id in (event.object_id, viewer.user.id)
        if viewer.organization(organization_id) is None or not (viewer.coaches(organization_id) or is_theirs):
            raise Hidden
        return None
    found = await info.context.load(batch, event.object_id)
    if found is None:
        raise Hidden
    return found


def _shown(root: Delivery, name: str, value: Any) -> Any:
    """The values of an event's fields."""
    return {"cursor": root.cursor, name: value, "deleted_id": root.event.object_id if value is None else None}


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
        shown: CommentAddedEvent = _shown(root, "comment", await _visible(info, store_comments.shown, root))
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
        assignment = await _visible(info, store_assignments.by_ids, root)
        shown: AssignmentChangedEvent = _shown(root, "assignment", assignment)
        return shown

    @field("The changes of a workout, library workout or snapshot, its sections and its movements; comments are none.")
    async def workout_changed(
        root: strawberry.Parent[Any],
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="A workout that the caller sees.")],
        after: After = None,
    ) -> WorkoutChangedEvent:
        workout = await _visible(info, store.by_ids, root)
        root.is_last = workout is None
        shown: WorkoutChangedEvent = _shown(root, "workout", workout)
        return shown

    @field("The progress of a job, first as it is, then with each change, until it has ended (platform admins).")
    async def job_progress(
        root: strawberry.Parent[Any],
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The job's id.")],
        after: After = None,
    ) -> JobProgressEvent:
        job = await _visible(info, store_jobs.jobs, root)
        root.is_last = job.finished_at is not None
        shown: JobProgressEvent = _shown(root, "job", job)
        return shown


@strawberry.type
class Query:
    @field(
        "A cursor of now, for any subscription of the caller's. Queried together with what is shown, and passed as "
        "`after` to a subscription, it leaves no gap between the two."
    )
    async def event_cursor(self, info: Info) -> str:
        session = await info.context.session()
        return encode_cursor(await store_events.last_position(session), session.viewer.user.id)
