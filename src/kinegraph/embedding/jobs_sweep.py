"""The comparison of all rows with their hashes, which marks those that no trigger has marked."""

from collections.abc import AsyncIterator, Collection, Sequence
from uuid import UUID

from kinegraph.background.jobs import JobRun
from kinegraph.embedding import store
from kinegraph.embedding.rules import Kind
from kinegraph.embedding.store_sources import PAGE, READERS, page
from kinegraph.identity.store import act_for_organizations
from kinegraph.identity.store_operator import act_as_operator, organization_ids
from kinegraph.kit.database import Database
from kinegraph.kit.outbox import act_as_worker

Scope = Sequence[UUID] | None
"""The ids of organizations whose rows are compared together; None for canonical rows."""

MAX_ORGANIZATIONS = 200
"""Maximum number of organizations in a scope."""


async def mark_missed(database: Database, model: str, kinds: Collection[str], run: JobRun) -> int:
    """Mark rows whose stored hash is not that of their text. Returns how many. Raises JobStopped."""
    marked = 0
    async for scope in _scopes(database):
        for kind in kinds:
            if scope is not None or kind == Kind.EXERCISE:
                marked += await _mark_in(database, model, kind, scope)
        async with database.read(act_as_worker) as session:
            waiting = await store.waiting(session, kinds)
        await run.show(database, message=f"Comparing all rows: {waiting} wait for the vectors of their texts.")
    return marked


async def _scopes(database: Database) -> AsyncIterator[Scope]:
    yield None
    ids: Sequence[UUID] = ()
    while True:
        async with database.read(act_as_operator) as session:
            ids = await organization_ids(session, ids[-1] if ids else None, MAX_ORGANIZATIONS)
        if not ids:
            return
        yield ids


async def _mark_in(database: Database, model: str, kind: str, scope: Scope) -> int:
    """Mark what is missed in one scope, page by page. Returns how many rows."""
    marked, after = 0, None
    while True:
        async with database.read() as session:
            await act_for_organizations(session, scope or ())
            ids = await page(session, kind, scope, after)
            missed = [each for each in await READERS[kind](session, model, ids) if not each.is_fresh]
        if missed:
            async with database.write(act_as_worker) as session:
                organizations = [each.organization_id for each in missed]
                marked += await store.mark(session, kind, [each.id for each in missed], organizations)
        if len(ids) < PAGE:
            return marked
        after = ids[-1]
