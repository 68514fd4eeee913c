"""Reading the entries about a patient, as owners see them."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from kinegraph.audit.rules import AuditAction, EntryRow, ShownEntry
from kinegraph.audit.store import COLUMNS
from kinegraph.identity.rules import Role, Viewer
from kinegraph.kit.batches import Lists
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.sessions import ReadSession

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
    lists = await _entries(session, keys)
    found = await lists.pages(session, window, COLUMNS, {"e.position": "bigint"}, descending=True)
    shown = {entry.id: entry for entry in await _shown(session, [row for page in found for row in page.rows])}
    return [replace(page, nodes=[shown[row.id] for row in page.rows]) for page in found]


async def counts(session: ReadSession[Viewer], keys: Sequence[TrailKey]) -> list[int]:
    """The number of entries about each patient."""
    return await (await _entries(session, keys)).counts(session)


async def _entries(session: ReadSession[Viewer], keys: Sequence[TrailKey]) -> Lists:
    """The entries about each patient, by pseudonym; none of organizations that the viewer does not own."""
    owns = set(owned(session.viewer))
    named = await session.fetch(
        "SELECT p.user_id, p.pseudonym FROM kinegraph_pseudonyms($1) AS p", list({patient for _, patient in keys})
    )
    pseudonyms = {row.user_id: row.pseudonym for row in named}
    return Lists(
        "audit_entries e",
        "e.organization_id = list.organization_id",
        "e.subject = list.subject",
        organization_id=[id if id in owns else None for id, _ in keys],
        subject=[pseudonyms.get(patient) for _, patient in keys],
    )


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
