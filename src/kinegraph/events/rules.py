"""Events and their topics, cursors, and the reasons that end a subscription."""

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol  # GraphQL errors are JSON
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


class Hidden(Exception):
    """The viewer may not see what an event is about: they are not told of it."""


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


class SubscriptionEnded(Exception):
    """The reason why a subscription cannot begin or go on, as its client gets it.

    `status` is that of an HTTP response where no stream has begun; `close_code` the one that a WebSocket is closed
    with, None where only the operation ends. `errors` are the GraphQL errors, by default one of code and message.
    """

    def __init__(
        self,
        code: str,
        message: str,
        status: int,
        close_code: int | None = None,
        errors: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.close_code = close_code
        self.errors = list(errors) or [{"message": message, "extensions": {"code": code}}]


MAX_CURSOR_LENGTH = 200
"""Characters of a cursor; they have about 50."""

MAX_POSITION = 2**63 - 1


def encode_cursor(position: int, user_id: UUID, scope: str = "") -> str:
    """The cursor of a position for one user in one subscription (`scope`); without a scope, in all of theirs.

    It is not signed, since it opens nothing: every event is authorized when it is delivered. It names its user and
    subscription (by a hash) so that one which was mixed up is refused, and does not skip events silently.
    """
    text = f"{position}.{_owner(user_id, scope)}"
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def decode_cursor(cursor: str, user_id: UUID, scope: str) -> int | None:
    """The position of a cursor; None for one of another user or subscription, and for what is no cursor."""
    if len(cursor) > MAX_CURSOR_LENGTH:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        position, _, owner = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii").partition(".")
    except (UnicodeError, binascii.Error):
        return None
    if owner not in (_owner(user_id, scope), _owner(user_id, "")) or not position.isdigit() or len(position) > 19:
        return None
    return min(int(position), MAX_POSITION)


def _owner(user_id: UUID, scope: str) -> str:
    return hashlib.blake2b(f"{user_id} {scope}".encode(), digest_size=12).hexdigest()
