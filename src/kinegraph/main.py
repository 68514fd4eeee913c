"""The web process: the Starlette application, what it holds while it runs, and its routes."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypedDict

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from kinegraph import chart_route, handout_route, revisions
from kinegraph.agent_route import AgentRoute
from kinegraph.api import media, metrics
from kinegraph.api.execution import Resources
from kinegraph.api.http import GraphQLEndpoint
from kinegraph.api.readiness import Readiness, healthz, readyz
from kinegraph.graphiql import demo_people, page
from kinegraph.http_log import RequestLog
from kinegraph.http_responses import Finish, Validators, compression
from kinegraph.kit import logs
from kinegraph.kit.database import Database
from kinegraph.lexicon.rules_query import prepare
from kinegraph.lexicon.store_terms import parse_terms
from kinegraph.live import capabilities_of, limits_of, open_metering, open_sockets
from kinegraph.outside.redis_client import open_redis
from kinegraph.outside.storage import ObjectStorage
from kinegraph.outside.tokens import Tokens
from kinegraph.persisted.jobs import open_persisted
from kinegraph.realtime.socket import Sockets, socket_route
from kinegraph.services import (
    Services,
    folder_storage,
    open_storage,
    open_tokens,
    read_services,
    signed_addresses,
)
from kinegraph.settings import Settings
from kinegraph.vectors.jobs import QueryVectors
from kinegraph.vendors import open_embeddings

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
ALLOWED_HEADERS = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-None-Match",
    "X-Request-Id",
    # GraphQL clients: their name, the operation, and the assurance that a browser asked first.
    *("apollographql-client-name", "apollographql-client-version", "apollo-require-preflight"),
    *("x-apollo-operation-name", "x-apollo-operation-id", "x-apollo-operation-type", "x-apollo-cache-key"),
    *("GraphQL-Client-Name", "GraphQL-Client-Version", "GraphQL-Require-Preflight"),
    # Tracing: W3C Trace Context and Baggage, Sentry, Zipkin, Datadog, New Relic.
    *("traceparent", "tracestate", "baggage", "sentry-trace", "b3", "x-b3-traceid", "x-b3-spanid", "x-b3-sampled"),
    *("x-datadog-trace-id", "x-datadog-parent-id", "x-datadog-origin", "x-datadog-sampling-priority", "newrelic"),
    "X-Requested-With",
    *("Last-Event-ID", "Mcp-Protocol-Version", "Mcp-Session-Id", "Mcp-Method", "Mcp-Name"),
    "X-Kinegraph-Cost",
    "X-Kinegraph-Executor",
)
"""The request headers that pages of other origins may send, beside those of the setting."""

SWITCH_SECONDS = 0.0005
"""Seconds after which a thread that parses a document lets the event loop continue. A small request gets the
interpreter back some ten times: by Python's default, 0.005, it took twice as long beside a flood of large documents."""

THIS_MACHINE = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"


def app() -> Starlette:
    """The application as the environment configures it: what uvicorn runs."""
    services = read_services()
    logs.set_up(services.settings.log_format, shows_messages=services.settings.is_development)
    return create_app(services)


class ApplicationState(TypedDict):
    """What is open while the application runs, as Starlette's state."""

    database: Database
    graphql: GraphQLEndpoint
    readiness: Readiness
    sockets: Sockets
    storage: ObjectStorage


def create_app(services: Services) -> Starlette:
    """The application for these services."""
    settings = services.settings
    tokens = open_tokens(settings, services.jwt_secret)
    offered = demo_people.offered(tokens) if settings.is_development and services.jwt_secret else None
    pages = page.routes(page.find_folder(settings.home), offered) if settings.graphiql else []
    files = media.routes(folder_storage(settings)) if settings.s3_bucket is None else []
    agents = AgentRoute(settings, THIS_MACHINE if settings.is_development else None)
    return Starlette(
        routes=[
            Route("/", _root(settings)),
            Route("/graphql", _graphql, methods=METHODS),
            socket_route("/graphql"),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", metrics.metrics),
            *files,
            media.LASTING,
            chart_route.ROUTE,
            handout_route.route(settings.address),
            media.FIGURES,
            agents.route,
            *pages,
        ],
        middleware=[
            Middleware(RequestLog),
            Middleware(Finish),
            *_guards(settings),
            *(compression() if settings.compression else ()),
            Middleware(Validators),
            Middleware(_GraphQL),
        ],
        exception_handlers={404: _not_found, 405: _not_allowed},
        lifespan=lambda app: _open(services, tokens, agents),
    )


@asynccontextmanager
async def _open(services: Services, tokens: Tokens, agents: AgentRoute) -> AsyncIterator[ApplicationState]:
    """Open the application's resources, and close them at the end, or after a start that fails half-way."""
    settings = services.settings
    async with AsyncExitStack() as stack:
        database = await Database.open(
            services.database_url,
            settings.pool_size,
            settings.statement_timeout_seconds,
            cache_bytes=settings.cache_mb * 2**20,
            request_cache_bytes=settings.request_cache_mb * 2**20,
            max_rows=settings.max_answer_objects,
        )
        stack.push_async_callback(database.close)
        stack.push_async_callback(tokens.close)
        tokens.cache = database.request_cache
        redis = open_redis(services.redis_url)
        stack.push_async_callback(redis.aclose)
        readiness = Readiness(services.database_url, redis, revisions.head())
        stack.push_async_callback(readiness.close)
        storage = await stack.enter_async_context(open_storage(settings))
        prepared = asyncio.create_task(asyncio.to_thread(prepare))  # while connections are opened
        vectors = QueryVectors(database, await stack.enter_async_context(open_embeddings(settings)))
        stack.push_async_callback(vectors.close)
        vectors.begin()
        persisted = await stack.enter_async_context(
            open_persisted(database, services.redis_url, trusted_only=settings.documents == "trusted")
        )
        endpoint = GraphQLEndpoint(
            _resources(services, database, storage, vectors),
            tokens,
            settings.jwt_user_claim,
            database.request_cache,
            introspection=settings.graphiql,
            breadth_first=settings.executor == "breadth-first",
            persisted=persisted,
            metering=await stack.enter_async_context(open_metering(settings, redis)),
        )
        local = THIS_MACHINE if settings.is_development else None
        live = await stack.enter_async_context(open_sockets(services, endpoint, tokens, local))
        await stack.enter_async_context(agents.open(endpoint, tokens))
        await prepared
        await parse_terms(database)
        tune_the_interpreter()
        yield {
            "database": database,
            "graphql": endpoint,
            "readiness": readiness,
            "sockets": live,
            "storage": storage,
        }


def _resources(services: Services, database: Database, storage: ObjectStorage, vectors: QueryVectors) -> Resources:
    """The parts of the application that an execution uses."""
    settings = services.settings
    return Resources(
        database,
        storage,
        limits_of(settings),
        settings.address,
        signed_addresses(services),
        vectors,
        capabilities_of(settings),
    )


def tune_the_interpreter() -> None:
    """Let threads alternate sooner, and spare the collector what was made until now, which stays for good.

    Requests make few cycles, so they are looked for more rarely. With Python's defaults, collections took most of the
    time of an answer of many objects. Now it is made and freed between two of them. But a collection blocks all
    requests, a microsecond for each object that is new since the last one: so the threshold stays small. A full
    collection, a tenth of a second beside the largest answers, is rarer.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 8, 200)
    sys.setswitchinterval(SWITCH_SECONDS)


def _guards(settings: Settings) -> list[Middleware]:
    """Which origins browsers may call from and, in development, which names this machine answers to."""
    local = THIS_MACHINE if settings.is_development else None
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_origin_regex=local,
        allow_methods=["GET", "HEAD", "POST", "PUT"],
        allow_headers=[*ALLOWED_HEADERS, *settings.cors_headers],
        expose_headers=["ETag", "X-Request-Id", "Retry-After", "Idempotent-Replayed", "RateLimit", "RateLimit-Policy"],
        max_age=600,
    )
    guards = [cors] if settings.cors_origins or local else []
    if settings.is_development and settings.host in ("127.0.0.1", "localhost", "::1"):
        # A foreign page that makes its name point here (DNS rebinding) must not get at the demo's tokens.
        guards.append(
            Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]", "testserver"])
        )
    return guards


async def _graphql(request: Request) -> Response:
    endpoint: GraphQLEndpoint = request.state.graphql
    return await endpoint(request)


class _GraphQL:
    """Answers POST requests to /graphql, which are nearly all, before the router and Starlette's wrappers round it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http" and scope["path"] == "/graphql" and scope["method"] == "POST":
            response = await _graphql(Request(scope, receive, send))
            await response(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _root(settings: Settings) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        """People are led to GraphiQL, where there is one."""
        return RedirectResponse("/graphiql") if settings.graphiql else JSONResponse({"graphql": "/graphql"})

    return answer


async def _not_found(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": "There is nothing here; the API is at /graphql."}, 404)


async def _not_allowed(request: Request, error: Exception) -> Response:
    headers = error.headers if isinstance(error, HTTPException) else None
    return JSONResponse({"error": "Not by this method."}, 405, headers)
