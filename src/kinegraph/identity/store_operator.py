"""What the command line does with organizations and users, for which the API has no way."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.kit.rows import Row, in_key_order
from kinegraph.kit.sessions import ReadSession, WriteSession


async def authenticate_operator(session: ReadSession) -> None:
    """Let a transaction of the command line make and look up organizations and users; it acts for nobody."""
    await session.fetch("SELECT set_config('kinegraph.operator', 'on', true)")


async def drop_operator(session: ReadSession) -> None:
    """Give up what `authenticate_operator` allowed."""
    await session.fetch("SELECT set_config('kinegraph.operator', 'off', true)")


async def users_by_email(session: ReadSession, emails: Sequence[str]) -> list[Row | None]:
    """Users by e-mail, upper and lower case alike, in key order."""
    rows = await session.fetch(
        "SELECT id, name, email, lower(email) AS key FROM users WHERE lower(email) = ANY ($1)",
        [email.lower() for email in emails],
    )
    return in_key_order(rows, [email.lower() for email in emails], "key")


async def insert_user(session: WriteSession, name: str, email: str, *, is_platform_admin: bool = False) -> UUID:
    """The user of this e-mail address, made where there is none."""
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
    """A new organization's id, or None where the slug is taken."""
    id: UUID | None = await session.fetch_value(
        "INSERT INTO organizations (name, slug) VALUES ($1, $2) ON CONFLICT (slug) DO NOTHING RETURNING id",
        name,
        slug,
    )
    return id


async def insert_membership(session: WriteSession, organization_id: UUID, user_id: UUID, role: str) -> None:
    """Make a user belong to an organization."""
    await session.run(
        "INSERT INTO memberships (organization_id, user_id, role) VALUES ($1, $2, $3)", organization_id, user_id, role
    )


async def organizations_by_slug(session: ReadSession, slugs: Sequence[str]) -> list[Row | None]:
    """Organizations by slug, in key order."""
    rows = await session.fetch("SELECT id, name, slug FROM organizations WHERE slug = ANY ($1)", slugs)
    return in_key_order(rows, slugs, "slug")
