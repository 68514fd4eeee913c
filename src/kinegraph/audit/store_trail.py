"""Reading the entries about a patient, as owners see them."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from kinegraph.audit.rules import AuditAction, EntryRow, ShownEntry
from kinegraph.audit.store import COLUMNS
from kinegraph.identity.rules import Role, Viewer
from kinegraph.kit.batches import pages_of
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.sessions import Arguments, ReadSession

TrailKey = tuple[UUID, UUID]
"""An organization, and a patient of it."""


def owned(viewer: Viewer) -> list[UUID]:
    """The organizations that the viewer owns."""
    return [id for id, membership in viewer.by_organization.items() if membership.role is Role.OWNER]


async def by_ids(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[ShownEntry | None]:
    """Entries of organizations that the viewer owns, in key order."""
    rows: list[EntryRow] = await session.fetch(
        f"SELECT {COLUMNS} FROM audit_entries e WHERE e.id = ANY ($1) AND e.organization_id = ANY ($2)",
        ids,
        owned(session.viewer),
    )
    shown = {entry.id: entry for entry in await _shown(session, rows)}
    return [shown.get(id) for id in ids]


async def pages(session: ReadSession[Viewer], keys: Sequence[TrailKey], window: Window) -> list[Page]:
    """A page of the entries about each patient, the latest first; none for those who are not the owner."""
    arguments, direction = Arguments(), window.direction(descending=True)
    lists = await _lists(session, keys, arguments)
    where = [*LISTED, *window.between("e.position", ("bigint",), arguments, descending=True)]
    rows = await session.fetch(
        f"""
        SELECT list.place, page.*
        FROM {lists}
        CROSS JOIN LATERAL (
            SELECT {COLUMNS}
            FROM audit_entries e
            WHERE {" AND ".join(where)}
            ORDER BY e.position {direction}
            LIMIT {window.limit}
        ) AS page
        ORDER BY list.place, page.position {direction}
        """,
        *arguments.values,
    )
    shown = {entry.id: entry for entry in await _shown(session, rows)}
    found = pages_of(rows, keys, window, "position")
    return [replace(page, nodes=[shown[row.id] for row in page.rows]) for page in found]


async def counts(session: ReadSession[Viewer], keys: Sequence[TrailKey]) -> list[int]:
    """The number of entries about each patient."""
    arguments = Arguments()
    lists = await _lists(session, keys, arguments)
    rows = await session.fetch(
        f"""
        SELECT (SELECT count(*) FROM audit_entries e WHERE {" AND ".join(LISTED)}) AS entries
        FROM {lists}
        ORDER BY list.place
        """,
        *arguments.values,
    )
    return [row.entries for row in rows]


LISTED = ("e.organization_id = list.organization_id", "e.subject = list.subject")


async def _lists(session: ReadSession[Viewer], keys: Sequence[TrailKey], arguments: Arguments) -> str:
    """FROM item `list` with one row for each patient: the organization, if the viewer owns it, and the pseudonym."""
    owns = set(owned(session.viewer))
    named = await session.fetch(
        "SELECT p.user_id, p.pseudonym FROM kinegraph_pseudonyms($1) AS p", list({patient for _, patient in keys})
    )
    pseudonyms = {row.user_id: row.pseudonym for row in named}
    organizations = arguments.bind([id if id in owns else None for id, _ in keys], "uuid[]")
    subjects = arguments.bind([pseudonyms.get(patient) for _, patient in keys], "uuid[]")
    return f"unnest({organizations}, {subjects}) WITH ORDINALITY AS list (organization_id, subject, place)"


async def _shown(session: ReadSession[Viewer], rows: Sequence[EntryRow]) -> list[ShownEntry]:
    """Entries with the users of their actors' pseudonyms."""
    actors = list({row.actor for row in rows if row.actor is not None})
    named = await session.fetch("SELECT u.user_id, u.pseudonym FROM kinegraph_audit_users($1) AS u", actors)
    users = {row.pseudonym: row.user_id for row in named}
    return [
        ShownEntry(
            id=row.id,
            organization_id=row.organization_id,
            position=row.position,
            created_at=row.created_at,
            action=AuditAction(row.action),
            types=list(row.types),
            actor_id=users.get(row.actor),
            hash=row.hash.hex(),
        )
        for row in rows
    ]
