"""The reasons why a subscriber does not get an event, and why a subscription ends."""

from collections.abc import Mapping, Sequence
from typing import Any  # GraphQL errors are JSON


class Hidden(Exception):
    """The viewer may not see what an event is about: they are not told of it."""


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
