"""Persisted documents of a web process, and writing their usage at intervals, beside the requests."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kinegraph.kit.database import CANNOT_CONNECT, Database
from kinegraph.kit.logs import reason_of
from kinegraph.kit.pool import PoolExhausted
from kinegraph.outside.texts import RedisTexts
from kinegraph.persisted import store_usage
from kinegraph.persisted.rules_usage import Usage
from kinegraph.persisted.store import act_as_process
from kinegraph.persisted.store_lookup import PersistedDocuments

log = logging.getLogger("kinegraph.persisted")

INTERVAL_SECONDS = 30
"""A process that is killed loses the counts of this time, at most."""
CLOSE_SECONDS = 5
REDIS_PREFIX = "kinegraph:document:"


async def write_usage(database: Database, usage: Usage) -> int:
    """Write what was counted since the last time. Returns the number of documents with clients; 0 without a statement.

    Where the database cannot be used, the counts remain, for the next time.
    """
    uses = usage.take()
    if not uses:
        return 0
    try:
        async with database.write(act_as_process) as session:
            await store_usage.add(session, uses)
            await store_usage.merge_old_clients(session, sorted({use.hash for use in uses}))
    except (*CANNOT_CONNECT, PoolExhausted) as error:
        reason = reason_of(error, OSError, PoolExhausted)
        log.warning("the usage of documents could not be written, will try again", extra={"reason": reason})
        usage.put_back(uses)
        return 0
    except asyncio.CancelledError:
        usage.put_back(uses)
        raise
    return len(uses)


@asynccontextmanager
async def open_persisted(
    database: Database, redis_url: str, *, trusted_only: bool
) -> AsyncIterator[PersistedDocuments]:
    """The persisted documents of a web process, whose usage is written every INTERVAL_SECONDS and at the end."""
    texts = RedisTexts(redis_url, REDIS_PREFIX)
    persisted = PersistedDocuments(database, texts, trusted_only=trusted_only)
    writing = asyncio.create_task(_write_on(database, persisted.usage))
    try:
        yield persisted
    finally:
        writing.cancel()
        await asyncio.wait([writing])
        await texts.close()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await write_usage(database, persisted.usage)
        except TimeoutError:
            log.warning("the usage of documents could not be written in time")


async def _write_on(database: Database, usage: Usage) -> None:
    while True:
        await asyncio.sleep(INTERVAL_SECONDS)
        try:
            await write_usage(database, usage)
        except Exception:
            log.exception("writing the usage of documents failed, will try again")
