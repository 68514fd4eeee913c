"""Events and their topics."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

CHANNEL = "kinegraph:events"
"""The channel of Redis that wakes up those who read events."""


class EventKind(StrEnum):
    """The kind of an event."""

    COMMENT_ADDED = "comment_added"
    ASSIGNMENT_CHANGED = "assignment_changed"
    WORKOUT_CHANGED = "workout_changed"
    JOB_CHANGED = "job_changed"
    VIEWER_CHANGED = "viewer_changed"
    """A user or their memberships: no client is told, but what they subscribed to is authorized again."""


class Event(Protocol):
    """An event with its position. `topic_id` is what subscribers name: a workout, an athlete, a job, a user."""

    position: int
    kind: str
    object_id: UUID
    topic_id: UUID
    organization_id: UUID | None
    is_deleted: bool


@dataclass(frozen=True, slots=True)
class Topic:
    """The events of one kind about one object, or about all objects of an organization."""

    kind: EventKind
    id: UUID
    is_organization: bool = False


def topics_of(event: Event) -> list[Topic]:
    """The topics that an event belongs to."""
    kind = EventKind(event.kind)
    found = [Topic(kind, event.topic_id)]
    if event.organization_id is not None:
        found.append(Topic(kind, event.organization_id, is_organization=True))
    return found


@dataclass(frozen=True, slots=True)
class State:
    """An object's present state, with which some subscriptions begin, in the form of an event."""

    position: int
    kind: str
    object_id: UUID
    topic_id: UUID
    organization_id: UUID | None = None
    is_deleted: bool = False


@dataclass(slots=True)
class Delivery:
    """An event on its way to one subscriber, with the cursor that they resume from after it.

    `is_last` is set by the field that shows it, where no event can follow.
    """

    event: Event | State
    cursor: str
    is_last: bool = False
