"""Reading and writing the restrictions of organizations."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.rows import grouped_by_position, in_key_order
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.layers.store import ViewedKey
from kinegraph.training.rules_constraints import RestrictionRow

COLUMNS = """restriction.id, restriction.organization_id, restriction.exercise_id, restriction.condition,
               restriction.severity, restriction.modification, restriction.created_at"""


async def restrictions_of(session: ReadSession, keys: Sequence[ViewedKey]) -> list[list[RestrictionRow]]:
    """The restrictions of each exercise in an organization, the newest first; none without an organization."""
    rows: list[RestrictionRow] = await session.fetch_list(
        f"""
        SELECT wanted.position, {COLUMNS}
        FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS wanted (organization_id, exercise_id, position)
        JOIN safety_restrictions restriction
            ON restriction.organization_id = wanted.organization_id AND restriction.exercise_id = wanted.exercise_id
        ORDER BY wanted.position, restriction.id DESC
        """,
        [organization for organization, _ in keys],
        [exercise for _, exercise in keys],
    )
    return grouped_by_position(rows, len(keys))


async def restrictions(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[RestrictionRow | None]:
    """Restrictions by id, in key order."""
    rows: list[RestrictionRow] = await session.fetch(
        f"SELECT {COLUMNS} FROM safety_restrictions restriction WHERE restriction.id = ANY ($1)", ids
    )
    return in_key_order(rows, ids)


async def lock_severity(session: WriteSession[Viewer], key: tuple[UUID, UUID], condition: str) -> str | None:
    """The severity of an organization's restriction of a condition, until the transaction ends; None without one."""
    await session.fetch(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"restriction {key[0]} {key[1]} {condition}"
    )
    severity: str | None = await session.fetch_value(
        """
        SELECT severity::text FROM safety_restrictions
        WHERE organization_id = $1 AND exercise_id = $2 AND condition = $3
        """,
        *key,
        condition,
    )
    return severity


async def add_restriction(
    session: WriteSession[Viewer],
    key: tuple[UUID, UUID],
    condition: str,
    severity: str,
    modification: str | None,
    *,
    leaves_modification: bool = False,
) -> UUID:
    """Store a restriction of an organization and an exercise, in place of the one of the condition. Returns its id.

    With `leaves_modification` the text of the one that it replaces stays.
    """
    id: UUID = await session.fetch_value(
        """
        INSERT INTO safety_restrictions
            (organization_id, exercise_id, condition, severity, modification, created_by_user_id)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (organization_id, exercise_id, condition)
        DO UPDATE SET (severity, modification, created_by_user_id, updated_at)
            = ROW (excluded.severity,
                   CASE WHEN $7 THEN safety_restrictions.modification ELSE excluded.modification END,
                   excluded.created_by_user_id, now())
        RETURNING id
        """,
        *key,
        condition,
        severity,
        modification,
        session.viewer.user.id,
        leaves_modification,
    )
    return id


async def remove_restriction(session: WriteSession, id: UUID) -> int:
    """Delete a restriction. Returns 1, or 0 where it is there no more."""
    return await session.run("DELETE FROM safety_restrictions WHERE id = $1", id)
