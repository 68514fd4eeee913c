"""Organizations and users for the command line: the API has no mutations for them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import ReadSession, WriteSession


class User(Protocol):
    """A user; `key` is the e-mail address in lower case."""

    id: UUID
    name: str
    email: str
    key: str


class Organization(Protocol):
    """An organization."""

    id: UUID
    name: str
    slug: str


async def act_as_operator(session: ReadSession) -> None:
    """Give a transaction the rights of the command line, which acts for no user: over organizations and users."""
    await session.fetch("SELECT set_config('kinegraph.operator', 'on', true)")


async def drop_operator(session: ReadSession) -> None:
    """Revoke the rights that `act_as_operator` gave to the transaction."""
    await session.fetch("SELECT set_config('kinegraph.operator', 'off', true)")


async def users_by_email(session: ReadSession, emails: Sequence[str]) -> list[User | None]:
    """Users by e-mail address, in key order; upper and lower case are the same."""
    rows: list[User] = await session.fetch(
        "SELECT id, name, email, lower(email) AS key FROM users WHERE lower(email) = ANY ($1)",
        [email.lower() for email in emails],
    )
    return in_key_order(rows, [email.lower() for email in emails], "key")


async def revoke_tokens(session: WriteSession, id: UUID) -> datetime:
    """Refuse the tokens that were issued for a user until now. Returns the moment, as it is stored."""
    moment: datetime = await session.fetch_value(
        "UPDATE users SET tokens_valid_after = clock_timestamp() WHERE id = $1 RETURNING tokens_valid_after", id
    )
    return moment


async def insert_user(session: WriteSession, name: str, email: str, *, is_platform_admin: bool = False) -> UUID:
    """Add a user, unless there is one with this e-mail address. Returns the id."""
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
    """Add an organization. Returns its id, or None where the slug is taken."""
    id: UUID | None = await session.fetch_value(
        "INSERT INTO organizations (name, slug) VALUES ($1, $2) ON CONFLICT (slug) DO NOTHING RETURNING id",
        name,
        slug,
    )
    return id


async def insert_membership(session: WriteSession, organization_id: UUID, user_id: UUID, role: str) -> None:
    """Add a user to an organization."""
    await session.run(
        "INSERT INTO memberships (organization_id, user_id, role) VALUES ($1, $2, $3)", organization_id, user_id, role
    )


async def organization_ids(session: ReadSession, after: UUID | None, limit: int) -> list[UUID]:
    """The ids of the next organizations after `after`, in their order, at most `limit`."""
    rows = await session.fetch(
        "SELECT id FROM organizations WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2", after, limit
    )
    return [row.id for row in rows]


async def organizations_by_slug(session: ReadSession, slugs: Sequence[str]) -> list[Organization | None]:
    """Organizations by slug, in key order."""
    rows: list[Organization] = await session.fetch(
        "SELECT id, name, slug FROM organizations WHERE slug = ANY ($1)", slugs
    )
    return in_key_order(rows, slugs, "slug")


async def set_visibility(
    session: WriteSession, id: UUID, values: Mapping[str, bool], names: Sequence[str]
) -> dict[str, bool]:
    """Store settings of an organization by column. Returns those of these names, as they are stored now."""
    await session.update("organizations", id, values)
    row = await session.fetch_row(f"SELECT {', '.join(names)} FROM organizations WHERE id = $1", id)
    return {name: getattr(row, name) for name in names}
