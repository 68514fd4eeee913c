"""Reading the changes of a person, and deleting removals that were stored long enough."""

from collections.abc import Sequence
from datetime import timedelta
from importlib.resources import files

from kinegraph.identity.rules import Viewer
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.sync import rules
from kinegraph.sync.rules import ChangePage, ChangeRow, Cursor, Now

CHANGES = (files("kinegraph.sync") / "changes.sql").read_text()

MAX_TRANSACTION = timedelta(days=1)
"""Removals have the time at which their transaction began, which may have been committed so much later."""

ChangesKey = tuple[Cursor | None, int]
"""The cursor behind which changes are read, and how many at most."""


async def state(session: ReadSession) -> Now:
    """The current snapshot, and the mark of the server and the database.

    A restored server or a promoted replica has another timeline, a restored dump another database, or another table.
    """
    rows: list[Now] = await session.fetch(
        """
        SELECT pg_current_snapshot()::text AS snapshot, now() AS now,
               (SELECT system_identifier::text FROM pg_control_system())
               || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)
               || ' ' || (SELECT oid FROM pg_database WHERE datname = current_database())
               || ' ' || 'sync_retention'::regclass::oid AS server,
               CASE WHEN r.stored_since > '-infinity' THEN r.stored_since END AS stored_since
        FROM sync_retention r
        """
    )
    return rows[0]


async def pages(session: ReadSession[Viewer], keys: Sequence[ChangesKey]) -> list[ChangePage]:
    """A page of the viewer's changes behind each cursor. Raises Refused for one whose changes are no longer known."""
    now = await state(session)
    return [await _page(session, now, cursor, size) for cursor, size in keys]


async def _page(session: ReadSession[Viewer], now: Now, cursor: Cursor | None, size: int) -> ChangePage:
    rules.check_state(cursor, now)
    user_id = session.viewer.user.id
    at = rules.next_target(cursor, now, user_id)
    is_anew = at.base == rules.NOTHING
    rows = await session.fetch(CHANGES, user_id, at.base, at.target, *at.place, is_anew, size + 1)
    return rules.page_of([ChangeRow(*row) for row in rows], size, at, now)


async def purge(session: WriteSession, days: int) -> int:
    """Delete removals that were stored for so many days, and a day longer. Returns how many.

    Cursors from before are refused from now on.
    """
    await session.run(
        "UPDATE sync_retention SET stored_since = greatest(stored_since, now() - $1::interval)", timedelta(days=days)
    )
    return await session.run(
        "DELETE FROM sync_changes WHERE is_removed AND changed_at < now() - $1::interval",
        timedelta(days=days) + MAX_TRANSACTION,
    )
