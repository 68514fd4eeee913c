"""Reaching every row, finding a person, and searching the whole database for texts."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from kinegraph.identity.rules import User
from kinegraph.identity.rules_personal import Handling
from kinegraph.kit.database import Unreachable
from kinegraph.kit.sessions import ReadSession
from kinegraph.privacy.rules import PERSONAL

OWNER_ONLY = "This needs the login that owns the tables and runs `kinegraph migrate`: a superuser, or with BYPASSRLS."

STATISTICS = "pg_stats"
"""PostgreSQL's view of the values in its statistics, also of partitions and of indexes' expressions."""

OWN = tuple(each for each in PERSONAL if each.handling in (Handling.DELETE, Handling.SPECIAL))
IN_OTHERS = tuple(each for each in PERSONAL if each.handling in (Handling.CLEAR, Handling.REPLACE))


async def act_for_privacy(session: ReadSession) -> None:
    """Let a transaction reach every row, as the login of its connection. Raises Unreachable where that may not."""
    row = await session.fetch_row(
        """
        SELECT set_config('role', 'none', true), set_config('kinegraph.privacy', 'on', true),
               (SELECT r.rolsuper OR r.rolbypassrls FROM pg_roles r WHERE r.rolname = session_user) AS bypasses
        """
    )
    if row is None or not row.bypasses:
        raise Unreachable(OWNER_ONLY)


async def person(session: ReadSession, id: UUID | None, email: str | None) -> User | None:
    """The user with this id, or else with this e-mail address; None where there is none."""
    return await session.fetch_row(
        "SELECT u.id, u.name, u.email FROM users u WHERE u.id = $1 OR $1 IS NULL AND lower(u.email) = lower($2)",
        id,
        email,
    )


async def owned_alone(session: ReadSession, user_id: UUID) -> list[str]:
    """The slugs of the organizations whose only owner is this user."""
    rows = await session.fetch(
        """
        SELECT o.slug
        FROM organizations o
        JOIN memberships m ON m.organization_id = o.id AND m.role = 'owner' AND m.deleted_at IS NULL
        GROUP BY o.id
        HAVING array_agg(m.user_id) = ARRAY[$1::uuid]
        ORDER BY o.slug
        """,
        user_id,
    )
    return [row.slug for row in rows]


async def with_column(session: ReadSession, column: str) -> set[str]:
    """The tables that have a column of this name."""
    rows = await session.fetch(
        """
        SELECT c.table_name
        FROM information_schema.columns c
        WHERE c.table_schema = current_schema() AND c.column_name = $1
        """,
        column,
    )
    return {row.table_name for row in rows}


async def tables(session: ReadSession) -> list[str]:
    """The tables of the database."""
    rows = await session.fetch(
        """
        SELECT c.oid::regclass::text AS name
        FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
          AND c.relname <> 'alembic_version'
        ORDER BY 1
        """
    )
    return [row.name for row in rows]


async def remains(session: ReadSession, marks: Sequence[str]) -> Mapping[str, int]:
    """The number of rows with one of these texts in any column, by table; of the tables that have any.

    A text is also found as an id, in JSON, and as bytes. Every table is read wholly, and the statistics of the tables'
    columns, which have values of them.
    """
    patterns = [f"%{mark.lower()}%" for mark in marks]
    patterns += [f"%{mark.encode().hex()}%" for mark in marks]
    patterns += [f"%{mark.replace('-', '')}%" for mark in marks if len(mark) == 36]
    found: dict[str, int] = {}
    for table in (*await tables(session), STATISTICS):
        count: int = await session.fetch_value(
            f"SELECT count(*) FROM {table} t WHERE lower(to_jsonb(t)::text) LIKE ANY ($1)", patterns
        )
        if count:
            found[table] = count
    return found
