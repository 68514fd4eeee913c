"""Opening subscriptions for the web process, as the settings configure them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kinegraph.api.http import GraphQLEndpoint
from kinegraph.events.rules import CHANNEL
from kinegraph.outside.redis_channel import Channel
from kinegraph.outside.redis_client import open_redis
from kinegraph.outside.tokens import Tokens
from kinegraph.realtime.execution import Execution
from kinegraph.realtime.feed import Feed, stopping
from kinegraph.realtime.origins import Origins
from kinegraph.realtime.shutdown import before_termination
from kinegraph.realtime.socket import Sockets
from kinegraph.realtime.sse import EventStreams
from kinegraph.realtime.streams import Bounds, Subscriptions
from kinegraph.services import Services


@asynccontextmanager
async def open_sockets(
    services: Services, endpoint: GraphQLEndpoint, tokens: Tokens, origins: str | None
) -> AsyncIterator[Sockets]:
    """Let the endpoint stream subscriptions, and yield the endpoint of WebSockets.

    `origins` is a pattern of the origins that may connect beside those of the settings.
    """
    settings, database = services.settings, endpoint.resources.database
    execution = Execution(endpoint.resources, suggests=bool(settings.graphiql))
    feed = Feed(database, Channel(open_redis(services.redis_url), CHANNEL))
    bounds = Bounds(settings.max_subscriptions, settings.max_subscriptions_per_user)
    subscriptions = Subscriptions(feed, execution, tokens, settings.jwt_user_claim, bounds)
    database.on_write = feed.wake
    endpoint.stream = EventStreams(endpoint, subscriptions, settings.heartbeat_seconds)
    try:
        with before_termination(lambda: feed.end_all(stopping())):
            allowed = Origins(settings.cors_origins, origins)
            yield Sockets(endpoint, subscriptions, allowed, settings.heartbeat_seconds)
    finally:
        database.on_write = None
        feed.end_all(stopping())
        await feed.close()
