"""Reading the overrides of one organization, and writing those of a file."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.exchange.rules import OverrideDecision, OverrideEntry, TargetRow
from kinegraph.exchange.rules_entries import OVERRIDABLE_FIELDS
from kinegraph.exchange.store import Scope
from kinegraph.exercise.rules_columns import OVERRIDABLE
from kinegraph.kit.sessions import ReadSession, WriteSession


async def page(session: ReadSession, scope: Scope, after: UUID, max_rows: int) -> list[TargetRow]:
    """The scope's overrides by the id of the exercise: those after this id, at most `max_rows`.

    Those of deleted exercises are left out.
    """
    return await session.fetch(
        """
        SELECT e.id, e.slug, e.name, o.overrides
        FROM exercise_org_overrides o
        JOIN exercises e ON e.id = o.exercise_id
        WHERE o.organization_id = $1 AND e.id > $2 AND e.organization_id IS NULL AND e.deleted_at IS NULL
        ORDER BY e.id
        LIMIT $3
        """,
        scope,
        after,
        max_rows,
    )


async def lock(session: WriteSession, scope: Scope) -> None:
    """Lock the scope's overrides until the transaction ends."""
    await session.fetch(
        "SELECT id FROM exercise_org_overrides WHERE organization_id = $1 ORDER BY id FOR UPDATE", scope
    )


async def targets(session: ReadSession, scope: Scope, entries: Sequence[OverrideEntry]) -> list[TargetRow]:
    """The canonical exercises that these overrides may be about, with what the scope overrides now."""
    if not entries:
        return []
    return await session.fetch(
        f"""
        SELECT e.id, e.slug, e.status, {", ".join(f"e.{name}" for name in OVERRIDABLE)}, o.overrides
        FROM exercises e
        LEFT JOIN exercise_org_overrides o ON o.exercise_id = e.id AND o.organization_id = $1
        WHERE e.organization_id IS NULL AND e.deleted_at IS NULL
          AND (e.id = ANY ($2) OR e.slug = ANY ($3) OR e.name = ANY ($4))
        """,
        scope,
        [entry.id for entry in entries if entry.id],
        [entry.slug for entry in entries if entry.slug],
        [entry.name for entry in entries],
    )


async def write(session: WriteSession, scope: Scope, decisions: Sequence[OverrideDecision]) -> None:
    """Set the values of overrides; other fields that the organization overrides stay."""
    sent = [
        {
            "exercise_id": each.target.id,
            "overrides": each.entry.fields,
            "canonical": {key: each.target[OVERRIDABLE_FIELDS[key]] for key in each.entry.fields},
        }
        for each in decisions
        if each.writes
    ]
    if sent:
        await session.run(
            """
            INSERT INTO exercise_org_overrides AS stored (organization_id, exercise_id, overrides, changes)
            SELECT $1, exercise_id, overrides, (
                SELECT jsonb_object_agg(key, jsonb_build_object('by', NULL, 'at', now(), 'canonical', value))
                FROM jsonb_each(canonical))
            FROM jsonb_to_recordset($2) AS sent (exercise_id uuid, overrides jsonb, canonical jsonb)
            ON CONFLICT (organization_id, exercise_id) DO UPDATE
            SET overrides = stored.overrides || excluded.overrides,
                changes = stored.changes || excluded.changes,
                updated_by_user_id = NULL,
                updated_at = now()
            """,
            scope,
            sent,
        )
