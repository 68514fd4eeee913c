"""Reading who is asking and who belongs to an organization."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.identity.rules import Membership, Organization, Role, User, Viewer
from kinegraph.kit.database import Enter, ReadSession, Row, WriteSession, grouped, in_key_order
from kinegraph.kit.errors import Unauthenticated
from kinegraph.kit.pages import Page, Window

MemberKey = tuple[UUID, UUID | None]
"""An organization, and the viewer's own id where they see only staff and themselves (None: everybody)."""


def enter_as(user_id: UUID | None = None, email: str | None = None) -> Enter:
    """A session's viewer by user id or by e-mail. Raises Unauthenticated where there is no such user."""

    async def enter(session: ReadSession) -> Viewer:
        row = await session.fetch_row("SELECT * FROM kinegraph_enter($1, $2)", user_id, email)
        if row is None:
            raise Unauthenticated("The token's user does not exist.")
        user = User(row.id, row.name, row.email)
        return Viewer(user, row.is_platform_admin, {m.organization.id: m for m in _memberships(user, row.memberships)})

    return enter


async def enter_as_operator(session: ReadSession) -> None:
    """Let a transaction of the command line make and look up organizations and users; it acts for nobody."""
    await session.fetch("SELECT set_config('kinegraph.operator', 'on', true)")


async def leave_operator(session: ReadSession) -> None:
    """Give up what `enter_as_operator` allowed."""
    await session.fetch("SELECT set_config('kinegraph.operator', 'off', true)")


async def users_by_email(session: ReadSession, emails: Sequence[str]) -> list[Row | None]:
    """Users by e-mail, upper and lower case alike, in key order; for the command line."""
    rows = await session.fetch(
        "SELECT id, name, email, lower(email) AS key FROM users WHERE lower(email) = ANY ($1)",
        [email.lower() for email in emails],
    )
    return in_key_order(rows, [email.lower() for email in emails], "key")


async def insert_user(session: WriteSession, name: str, email: str, *, is_platform_admin: bool = False) -> UUID:
    """The user of this e-mail address, made where there is none; for the command line."""
    id: UUID = await session.fetch_value(
        """
        INSERT INTO users (name, email, is_platform_admin) VALUES ($1, $2, $3)
        ON CONFLICT (lower(email)) DO UPDATE SET email = users.email
        RETURNING id
        """,
        name,
        email,
        is_platform_admin,
    )
    return id


async def insert_organization(session: WriteSession, name: str, slug: str) -> UUID | None:
    """A new organization's id, or None where the slug is taken; for the command line."""
    id: UUID | None = await session.fetch_value(
        "INSERT INTO organizations (name, slug) VALUES ($1, $2) ON CONFLICT (slug) DO NOTHING RETURNING id",
        name,
        slug,
    )
    return id


async def insert_membership(session: WriteSession, organization_id: UUID, user_id: UUID, role: str) -> None:
    """Make a user belong to an organization; for the command line."""
    await session.run(
        "INSERT INTO memberships (organization_id, user_id, role) VALUES ($1, $2, $3)", organization_id, user_id, role
    )


def _memberships(user: User, entries: list[dict[str, str]]) -> list[Membership]:
    return [
        Membership(
            user,
            Organization(UUID(entry["id"]), entry["name"], entry["slug"], bool(entry["members_see_library"])),
            Role(entry["role"]),
        )
        for entry in entries
    ]


async def member_pages(session: ReadSession, keys: Sequence[MemberKey], window: Window, role: str | None) -> list[Page]:
    """A page of each organization's members, by name."""
    rows = await session.fetch(
        """
        SELECT wanted.place, member.*
        FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS wanted (organization_id, alone, place)
        CROSS JOIN LATERAL (
            SELECT m.organization_id, m.role, u.id, u.name, u.email
            FROM memberships m
            JOIN users u ON u.id = m.user_id
            WHERE m.organization_id = wanted.organization_id
              AND m.deleted_at IS NULL
              AND ($3::membership_role IS NULL OR m.role = $3)
              AND (wanted.alone IS NULL OR m.role <> 'member' OR m.user_id = wanted.alone)
              AND ($4::text IS NULL OR (u.name, u.id) > ($4, $5::uuid))
            ORDER BY u.name, u.id
            LIMIT $6
        ) AS member
        ORDER BY wanted.place, member.name, member.id
        """,
        [organization for organization, _ in keys],
        [alone for _, alone in keys],
        role,
        window.place(0),
        window.place(1),
        window.first + 1,
    )
    groups = grouped(rows, range(1, len(keys) + 1), "place")
    return [Page.of(group, window, "name", "id") for group in groups]


async def member_counts(session: ReadSession, keys: Sequence[MemberKey], role: str | None) -> list[int]:
    """How many members each organization has, as far as the viewer sees them."""
    rows = await session.fetch(
        """
        SELECT (SELECT count(*)
                FROM memberships m
                WHERE m.organization_id = wanted.organization_id
                  AND m.deleted_at IS NULL
                  AND ($3::membership_role IS NULL OR m.role = $3)
                  AND (wanted.alone IS NULL OR m.role <> 'member' OR m.user_id = wanted.alone)) AS members
        FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS wanted (organization_id, alone, place)
        ORDER BY wanted.place
        """,
        [organization for organization, _ in keys],
        [alone for _, alone in keys],
        role,
    )
    return [row.members for row in rows]
