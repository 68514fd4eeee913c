"""`make bench-clinic`: fill a clinic, ask for each of its figures over the API, and print how long the answers take."""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any  # ASGI messages
from uuid import UUID

import asyncpg
import httpx

from clinic_bench.figures import FIGURES, IDS
from kinegraph.canonical.jobs import seed_library
from kinegraph.commands import migrate
from kinegraph.kit.database import Database
from kinegraph.main import create_app
from kinegraph.outside.postgres import SETTINGS, start_postgres
from kinegraph.outside.redis import start_redis
from kinegraph.outside.tokens import Tokens
from kinegraph.services import Services
from kinegraph.settings import Settings

SECRET = "a secret of the benchmark of a clinic, of 64 bytes and more, as HS512 needs"
NO_LIMITS: dict[str, Any] = {"max_cost": 10**8, "cost_budget": 0, "cache_mb": 0, "request_cache_mb": 0}
"""One caller sends all requests, and no answer is cached."""
TARGET_MS = 200
CHUNK = 100
"""Enrollments whose totals are written at once."""


async def fill(url: str, patients: int, plans: int) -> None:
    """Migrate a database, and store the clinic with its totals."""
    await asyncio.to_thread(migrate.upgrade, url)
    database = await Database.open(url, 1)
    async for _ in seed_library(database):
        pass
    await database.close()
    owner = await asyncpg.connect(url)
    statements = (Path(__file__).parent / "clinic.sql").read_text()
    await owner.execute(statements.format(patients=patients, plans=plans))
    enrollments: list[UUID] = await owner.fetchval("SELECT array_agg(id ORDER BY id) FROM enrollments")
    for start in range(0, len(enrollments), CHUNK):
        await owner.execute("SELECT kinegraph_write_adherence($1, NULL)", enrollments[start : start + CHUNK])
    await owner.execute("VACUUM (ANALYZE)")
    await owner.close()


@asynccontextmanager
async def api(database_url: str, redis_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """The API on a database, in this process, for the clinic's owner."""
    settings = Settings(environment="development", home=Path.cwd() / ".kinegraph", **NO_LIMITS)
    app = create_app(Services(settings, database_url, redis_url, SECRET))
    token = Tokens(SECRET).sign({"sub": str(IDS["owner"]), "email": "patient0@clinic.example"}, 3600)
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        headers = {"Authorization": f"Bearer {token}"}
        transport = httpx.ASGITransport(with_state)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
            yield client


async def measure(client: httpx.AsyncClient, rounds: int) -> None:
    """Print the least, the median and the longest time of each figure, in milliseconds."""
    print(f"| figure | least | median | longest | under {TARGET_MS} ms |\n|---|---|---|---|---|")
    for title, (text, variables) in FIGURES.items():
        times = []
        for _ in range(rounds + 1):
            begun = time.perf_counter()
            body = (await client.post("/graphql", json={"query": text, "variables": variables})).json()
            times.append(1000 * (time.perf_counter() - begun))
            assert "errors" not in body, body
        least, median, longest = min(times[1:]), statistics.median(times[1:]), max(times[1:])
        print(f"| {title} | {least:.0f} | {median:.0f} | {longest:.0f} | {'yes' if median < TARGET_MS else 'NO'} |")


async def run(options: argparse.Namespace, database_url: str, redis_url: str) -> None:
    """Fill the database unless it was given, and measure."""
    if not options.database:
        begun = time.perf_counter()
        await fill(database_url, options.patients, options.plans)
        print(f"{options.patients} patients in {options.plans} plans, stored in {time.perf_counter() - begun:.0f} s\n")
    async with api(database_url, redis_url) as client:
        await measure(client, options.rounds)


def main() -> None:
    """Run the benchmark on servers of its own, or on a database that was filled before."""
    parser = argparse.ArgumentParser(prog="python -m clinic_bench", description=__doc__)
    parser.add_argument("--patients", type=int, default=2_000)
    parser.add_argument("--plans", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--database", help="a database that was filled before, in place of a new one")
    options = parser.parse_args()
    SETTINGS["fsync"] = "off"
    with tempfile.TemporaryDirectory() as folder:
        redis = start_redis(Path(folder) / "redis")
        postgres = None if options.database else start_postgres(Path(folder) / "postgres")
        try:
            asyncio.run(run(options, options.database or (postgres.url if postgres else ""), redis.url))
        finally:
            redis.stop()
            if postgres:
                postgres.stop()


if __name__ == "__main__":
    main()
