"""The floor: a server that answers each request by one hand-written SQL statement that returns JSON text.

It checks no tokens, applies no policies and has five operations. Values of type jsonb and time stamps are formatted by
PostgreSQL; `bench.normalization` maps them and the API's to one format.
"""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any  # variables of requests, and connections, which asyncpg does not type

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

URL_VARIABLE = "BENCH_DATABASE_URL"
POOL_SIZE = 10

PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "tree": ("id",),
    "list": ("id", "first"),
    "library": ("id",),
    "movement": ("id", "input"),
    "override": ("organizationId", "exerciseId", "overrides"),
}
"""The variables of each operation, in the order of the parameters of its statement."""

STATEMENTS = {name: (Path(__file__).parent / "sql" / f"{name}.sql").read_text() for name in PARAMETERS}


def app() -> Starlette:
    """The floor on the database of BENCH_DATABASE_URL."""
    return create_app(os.environ[URL_VARIABLE])


def create_app(database_url: str) -> Starlette:
    """The floor on this database."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[Mapping[str, Any]]:
        limits = {"min_size": POOL_SIZE, "max_size": POOL_SIZE}
        async with asyncpg.create_pool(database_url, **limits, init=_take_json_as_bytes, reset=_skip_reset) as pool:
            yield {"pool": pool}

    return Starlette(routes=[Route("/graphql", _answer, methods=["POST"])], lifespan=lifespan)


async def _answer(request: Request) -> Response:
    """The answer to the operation that the body names; the document is not read."""
    body = orjson.loads(await request.body())
    name, variables = body["operationName"], body["variables"]
    arguments = [_argument(variables[each]) for each in PARAMETERS[name]]
    text = await request.state.pool.fetchval(STATEMENTS[name], *arguments)
    return Response(text, media_type="application/json")


def _argument(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, dict) else value


async def _take_json_as_bytes(connection: Any) -> None:
    await connection.set_type_codec("json", schema="pg_catalog", format="binary", encoder=bytes, decoder=bytes)


async def _skip_reset(connection: Any) -> None:
    """Replace the pool's RESET by nothing: the statements change no state of a connection."""
