"""The job process: arq on Redis, and which jobs it runs."""

import logging
from typing import Any

from arq import Worker, func
from arq.connections import RedisSettings

from kinegraph.exercise.jobs import seed_library
from kinegraph.kit.database import Database
from kinegraph.services import Services

log = logging.getLogger("kinegraph.worker")

QUEUE = "kinegraph"


async def seed_canonical(ctx: dict[Any, Any]) -> list[str]:
    """Upsert the shipped library. Returns a line for each file. Running it again changes nothing."""
    database: Database = ctx["database"]
    lines = []
    async for done in seed_library(database):
        lines.append(f"{done.file}: {done.total} exercises, {done.new} new, {done.changed} changed")
        log.info("seeded", extra={"file": done.file, "new": done.new, "changed": done.changed})
    return lines


def make_worker(services: Services) -> Worker:
    """The worker for these services; it stops at SIGINT and SIGTERM, when running jobs have ended."""
    settings = services.settings

    async def start(ctx: dict[Any, Any]) -> None:
        url = services.database_url
        ctx["database"] = await Database.open(url, settings.pool_size, settings.statement_timeout_seconds)
        log.info("worker started")

    async def stop(ctx: dict[Any, Any]) -> None:
        if "database" in ctx:
            await ctx["database"].close()
        log.info("worker stopped")

    return Worker(
        functions=[func(seed_canonical)],
        queue_name=QUEUE,
        redis_settings=RedisSettings.from_dsn(services.redis_url),
        on_startup=start,
        on_shutdown=stop,
        keep_result=3600,
        job_timeout=600,
        health_check_interval=10,
        allow_abort_jobs=False,
    )
