"""The source of a subscription: its topic, and what authorizes it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any  # arguments of a field, by name
from uuid import UUID

from kinegraph.events.rules import Event, State, Topic
from kinegraph.identity.rules import Viewer
from kinegraph.kit.checks import parse_key
from kinegraph.kit.errors import InvalidInput
from kinegraph.kit.sessions import ReadSession


@dataclass(frozen=True, slots=True)
class Source:
    """The events of one subscription. `authorize` raises a Refusal where the viewer may not subscribe."""

    topic: Topic
    authorize: Callable[[ReadSession[Viewer]], Awaitable[None]]
    athlete_id: UUID | None = None
    """Only events about this athlete."""
    shows_state: bool = False
    """True if it begins by showing the object as it is, which may have changed for the last time already."""

    def includes(self, event: Event | State) -> bool:
        """True if an event of the topic is one of the subscription."""
        return self.athlete_id is None or event.topic_id == self.athlete_id

    def state(self, position: int) -> State:
        """The object's present state, as an event at a position."""
        return State(position, self.topic.kind.value, self.topic.id, self.topic.id)

    @property
    def scope(self) -> str:
        """A text that distinguishes it from other subscriptions, for its cursors."""
        return f"{self.topic.kind} {self.topic.id} {self.athlete_id}"


def key_of(arguments: Mapping[str, Any], name: str) -> UUID | None:
    """The id in an argument; None where it was not sent. Raises InvalidInput for what is no id."""
    sent = arguments.get(name)
    key = None if sent is None else parse_key(sent)
    if sent is not None and key is None:
        raise InvalidInput("Must be an id that the API gave out.", name)
    return key
