"""Whether the process can serve: the database, its migrations and Redis, all checked at once and within a deadline."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any  # an untyped row of asyncpg

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kinegraph.api.failures import RETRY_AFTER
from kinegraph.kit.database import API_ROLE
from kinegraph.outside.redis_client import Redis, fault

CHECK_SECONDS = 1.5
"""How long a check may take. They run at the same time, so the whole answer comes within two seconds."""

OK = "ok"
LOST = (OSError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError, asyncpg.InterfaceError)


class Readiness:
    """Checks what the process needs. Checks that are requested while one runs share its result.

    The database is checked on one connection, which stays open and is not the pool's: that may be exhausted.
    """

    def __init__(self, database_url: str, redis: Redis, head: str) -> None:
        self._url = database_url
        self._redis = redis
        self._head = head
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._running: asyncio.Task[Mapping[str, str]] | None = None

    async def check(self) -> Mapping[str, str]:
        """The state of each part by its name: OK, or what is wrong with it."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._check())
        return await asyncio.shield(self._running)

    async def close(self) -> None:
        """End the check that runs, and close the connection."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])
        self._drop()

    async def _check(self) -> Mapping[str, str]:
        async with asyncio.TaskGroup() as group:
            database = group.create_task(self._check_database())
            redis = group.create_task(fault(self._redis, CHECK_SECONDS))
        return {**database.result(), "redis": f"unreachable: {found}" if (found := redis.result()) else OK}

    async def _check_database(self) -> Mapping[str, str]:
        now = asyncio.get_running_loop().time
        end = now() + CHECK_SECONDS
        try:
            revision = await self._read_revision(end)
        except asyncpg.UndefinedTableError:
            revision = None
        except Exception as error:  # whatever it is, there is no database that answers
            self._drop()
            why = "TimeoutError" if now() >= end else type(error).__name__
            return {"database": f"unreachable: {why}", "migrations": "unknown"}
        at = f"at {revision}, not at {self._head}" if revision else "not applied"
        return {"database": OK, "migrations": OK if revision == self._head else f"{at}: run `kinegraph migrate`"}

    async def _read_revision(self, end: float) -> Any:
        """The revision that the database is at; by the event loop's time `end` at the latest."""
        if self._connection is not None:  # it may have been closed, or lost without a word, since the last check
            with suppress(*LOST):
                return await _fetch_revision(self._connection, end - CHECK_SECONDS / 2)
            self._drop()
        settings = {"role": API_ROLE, "application_name": "kinegraph readiness"}
        async with asyncio.timeout_at(end):
            self._connection = await asyncpg.connect(self._url, server_settings=settings)
        return await _fetch_revision(self._connection, end)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None


async def _fetch_revision(connection: "asyncpg.Connection[asyncpg.Record]", end: float) -> Any:
    """One statement; at `end` its connection is closed: a timeout of asyncpg's would open another one, to cancel it."""
    timer = asyncio.get_running_loop().call_at(end, connection.terminate)
    try:
        return await connection.fetchval("SELECT version_num FROM alembic_version")
    finally:
        timer.cancel()


async def healthz(request: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> Response:
    """Database, migrations and Redis: 200 where all are well, else 503 with what is not; within two seconds."""
    readiness: Readiness = request.state.readiness
    checks = await readiness.check()
    if all(state == OK for state in checks.values()):
        return JSONResponse({"status": "ok", **checks})
    return JSONResponse({"status": "unavailable", **checks}, 503, RETRY_AFTER)
