"""Reading the overrides of one organization, and writing those of a file."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.exercise.rules_columns import OVERRIDABLE
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.override.rules import OVERRIDABLE_FIELDS, OverrideDecision, TargetRow


async def page(session: ReadSession, organization_id: UUID | None, after: UUID, max_rows: int) -> list[TargetRow]:
    """An organization's overrides by the id of the exercise: those after this id, at most `max_rows`.

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
        organization_id,
        after,
        max_rows,
    )


async def lock(session: WriteSession, organization_id: UUID | None) -> None:
    """Lock an organization's overrides until the transaction ends."""
    await session.fetch(
        "SELECT id FROM exercise_org_overrides WHERE organization_id = $1 ORDER BY id FOR UPDATE", organization_id
    )


async def targets(session: ReadSession, organization_id: UUID | None, ids: Sequence[UUID]) -> list[TargetRow]:
    """The canonical exercises of these ids, with what an organization overrides of them now."""
    if not ids:
        return []
    return await session.fetch(
        f"""
        SELECT e.id, e.slug, e.status, {", ".join(f"e.{name}" for name in OVERRIDABLE)}, o.overrides, o.changes
        FROM exercises e
        LEFT JOIN exercise_org_overrides o ON o.exercise_id = e.id AND o.organization_id = $1
        WHERE e.organization_id IS NULL AND e.deleted_at IS NULL AND e.id = ANY ($2)
        """,
        organization_id,
        ids,
    )


async def write(session: WriteSession, organization_id: UUID | None, decisions: Sequence[OverrideDecision]) -> None:
    """Set and remove values of overrides; other fields that the organization overrides stay.

    Raises asyncpg.UniqueViolationError if somebody stored the first override of an exercise since it was read.
    """
    written = [each for each in decisions if each.writes]
    await _insert(session, organization_id, [each for each in written if each.target.overrides is None])
    await _update(session, organization_id, [each for each in written if each.target.overrides is not None])


SENT = """
    SELECT exercise_id, overrides, removed, (
        SELECT coalesce(jsonb_object_agg(key, jsonb_build_object('by', NULL, 'at', now(), 'canonical', value)), '{}')
        FROM jsonb_each(canonical)) AS changes
    FROM jsonb_to_recordset($2) AS sent (exercise_id uuid, overrides jsonb, removed text[], canonical jsonb)"""
"""SELECT of the overrides to write, with the change that is stored beside each value: an import has no author."""


def _sent(decisions: Sequence[OverrideDecision]) -> list[dict[str, object]]:
    return [
        {
            "exercise_id": each.target.id,
            "overrides": each.fields,
            "removed": [*each.removed],
            "canonical": {key: each.target[OVERRIDABLE_FIELDS[key]] for key in each.fields},
        }
        for each in decisions
    ]


async def _insert(session: WriteSession, organization_id: UUID | None, decisions: Sequence[OverrideDecision]) -> None:
    if decisions:
        await session.run(
            f"""
            INSERT INTO exercise_org_overrides (organization_id, exercise_id, overrides, changes)
            SELECT $1, exercise_id, overrides, changes FROM ({SENT}) AS sent
            """,
            organization_id,
            _sent(decisions),
        )


async def _update(session: WriteSession, organization_id: UUID | None, decisions: Sequence[OverrideDecision]) -> None:
    if decisions:
        await session.run(
            f"""
            UPDATE exercise_org_overrides AS stored
            SET overrides = (stored.overrides || sent.overrides) - sent.removed,
                changes = (stored.changes || sent.changes) - sent.removed,
                updated_by_user_id = NULL,
                updated_at = now()
            FROM ({SENT}) AS sent
            WHERE stored.organization_id = $1 AND stored.exercise_id = sent.exercise_id
            """,
            organization_id,
            _sent(decisions),
        )
