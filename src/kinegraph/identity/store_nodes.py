"""Reading viewers, users, memberships and organizations by their ids (`node`)."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.identity.rules import Member, Organization, Viewer
from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import ReadSession


async def viewers(session: ReadSession[Viewer], user_ids: Sequence[UUID]) -> list[Viewer | None]:
    """The viewer for their own id, and None for others, in key order."""
    return [session.viewer if id == session.viewer.user.id else None for id in user_ids]


async def organizations(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[Organization | None]:
    """The viewer's organizations, in key order, without a statement; None for others."""
    return [session.viewer.organization(id) for id in ids]


SHOWN = """m.deleted_at IS NULL AND m.organization_id = ANY ({organizations})
              AND (m.role <> 'member' OR m.organization_id = ANY ({coached}) OR m.user_id = {viewer})"""
"""SQL condition: the viewer sees membership m. Members of an organization see its staff and themselves."""


async def people(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[Member | None]:
    """Users whose membership the viewer sees, and the viewer, in key order; each in an organization that both share.

    That is one that the viewer coaches, if there is one: its coaches see the e-mail address.
    """
    viewer: Viewer = session.viewer
    rows: list[Member] = await session.fetch(
        f"""
        SELECT DISTINCT ON (u.id) u.id, u.name, u.email, m.organization_id
        FROM users u
        LEFT JOIN memberships m ON m.user_id = u.id AND {SHOWN.format(organizations="$2", coached="$3", viewer="$4")}
        WHERE u.id = ANY ($1) AND (m.organization_id IS NOT NULL OR u.id = $4)
        ORDER BY u.id, m.organization_id = ANY ($3) DESC NULLS LAST, m.organization_id
        """,
        ids,
        list(viewer.by_organization),
        viewer.coached(),
        viewer.user.id,
    )
    return in_key_order(rows, ids)


async def memberships(session: ReadSession[Viewer], keys: Sequence[tuple[UUID, UUID]]) -> list[Member | None]:
    """Memberships that the viewer sees, by organization and user, in key order."""
    viewer: Viewer = session.viewer
    rows: list[Member] = await session.fetch(
        f"""
        SELECT m.organization_id, m.role, u.id, u.name, u.email
        FROM unnest($1::uuid[], $5::uuid[]) AS wanted (organization_id, user_id)
        JOIN memberships m ON m.organization_id = wanted.organization_id AND m.user_id = wanted.user_id
        JOIN users u ON u.id = m.user_id
        WHERE {SHOWN.format(organizations="$2", coached="$3", viewer="$4")}
        """,
        [organization for organization, _ in keys],
        list(viewer.by_organization),
        viewer.coached(),
        viewer.user.id,
        [user for _, user in keys],
    )
    by_key = {(row.organization_id, row.id): row for row in rows}
    return [by_key.get(key) for key in keys]
