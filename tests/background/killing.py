"""Killing workers in the middle of a job: real processes, ended by SIGKILL at random moments of its runs."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any  # rows of jobs: columns are read by name
from uuid import UUID

import asyncpg
from arq import ArqRedis

from kinegraph.background import store
from kinegraph.background.rules import MAX_FAILURES, JobKind
from kinegraph.kit.database import Database
from kinegraph.kit.outbox import act_as_worker
from kinegraph.worker import dispatch
from tests.background.rows import Pool, expire
from tests.process.running import environment, forked
from tests.servers import WORKER, with_database
from tests.waiting import until

COPY = f"kinegraph_undisturbed{WORKER}"
KILLS = 10
assert KILLS < MAX_FAILURES


async def new_job(database: Database, kind: JobKind, arguments: Mapping[str, Any]) -> UUID:
    """The id of a new job, due at once."""
    async with database.write(act_as_worker) as session:
        (id,) = await store.insert(session, [(kind, arguments)])
    return id


@asynccontextmanager
async def copied_database(server_url: str, template: str) -> AsyncIterator[str]:
    """A copy of the template, for a run that nothing disturbs, as its owner reaches it; dropped after the block."""
    connection = await asyncpg.connect(server_url)
    await connection.execute(f"CREATE DATABASE {COPY} TEMPLATE {template}")
    try:
        yield with_database(server_url, COPY)
    finally:
        await connection.execute(f"DROP DATABASE {COPY} WITH (FORCE)")
        await connection.close()


@dataclass
class Killing:
    """Workers of a database, a Redis and a home of their own, which are killed.

    `settings` are further variables of the workers, such as the address of a vendor's local server.
    """

    database: Database
    database_url: str
    redis_url: str
    queue: ArqRedis
    owner: Pool
    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    async def run(self, id: UUID, within_seconds: float, kills: int = KILLS) -> Any:
        """Have a job run until it has ended, and return its row.

        Its first `kills` runs are killed, each at a random moment within this time of its beginning, the early ones
        first; fewer where it has ended before.
        """
        moments = sorted(random.uniform(0, within_seconds) for _ in range(kills))
        print("Killed so many seconds after each beginning:", moments)  # pytest shows it where the test fails
        for moment in moments:
            await self._run_once(id, moment)
        await self._run_once(id, None)
        return await self.job(id)

    async def job(self, id: UUID) -> Any:
        """The row of a job."""
        return await self.owner.fetchrow("SELECT * FROM jobs WHERE id = $1", id)

    async def _run_once(self, id: UUID, moment: float | None) -> None:
        """Start a worker, and kill it at this moment of the job's run; without one, when the job has ended."""
        before = await self.job(id)
        if before.finished_at is not None:
            return
        await expire(self.owner)
        await dispatch(self.database, self.queue)
        env = environment(
            self.database_url, KINEGRAPH_HOME=str(self.home), KINEGRAPH_REDIS_URL=self.redis_url, **self.settings
        )
        with forked("worker", env=env, log=self.home / "killed.log") as worker:

            async def has_begun() -> bool:
                return bool((await self.job(id)).tries > before.tries)

            async def has_ended() -> bool:
                return (await self.job(id)).finished_at is not None

            await until(has_begun)
            if moment is None:
                await until(has_ended, 60)
            else:
                await asyncio.sleep(moment)
            worker.send(signal.SIGKILL)
            worker.wait(10)
