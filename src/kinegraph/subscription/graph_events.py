"""The events of the subscriptions, and their objects as the viewer sees them."""

from typing import Any, cast  # an event's field is a GraphQL type, its value a row
from uuid import UUID

import strawberry

from kinegraph.assignment.graph import WorkoutAssignment
from kinegraph.background.graph import Job
from kinegraph.events.rules import Delivery
from kinegraph.events.rules_ends import Hidden
from kinegraph.identity.rules import Viewer
from kinegraph.kit.context import Batch, Info
from kinegraph.workout.graph import Comment, Workout

CURSOR = (
    "Where to go on after this event: pass it as `after` when subscribing again. Valid for a day at least, unless more "
    "than a million events follow."
)


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


async def visible(info: Info, batch: Batch, root: Delivery) -> Any:
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


def shown_values(root: Delivery, name: str, value: Any) -> Any:
    """The values of an event's fields."""
    return {"cursor": root.cursor, name: value, "deleted_id": root.event.object_id if value is None else None}
