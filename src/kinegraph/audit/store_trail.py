"""Reading the entries about a patient, as owners see them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol
from uuid import UUID

from kinegraph.audit.rules import AuditAction, EntryRow, ShownEntry, kind_of
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


class ActorRow(Protocol):
    """A user who was not erased, with those of the requested organizations to which they belong."""

    pseudonym: UUID
    user_id: UUID
    name: str
    email: str | None
    organizations: Sequence[UUID]


async def _shown(session: ReadSession[Viewer], rows: Sequence[EntryRow]) -> list[ShownEntry]:
    """Entries with the users of their actors' pseudonyms, also of former members."""
    found: list[ActorRow] = await session.fetch(
        """
        SELECT u.pseudonym, u.user_id, u.name, u.email, ARRAY(
            SELECT m.organization_id FROM memberships m
            WHERE m.user_id = u.user_id AND m.organization_id = ANY ($2) AND m.deleted_at IS NULL
        ) AS organizations
        FROM kinegraph_audit_users($1) AS u
        """,
        list({row.actor for row in rows if row.actor is not None}),
        list({row.organization_id for row in rows}),
    )
    actors = {actor.pseudonym: actor for actor in found}
    return [_with_actor(row, None if row.actor is None else actors.get(row.actor)) for row in rows]


def _with_actor(row: EntryRow, actor: ActorRow | None) -> ShownEntry:
    """An entry with its actor. E-mail addresses of former members are not shown."""
    is_member = actor is not None and row.organization_id in actor.organizations
    return ShownEntry(
        id=row.id,
        organization_id=row.organization_id,
        position=row.position,
        created_at=row.created_at,
        action=AuditAction(row.action),
        types=list(row.types),
        actor_kind=kind_of(row.actor, actor.user_id if actor else None, is_member=is_member),
        actor_pseudonym=row.actor,
        actor_id=actor.user_id if actor else None,
        actor_name=actor.name if actor else None,
        actor_email=actor.email if actor and is_member else None,
        hash=row.hash.hex(),
    )
