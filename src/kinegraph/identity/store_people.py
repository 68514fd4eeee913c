"""SQL for the name and the e-mail address of a user who is shown beside a row: its author, its athlete, its coach.

`last_editor` reads the user who made the last change of a row.

The user is joined under an alias, which the columns' names begin with: `author` makes `author_name`, `author_email`.
The joins are outer ones, since row-level security hides the user of a membership that has ended.
"""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from kinegraph.kit.sessions import ReadSession


class EditorRow(Protocol):
    """The user who made the last change of a row, and when."""

    organization_id: UUID | None
    updated_at: datetime
    editor_id: UUID | None
    editor_name: str
    editor_email: str | None


def name_column(alias: str) -> str:
    """The user's name; "Former member" where the viewer no longer shares an organization with them."""
    return f"coalesce({alias}.name, 'Former member') AS {alias}_name"


def email_column(alias: str) -> str:
    """The user's e-mail address; null where they do not belong to the row's organization (needs `member_join`)."""
    return f"CASE WHEN {alias}_member.user_id IS NOT NULL THEN {alias}.email END AS {alias}_email"


def user_join(alias: str, id: str) -> str:
    """The user of this id, an SQL expression."""
    return f"LEFT JOIN users {alias} ON {alias}.id = {id}"


def member_join(alias: str, id: str, organization_id: str) -> str:
    """The user's membership of the organization; both ids are SQL expressions."""
    return f"""LEFT JOIN memberships {alias}_member
            ON {alias}_member.organization_id = {organization_id} AND {alias}_member.user_id = {id}
               AND {alias}_member.deleted_at IS NULL"""


async def last_editor(session: ReadSession, table: str, **key: UUID) -> EditorRow | None:
    """The last editor of the row of a table with the column `updated_by_user_id`, found by the columns of `key`.

    `editor_id` is None where the user is not known, or not visible to the viewer.
    """
    conditions = " AND ".join(f"t.{column} = ${number}" for number, column in enumerate(key, 1))
    return await session.fetch_row(
        f"""
        SELECT t.organization_id, t.updated_at, editor.id AS editor_id,
               {name_column("editor")}, {email_column("editor")}
        FROM {table} t
        {user_join("editor", "t.updated_by_user_id")}
        {member_join("editor", "editor.id", "t.organization_id")}
        WHERE {conditions}
        """,
        *key.values(),
    )
