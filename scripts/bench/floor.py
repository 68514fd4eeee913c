"""The floor: a server whose every answer is one hand-written SQL statement that returns JSON text.

It signs nobody in, applies no policies and knows five operations. Columns of type jsonb and time stamps come as
PostgreSQL writes them: `bench.spelling` says where that is spelled otherwise than by the API.
"""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

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
"""The variables that each operation's statement takes, in the order of its parameters."""

STATEMENTS = {name: (Path(__file__).parent / "sql" / f"{name}.sql").read_text() for name in PARAMETERS}


def app() -> Starlette:
    """The floor on the database that the environment names."""
    return create_app(os.environ[URL_VARIABLE])


def create_app(database_url: str) -> Starlette:
    """The floor on this database."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[Mapping[str, Any]]:
        limits = {"min_size": POOL_SIZE, "max_size": POOL_SIZE}
        async with asyncpg.create_pool(database_url, **limits, init=_take_json_as_bytes, reset=_keep) as pool:
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


async def _keep(connection: Any) -> None:
    """Nothing in place of the pool's RESET: the statements leave nothing behind on a connection."""
