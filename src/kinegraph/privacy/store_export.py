"""Reading everything that is stored about a person."""

from typing import Any  # rows as JSON
from uuid import UUID

from kinegraph.kit.sessions import Arguments, ReadSession
from kinegraph.privacy.rules_indirect import IN_JSON, LEFT_OUT
from kinegraph.privacy.rules_summary import NAMED, explain, ids_of
from kinegraph.privacy.store import IN_OTHERS, OWN, with_column

Exported = dict[str, list[dict[str, Any]]]

SNAPSHOTS = "SELECT a.snapshot_workout_id FROM workout_assignments a WHERE a.athlete_id = {user}"
"""SQL: the snapshots of a person's assignments."""

RELATED = {
    "workouts": f"t.id IN ({SNAPSHOTS})",
    "workout_sections": f"t.workout_id IN ({SNAPSHOTS})",
    "workout_movements": f"t.section_id IN (SELECT s.id FROM workout_sections s WHERE s.workout_id IN ({SNAPSHOTS}))",
    "audit_entries": "t.subject = (SELECT p.pseudonym FROM audit_pseudonyms p WHERE p.user_id = {user})",
}
"""Rows about a person that are found through others: by table, the SQL condition."""

REFERENCES = (
    *((each.table, each.column, f"t.{each.column} = {{user}}") for each in IN_OTHERS),
    *((*name.split("."), f"strpos(t.{name.split('.')[1]}::text, {{user}}::text) > 0") for name in IN_JSON),
)
"""Where a person stands in rows of others: the table, the column, and the SQL condition."""


async def everything(session: ReadSession, user_id: UUID, organization_id: UUID | None = None) -> Exported:
    """Every row of a person by table, and (`references`) where they stand in rows of others, whose content is theirs.

    With an organization, only what belongs to it, and the person's own row. Names stand beside ids.
    """
    scoped = await with_column(session, "organization_id")
    conditions = {each.table: f"t.{each.column} = {{user}}" for each in OWN if each.column != "parent_author_id"}
    found: Exported = {}
    for table, condition in {**RELATED, **conditions}.items():
        if organization_id is None or table in scoped or table == "users":
            found[table] = await _rows(session, table, condition, user_id, organization_id if table in scoped else None)
    found["references"] = []
    for table, column, condition in REFERENCES:
        if organization_id is None or table in scoped:
            within = organization_id if table in scoped else None
            rows = await _rows(session, table, condition, user_id, within)
            if rows:
                ids = sorted(row["id"] for row in rows if "id" in row)
                found["references"].append({"table": table, "column": column, "ids": ids})
    explain(found, await _names(session, found))
    return found


async def _names(session: ReadSession, found: Exported) -> dict[str, dict[str, str]]:
    """By column of ids, the names of what the export refers to, by id."""
    names: dict[str, dict[str, str]] = {}
    for column, (table, name, _) in NAMED.items():
        rows = await session.fetch(
            f"SELECT t.id, t.{name} AS name FROM {table} t WHERE t.id = ANY ($1)", ids_of(found, column)
        )
        names[column] = {str(row.id): row.name for row in rows}
    return names


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
