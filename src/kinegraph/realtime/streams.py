"""Subscriptions of a process: how one begins, the results for its events, and what ends it."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from kinegraph.api.context import authentication_by_token
from kinegraph.api.requests import SubscriptionRequested
from kinegraph.events import store
from kinegraph.events.rules import Delivery, Event, EventKind, State, Topic
from kinegraph.events.rules_cursors import decode_cursor, encode_cursor
from kinegraph.events.rules_ends import SubscriptionEnded
from kinegraph.identity.rules import Viewer
from kinegraph.kit.context import SIGN_IN
from kinegraph.kit.errors import InvalidInput
from kinegraph.kit.outbox import act_as_worker
from kinegraph.kit.sessions import Authenticate
from kinegraph.outside.tokens import Tokens
from kinegraph.realtime.execution import FORBIDDEN, Execution, end_by, root_field
from kinegraph.realtime.feed import Feed, Listener
from kinegraph.realtime.shutdown import stop_if_cancelled
from kinegraph.subscription.graph_sources import SOURCES
from kinegraph.subscription.rules import Source

PAGE = 100
"""Events before the first new one that are read by one statement."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The maximum number of subscriptions of a process, in all and for one user."""

    max_subscriptions: int
    max_per_user: int


class Subscriptions:
    """Begins subscriptions, and counts them."""

    def __init__(self, feed: Feed, execution: Execution, tokens: Tokens, claim: str, bounds: Bounds) -> None:
        self.feed = feed
        self.execution = execution
        self.bounds = bounds
        self.by_user: Counter[UUID] = Counter()
        self._tokens = tokens
        self._claim = claim

    async def authentication(self, authorization: str | None) -> Authenticate[Viewer]:
        """The authentication of a token's user. Raises TokenError, and SubscriptionEnded without a token."""
        authenticate = await authentication_by_token(authorization, self._tokens, self._claim)
        if authenticate is None:
            raise SubscriptionEnded("UNAUTHENTICATED", SIGN_IN, 401)
        return authenticate

    async def expiry(self, authorization: str) -> float:
        """The time at which a valid token ends its subscriptions, in seconds since 1970.

        One that has expired, and is valid by the leeway alone, ends them when that is over.
        """
        expires = float((await self._tokens.check(authorization.partition(" ")[2].strip()))["exp"])
        return expires if expires > time.time() else expires + self._tokens.leeway_seconds

    async def user_id(self, authorization: str | None) -> UUID:
        """The user whom a token is for, as the database has them now. Raises SubscriptionEnded."""
        try:
            async with self.execution.database.read(await self.authentication(authorization)) as session:
                return session.viewer.user.id
        except Exception as error:
            raise end_by(error) from error

    async def start(
        self, requested: SubscriptionRequested, authorization: str | None, last_event_id: str | None = None
    ) -> "Stream":
        """Begin a subscription, after the cursor of its arguments or of `last_event_id`. Raises SubscriptionEnded."""
        try:
            return await self._start(requested, authorization, last_event_id)
        except Exception as error:
            raise end_by(error) from error

    async def _start(
        self, requested: SubscriptionRequested, authorization: str | None, last_event_id: str | None
    ) -> "Stream":
        authenticate = await self.authentication(authorization)
        assert authorization is not None
        name, arguments = root_field(requested, suggests=self.execution.suggests)
        source = SOURCES[name](arguments)
        async with self.execution.database.read(authenticate) as session:
            with requested.meter.counting(session):
                await source.authorize(session)
            user_id = session.viewer.user.id
        cursor = last_event_id or arguments.get("after")
        after = None if cursor is None else _position(cursor, user_id, source)
        expires = await self.expiry(authorization)
        self._take(user_id)
        listener = None
        try:
            listener = await self.feed.listen([source.topic, Topic(EventKind.VIEWER_CHANGED, user_id)])
            if after is not None:
                await self._require_stored(after, listener.position)
        except BaseException:
            self.release(user_id, listener)
            raise
        requested.meter.subscribed()
        return Stream(self, requested, authorization, source, listener, user_id, after, expires)

    def _take(self, user_id: UUID) -> None:
        """Count one more subscription of a user. Raises SubscriptionEnded where there are too many."""
        if self.by_user[user_id] >= self.bounds.max_per_user:
            message = f"You have {self.bounds.max_per_user} subscriptions, the most that one user may have: end others."
            raise SubscriptionEnded("TOO_MANY_SUBSCRIPTIONS", message, 429)
        if self.by_user.total() >= self.bounds.max_subscriptions:
            message = "This server has too many subscriptions; try again soon."
            raise SubscriptionEnded("SERVICE_UNAVAILABLE", message, 503)
        self.by_user[user_id] += 1

    def release(self, user_id: UUID, listener: Listener | None) -> None:
        """Count one subscription less, and remove its listener."""
        self.by_user[user_id] -= 1
        if self.by_user[user_id] <= 0:
            del self.by_user[user_id]
        if listener is not None:
            self.feed.remove(listener)

    async def _require_stored(self, position: int, last: int) -> None:
        """Require that all events after a position are still stored. Raises SubscriptionEnded."""
        async with self.execution.database.read(act_as_worker) as session:
            first = await store.first_position(session)
        if not first - 1 <= position <= last:
            message = "The cursor is too old: events after it are gone. Fetch anew, and subscribe without `after`."
            raise SubscriptionEnded(
                "CURSOR_EXPIRED",
                message,
                400,
                errors=[{"message": message, "extensions": {"code": "CURSOR_EXPIRED", "field": ["after"]}}],
            )


def _position(cursor: str, user_id: UUID, source: Source) -> int:
    """The position of a cursor. Raises InvalidInput for one of another user or subscription."""
    position = decode_cursor(cursor, user_id, source.scope)
    if position is None:
        raise InvalidInput("Must be a cursor that this subscription, or `eventCursor`, gave out to you.", "after")
    return position


class Stream:
    """One subscription. It must be closed in the end; `results` closes it."""

    def __init__(
        self,
        subscriptions: Subscriptions,
        requested: SubscriptionRequested,
        authorization: str,
        source: Source,
        listener: Listener,
        user_id: UUID,
        after: int | None,
        expires: float,
    ) -> None:
        self._subscriptions = subscriptions
        self._requested = requested
        self._authorization = authorization
        self._source = source
        self._listener = listener
        self._user_id = user_id
        self._after = after
        self._expires = expires
        self._is_closed = False

    def close(self) -> None:
        """Give back what it holds."""
        if not self._is_closed:
            self._is_closed = True
            self._subscriptions.release(self._user_id, self._listener)

    async def ended(self) -> None:
        """Wait until it has ended for a reason of the server's."""
        await self._listener.ended.wait()

    async def results(self) -> AsyncGenerator[tuple[str, bytes]]:
        """The cursor and the result (JSON) of each event. Raises SubscriptionEnded."""
        try:
            async with aclosing(self._events()) as events:
                async for event in events:
                    if event.kind == EventKind.VIEWER_CHANGED:
                        await self._authorize()
                    elif self._source.includes(event):
                        delivery = Delivery(event, self._cursor(event.position))
                        result = await self._executed(delivery)
                        stop_if_cancelled()
                        if result is None:
                            await self._authorize()
                        elif not isinstance(event, State) or self._after is None or delivery.is_last:
                            yield delivery.cursor, result
                        if delivery.is_last:
                            return
        except Exception as error:
            raise end_by(error) from error
        finally:
            self.close()

    def _cursor(self, position: int) -> str:
        return encode_cursor(position, self._user_id, self._source.scope)

    async def _executed(self, delivery: Delivery) -> bytes | None:
        """The result for an event, by the rights that the subscriber has now; None where they may not see it."""
        authenticate = await self._subscriptions.authentication(self._authorization)
        return await self._subscriptions.execution.run(self._requested, authenticate, delivery)

    async def _authorize(self) -> None:
        """Require that the subscriber may still subscribe."""
        authenticate = await self._subscriptions.authentication(self._authorization)
        async with self._subscriptions.execution.database.read(authenticate) as session:
            await self._source.authorize(session)

    async def _events(self) -> AsyncGenerator[Event | State]:
        """The events: first those since the cursor, or the state where that is shown, then new ones."""
        position, is_resumed = self._after, False
        while position is not None:
            missed = await self._missed(position)
            for event in missed:
                is_resumed = True
                yield event
            position = missed[-1].position if len(missed) == PAGE else None
        if self._source.shows_state and not is_resumed:
            yield self._source.state(self._listener.position)
        while True:
            yield await self._next()

    async def _missed(self, position: int) -> list[Event]:
        """The first events after a position and up to the listener's."""
        async with self._subscriptions.execution.database.read(act_as_worker) as session:
            return await store.between(session, self._source.topic, position, self._listener.position, PAGE)

    async def _next(self) -> Event:
        """The listener's next event. Raises SubscriptionEnded when the token expires."""
        try:
            async with asyncio.timeout(max(0, self._expires - time.time())):
                return await self._listener.next()
        except TimeoutError:
            message = "The token has expired; sign in again, and subscribe after the last cursor."
            raise SubscriptionEnded("UNAUTHENTICATED", message, 401, FORBIDDEN) from None
