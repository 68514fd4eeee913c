"""Two databases that are searched: the canonical library, and rows of free-exercise-db imported as canonical ones."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any  # ASGI messages

import asyncpg
import httpx

from kinegraph.canonical.jobs import seed_library
from kinegraph.commands import migrate
from kinegraph.exchange.jobs import import_exercises
from kinegraph.exchange.rules import Choices, Duplicates
from kinegraph.exchange.rules_entries import read_file
from kinegraph.formats.records import File, Format
from kinegraph.kit.database import Database
from kinegraph.main import create_app
from kinegraph.outside.postgres import SETTINGS, start_postgres
from kinegraph.outside.redis import start_redis
from kinegraph.services import Services
from kinegraph.settings import Settings
from search_bench.vectors import embed_exercises

SECRET = "a secret of the benchmark of search, of 64 bytes and more, as HS512 needs"
NO_LIMITS: dict[str, Any] = {"max_cost": 10**8, "cost_budget": 0}
"""One caller sends thousands of searches."""
SERVICE: dict[str, Any] = {"voyage_api_key": "no key", "voyage_url": "http://127.0.0.1:9/v1"}
"""A service that does not answer: all vectors are stored before."""


@contextmanager
def storage() -> Iterator[tuple[str, str]]:
    """The URLs of a PostgreSQL and a Redis that are empty, and removed afterwards."""
    SETTINGS["fsync"] = "off"
    with tempfile.TemporaryDirectory() as folder:
        postgres = start_postgres(Path(folder) / "postgres")
        try:
            redis = start_redis(Path(folder) / "redis")
            try:
                yield postgres.url, redis.url
            finally:
                redis.stop()
        finally:
            postgres.stop()


@asynccontextmanager
async def library(server: str, imported: File | None) -> AsyncIterator[tuple[str, Database]]:
    """A migrated database with the canonical library, or with the rows of this file instead; its URL.

    Imported rows become published, as `searchExercises` shows no drafts to callers who are not platform admins.
    """
    name = "imported" if imported else "library"
    start, _, query = server.partition("?")
    url = f"{start.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
    owner = await asyncpg.connect(server)
    await owner.execute(f"CREATE DATABASE {name}")
    await owner.close()
    await asyncio.to_thread(migrate.upgrade, url)
    database = await Database.open(url, 4)
    try:
        if imported:
            parsed = read_file(Format.FREE_EXERCISE_DB, imported)
            choices = Choices(duplicates=Duplicates.KEEP)
            await import_exercises(database, None, parsed, choices, lambda plan: None, lambda done, total: None)
        else:
            async for _ in seed_library(database):
                pass
        await embed_exercises(url)
        owner = await asyncpg.connect(url)
        await owner.execute("UPDATE exercises SET status = 'published' WHERE status <> 'published'")
        await owner.execute("VACUUM (ANALYZE)")
        await owner.close()
        yield url, database
    finally:
        await database.close()


@asynccontextmanager
async def api(database_url: str, redis_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """The API on a database, in this process."""
    settings = Settings(environment="development", home=Path.cwd() / ".kinegraph", **SERVICE, **NO_LIMITS)
    app = create_app(Services(settings, database_url, redis_url, SECRET))
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        transport = httpx.ASGITransport(with_state)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            yield client
