"""Writing the usage of documents at intervals, beside the requests."""

import asyncio
import logging

from kinegraph.kit.database import CANNOT_CONNECT, Database
from kinegraph.kit.pool import PoolExhausted
from kinegraph.persisted import store_usage
from kinegraph.persisted.rules_usage import Usage
from kinegraph.persisted.store import authenticate_process

log = logging.getLogger("kinegraph.persisted")

INTERVAL_SECONDS = 30
"""A process that is killed loses the counts of this time, at most."""
CLOSE_SECONDS = 5


async def write_usage(database: Database, usage: Usage) -> int:
    """Write what was counted since the last time. Returns the number of documents with clients; 0 without a statement.

    Where the database cannot be used, the counts remain, for the next time.
    """
    uses = usage.take()
    if not uses:
        return 0
    try:
        async with database.write(authenticate_process) as session:
            await store_usage.add(session, uses)
            await store_usage.merge_old_clients(session, sorted({use.hash for use in uses}))
    except (*CANNOT_CONNECT, PoolExhausted) as error:
        log.warning("the usage of documents could not be written, will try again", extra={"reason": repr(error)})
        usage.put_back(uses)
        return 0
    except asyncio.CancelledError:
        usage.put_back(uses)
        raise
    return len(uses)


class UsageWriter:
    """Writes usage every INTERVAL_SECONDS from `start` on, and once more at `close`."""

    def __init__(self, database: Database, usage: Usage) -> None:
        self._database = database
        self._usage = usage
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.create_task(self._write_on())

    async def close(self) -> None:
        """Write what is left, for CLOSE_SECONDS at most."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await write_usage(self._database, self._usage)
        except TimeoutError:
            log.warning("the usage of documents could not be written in time")

    async def _write_on(self) -> None:
        while True:
            await asyncio.sleep(INTERVAL_SECONDS)
            try:
                await write_usage(self._database, self._usage)
            except Exception:
                log.exception("writing the usage of documents failed, will try again")
