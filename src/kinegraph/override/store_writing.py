"""Writing the overrides of a file."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.kit.sessions import WriteSession
from kinegraph.override.rules import OVERRIDABLE_FIELDS, OverrideDecision


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
