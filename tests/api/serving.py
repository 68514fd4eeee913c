"""The API on a real socket in this process, so that tests see the tasks and connections that requests leave behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any  # settings and ASGI state of any type

import asyncpg
import httpx
import uvicorn
from starlette.applications import Starlette

from kinegraph.api.http import GraphQLEndpoint
from kinegraph.kit.database import Database
from kinegraph.kit.rows import Row
from kinegraph.main import create_app
from kinegraph.services import Services
from tests.conftest import Api, Person
from tests.settings import with_settings

OLD_TRANSACTIONS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND usename IS NOT NULL AND pid <> pg_backend_pid()
  AND application_name = 'kinegraph' AND xact_start < clock_timestamp() - interval '1 second'
"""


@dataclass
class Served:
    """The API that is served, its database, and its address."""

    api: Api
    database: Database
    port: int
    endpoint: GraphQLEndpoint
    background: frozenset[str]
    """The tasks that run before the first request."""

    @property
    def requests(self) -> int:
        """Number of requests that are being answered."""
        return sum("RequestResponseCycle" in _name(task) for task in asyncio.all_tasks())

    async def idle_tasks(self) -> set[str]:
        """The tasks that run when no request does, once the server has noticed that its clients have gone."""
        found: set[str] = set()
        for _ in range(300):
            found = {_name(task) for task in asyncio.all_tasks() if task is not asyncio.current_task()}
            if not any("RequestResponseCycle" in name or "kinegraph" in name for name in found - self.background):
                break
            await asyncio.sleep(0.01)
        return found

    async def require_idle(self, owner: "asyncpg.Pool[Row]", size: int, idle: set[str]) -> None:
        """Assert the state of an idle process: no task of a request, a full pool, no old transaction."""
        assert await self.idle_tasks() <= idle
        leases = [await asyncio.wait_for(self.database.pool.begin("BEGIN"), 20) for _ in range(size)]
        for lease in leases:
            assert await lease.fetch("SELECT 1", ())
            await self.database.pool.end(lease, "ROLLBACK")
        old = 1
        for _ in range(300):
            old = await owner.fetchval(OLD_TRANSACTIONS)
            if old == 0:
                break
            await asyncio.sleep(0.01)
        assert old == 0


def _name(task: "asyncio.Task[Any]") -> str:
    code = getattr(task.get_coro(), "cr_code", None)
    return f"{code.co_filename}:{code.co_qualname}" if code else repr(task.get_coro())


def state_of(app: Starlette) -> dict[str, Any]:
    """A dict that holds the state of the application's lifespan once it has started."""
    app_state: dict[str, Any] = {}
    lifespan = app.router.lifespan_context

    @asynccontextmanager
    async def recorded(app: Any) -> AsyncIterator[Any]:
        async with lifespan(app) as state:
            app_state.update(state or {})
            yield state

    app.router.lifespan_context = recorded
    return app_state


@asynccontextmanager
async def uvicorn_running(
    config: uvicorn.Config, *, client_seconds: int, max_connections: int
) -> AsyncIterator[tuple[int, Api]]:
    """A server with this configuration, as its port and a client of it; it waits `client_seconds` for an answer."""
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # the server has no event for it
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        limits = httpx.Limits(max_connections=max_connections)
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", timeout=client_seconds, limits=limits
        ) as client:
            yield port, Api(client)
    finally:
        server.should_exit = True
        await running


@asynccontextmanager
async def serving(services: Services, **settings: Any) -> AsyncIterator[Served]:
    """The API with these settings on a port of this machine."""
    app = create_app(with_settings(services, **settings))
    app_state = state_of(app)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", ws="none")
    async with uvicorn_running(config, client_seconds=60, max_connections=50) as (port, api):
        background = frozenset(map(_name, asyncio.all_tasks()))
        yield Served(api, app_state["database"], port, app_state["graphql"], background)


def headers(person: Person, executor: str) -> dict[str, str]:
    """The headers of a signed-in request for one of the two executors."""
    return {"Authorization": f"Bearer {person.token}", "X-Kinegraph-Executor": executor}
