"""Finding a person, and reading everything that is stored about them."""

from collections.abc import Mapping, Sequence
from typing import Any  # rows as JSON
from uuid import UUID

from kinegraph.identity.rules import User
from kinegraph.kit.database import Unreachable
from kinegraph.kit.sessions import Arguments, ReadSession
from kinegraph.privacy.rules import LEFT_OUT, PERSONAL, Handling

Exported = dict[str, list[dict[str, Any]]]

SNAPSHOTS = "SELECT a.snapshot_workout_id FROM workout_assignments a WHERE a.athlete_id = {user}"
"""SQL: the snapshots of a person's assignments."""

OWNER_ONLY = "This needs the login that owns the tables and runs `kinegraph migrate`: a superuser, or with BYPASSRLS."

RELATED = {
    "workouts": f"t.id IN ({SNAPSHOTS})",
    "workout_sections": f"t.workout_id IN ({SNAPSHOTS})",
    "workout_movements": f"t.section_id IN (SELECT s.id FROM workout_sections s WHERE s.workout_id IN ({SNAPSHOTS}))",
    "audit_entries": "t.subject = (SELECT p.pseudonym FROM audit_pseudonyms p WHERE p.user_id = {user})",
}
"""Rows about a person that are found through others: by table, the SQL condition."""

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


async def everything(session: ReadSession, user_id: UUID, organization_id: UUID | None = None) -> Exported:
    """Every row of a person by table, and (`references`) where they stand in rows of others, whose content is theirs.

    With an organization, only what belongs to it, and the person's own row.
    """
    scoped = await with_column(session, "organization_id")
    conditions = {each.table: f"t.{each.column} = {{user}}" for each in OWN if each.column != "parent_author_id"}
    found: Exported = {}
    for table, condition in {**RELATED, **conditions}.items():
        if organization_id is None or table in scoped or table == "users":
            found[table] = await _rows(session, table, condition, user_id, organization_id if table in scoped else None)
    found["references"] = []
    for each in IN_OTHERS:
        if organization_id is None or each.table in scoped:
            within = organization_id if each.table in scoped else None
            rows = await _rows(session, each.table, f"t.{each.column} = {{user}}", user_id, within)
            if rows:
                ids = sorted(row["id"] for row in rows if "id" in row)
                found["references"].append({"table": each.table, "column": each.column, "ids": ids})
    return found


async def _rows(
    session: ReadSession, table: str, condition: str, user_id: UUID, organization_id: UUID | None
) -> list[dict[str, Any]]:
    arguments = Arguments()
    where = condition.format(user=arguments.bind(user_id, "uuid"))
    left_out = arguments.bind(list(LEFT_OUT.get(table, ())), "text[]")
    if organization_id is not None:
        where = f"({where}) AND t.organization_id = {arguments.bind(organization_id, 'uuid')}"
    rows = await session.fetch(
        f"SELECT to_jsonb(t) - {left_out} AS content FROM {table} t WHERE {where} ORDER BY 1", *arguments.values
    )
    return [row.content for row in rows]


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

    A text is also found as an id, in JSON, and as bytes. Every table is read wholly.
    """
    patterns = [f"%{mark.lower()}%" for mark in marks]
    patterns += [f"%{mark.encode().hex()}%" for mark in marks]
    patterns += [f"%{mark.replace('-', '')}%" for mark in marks if len(mark) == 36]
    found: dict[str, int] = {}
    for table in await tables(session):
        count: int = await session.fetch_value(
            f"SELECT count(*) FROM {table} t WHERE lower(to_jsonb(t)::text) LIKE ANY ($1)", patterns
        )
        if count:
            found[table] = count
    return found
