"""Whether the process lives, and whether it can serve."""

from collections.abc import Awaitable, Callable

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from kinegraph.api.executor import PLANS
from kinegraph.kit.database import Database
from kinegraph.outside.redis_client import Redis, fault


async def healthz(request: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


def readyz(head: str) -> Callable[[Request], Awaitable[Response]]:
    """Database, Redis and migrations: 200 where all are well, else 503 with what is not."""

    async def answer(request: Request) -> Response:
        checks = {
            "database": await _database(request.state.database, head),
            "redis": await _redis(request.state.redis),
        }
        well = all(state == "ok" for state in checks.values())
        return JSONResponse({"status": "ok" if well else "unavailable", **checks}, 200 if well else 503)

    return answer


async def metrics(request: Request) -> Response:
    """How operations were executed, as Prometheus reads it: how many breadth first, and why others were not."""
    lines = [
        "# HELP kinegraph_operations_total Operations by executor, and why graphql-core had to do them.",
        "# TYPE kinegraph_operations_total counter",
    ]
    for reason, count in sorted(PLANS.counted.items()):
        executor = "graphql-core" if reason else "breadth-first"
        lines.append(f'kinegraph_operations_total{{executor="{executor}",reason="{reason}"}} {count}')
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")


async def _database(database: Database, head: str) -> str:
    try:
        version = (await database.fetch("SELECT version_num FROM alembic_version"))[0][0]
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return f"unreachable: {type(error).__name__}"
    return "ok" if version == head else f"migrations are at {version}, not at {head}: run `kinegraph migrate`"


async def _redis(redis: Redis) -> str:
    found = await fault(redis)
    return f"unreachable: {found}" if found else "ok"
