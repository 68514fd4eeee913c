"""Limits of requests, budgets of callers, capabilities and subscriptions of the web process, by the settings."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kinegraph.api.context import Origins
from kinegraph.api.execution import Limits
from kinegraph.api.http import GraphQLEndpoint
from kinegraph.api.limits import DocumentLimits
from kinegraph.cost.budgets import Budgets, Policy
from kinegraph.cost.meter import Metering
from kinegraph.cost.shared import share
from kinegraph.events.rules import CHANNEL
from kinegraph.kit.context import Capabilities
from kinegraph.outside.redis_budgets import RedisLevels
from kinegraph.outside.redis_channel import Channel
from kinegraph.outside.redis_client import Redis, open_redis
from kinegraph.outside.tokens import Tokens
from kinegraph.realtime.execution import Execution
from kinegraph.realtime.feed import Feed, stopping
from kinegraph.realtime.shutdown import before_termination, end_tasks
from kinegraph.realtime.socket import Sockets
from kinegraph.realtime.sse import EventStreams
from kinegraph.realtime.streams import Bounds, Subscriptions
from kinegraph.services import Services
from kinegraph.settings import Settings
from kinegraph.vendors import enrichment_budget

ADDRESS_SHARE = 4
"""Those who are not signed in at one address have together so small a part of a user's budget."""


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


def limits_of(settings: Settings) -> Limits:
    """The limits of one request, from the settings."""
    return Limits(
        settings.max_body_bytes,
        settings.max_answer_objects,
        settings.max_answer_mb * 2**20,
        settings.execution_seconds,
        max(1, settings.pool_size // 5),
        DocumentLimits(
            settings.max_tokens,
            settings.max_depth,
            settings.max_fields,
            settings.max_root_fields,
            settings.max_aliases,
            settings.max_definitions,
            settings.max_variables,
            settings.max_arguments,
        ),
    )


def capabilities_of(settings: Settings) -> Capabilities:
    """The abilities that the optional vendors give whose key is in the settings."""
    return Capabilities(
        has_embeddings=settings.voyage_api_key is not None, enrichment_budget=enrichment_budget(settings)
    )


@asynccontextmanager
async def open_metering(settings: Settings, redis: Redis) -> AsyncIterator[Metering]:
    """The limits of cost, and the budgets of callers, which the process shares with others while it runs."""
    if not settings.cost_budget:
        yield Metering(settings.max_cost)
        return
    capacity, refill = settings.cost_budget, settings.cost_refill
    users = Budgets("user", Policy(capacity, refill))
    addresses = Budgets("address", Policy(capacity / ADDRESS_SHARE, refill / ADDRESS_SHARE))
    sharing = asyncio.create_task(share([users, addresses], RedisLevels(redis)))
    try:
        yield Metering(settings.max_cost, users, addresses)
    finally:
        await end_tasks([sharing])  # redis-py loses a cancellation in asyncio.wait_for
