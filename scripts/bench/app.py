"""The product's application with the floor beside it, in one process."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from starlette.applications import Starlette
from starlette.routing import Route

from bench.floor import floor
from kinegraph.kit import logs
from kinegraph.main import create_app
from kinegraph.services import read_services


def app() -> Starlette:
    """What uvicorn runs."""
    services = read_services()
    logs.set_up(services.settings.log_format)
    product = create_app(services)
    inner = product.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[Mapping[str, Any]]:
        async with inner(app) as held, asyncpg.create_pool(services.database_url, max_size=10) as pool:
            yield {**(held or {}), "floor": pool}

    product.router.lifespan_context = lifespan
    product.router.routes.append(Route("/floor/{name}", floor, methods=["POST"]))
    return product
