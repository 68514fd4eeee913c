"""The SQL of overridden safety warnings. Row-level security shows them to coaches alone."""

from collections.abc import Mapping, Sequence
from typing import Any  # values of columns, by name
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.checking.rules_overrides import OverrideRow
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store_people import email_column, member_join, name_column, user_join
from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import ReadSession, WriteSession

SELECTED = f"""
    SELECT o.id, o.organization_id, o.workout_id, o.movement_id, o.exercise_id, o.condition, o.reason, o.note,
           o.athlete_id, o.expires_at, o.withdrawn_at, o.created_at, o.created_by_user_id AS author_id,
           {name_column("author")}, {email_column("author")}, {name_column("athlete")}, {email_column("athlete")}
    FROM safety_overrides o
    {user_join("author", "o.created_by_user_id")}
    {member_join("author", "o.created_by_user_id", "o.organization_id")}
    {user_join("athlete", "o.athlete_id")}
    {member_join("athlete", "o.athlete_id", "o.organization_id")}
"""

MAX_OVERRIDES = 2_000
"""Overrides of a workout that a check reads, the latest first."""


async def by_ids(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[OverrideRow | None]:
    """Overrides, in key order."""
    rows: list[OverrideRow] = await session.fetch(f"{SELECTED} WHERE o.id = ANY ($1)", ids)
    _seen(session, rows)
    return in_key_order(rows, ids)


async def in_force(session: ReadSession[Viewer], workout_id: UUID, athlete_id: UUID | None) -> list[OverrideRow]:
    """Overrides of a workout that hold now: those for everybody, and those for the athlete.

    Overrides of exercises in the library workout hold in its snapshots too.
    """
    rows: list[OverrideRow] = await session.fetch(
        f"""{SELECTED}
        JOIN workouts checked ON checked.id = $1
        WHERE (o.workout_id = checked.id OR (o.workout_id = checked.forked_from_id AND o.movement_id IS NULL))
          AND (o.athlete_id IS NULL OR o.athlete_id = $2) AND o.withdrawn_at IS NULL AND o.expires_at > now()
        ORDER BY o.created_at DESC, o.id DESC
        LIMIT {MAX_OVERRIDES}
        """,
        workout_id,
        athlete_id,
    )
    _seen(session, rows)
    return rows


def _seen(session: ReadSession[Viewer], rows: Sequence[OverrideRow]) -> None:
    """Name the athletes of overrides; those for everybody have none."""
    seen(session, "SafetyOverride", [row for row in rows if row.athlete_id is not None], "athlete_id")


async def insert(session: WriteSession[Viewer], values: Mapping[str, Any]) -> UUID:
    """Record an override by the viewer, and withdraw those in force for the same that it replaces."""
    await session.run(
        """
        UPDATE safety_overrides
        SET withdrawn_at = now(), withdrawn_by_user_id = $1, updated_at = now()
        WHERE workout_id = $2 AND exercise_id = $3 AND condition = $4 AND withdrawn_at IS NULL
          AND movement_id IS NOT DISTINCT FROM $5 AND athlete_id IS NOT DISTINCT FROM $6
        """,
        session.viewer.user.id,
        *(values[name] for name in ("workout_id", "exercise_id", "condition", "movement_id", "athlete_id")),
    )
    return await session.insert("safety_overrides", {**values, "created_by_user_id": session.viewer.user.id})


async def withdraw(session: WriteSession[Viewer], id: UUID) -> None:
    """End an override now; one that has been withdrawn stays as it is."""
    await session.run(
        """
        UPDATE safety_overrides SET withdrawn_at = now(), withdrawn_by_user_id = $2, updated_at = now()
        WHERE id = $1 AND withdrawn_at IS NULL
        """,
        id,
        session.viewer.user.id,
    )
