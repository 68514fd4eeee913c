"""Writing overrides, and reading their origin."""

from collections.abc import Mapping, Sequence
from typing import Any  # values of columns, by key of the diff
from uuid import UUID

from kinegraph.exercise.rules_columns import OVERRIDABLE
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store_people import email_column, member_join, name_column, user_join
from kinegraph.kit.rows import grouped_by_position
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.library.rules_provenance import FieldOverride, FieldOverrideRow
from kinegraph.library.rules_provenance import field_overrides as overridden
from kinegraph.library.store import ExerciseKey, shown


async def upsert_override(
    session: WriteSession[Viewer],
    key: ExerciseKey,
    set_values: Mapping[str, Any],
    canonical: Mapping[str, Any],
    removed: Sequence[str],
) -> None:
    """Set values in an organization's diff and remove keys from it; the row of an empty diff says who emptied it.

    `canonical` has the canonical row's present values of the fields that are set. They are stored beside the diff, with
    the user and the time. For a value that does not change they stay, unless the canonical value has changed since.
    """
    await session.run(
        """
        WITH sent AS (
            SELECT key, jsonb_build_object('by', $6::uuid, 'at', now(), 'canonical', value) AS change
            FROM jsonb_each($4))
        INSERT INTO exercise_org_overrides AS stored
            (organization_id, exercise_id, overrides, changes, created_by_user_id, updated_by_user_id)
        SELECT $1::uuid, $2::uuid, $3::jsonb,
               (SELECT coalesce(jsonb_object_agg(key, change), '{}') FROM sent), $6::uuid, $6::uuid
        WHERE $3::jsonb <> '{}'
           OR EXISTS (SELECT FROM exercise_org_overrides WHERE (organization_id, exercise_id) = ($1, $2))
        ON CONFLICT (organization_id, exercise_id) DO UPDATE
        SET overrides = (stored.overrides || excluded.overrides) - $5::text[],
            changes = (stored.changes || (
                SELECT coalesce(jsonb_object_agg(key, change), '{}')
                FROM sent
                WHERE stored.overrides -> key IS DISTINCT FROM excluded.overrides -> key
                   OR stored.changes -> key -> 'canonical' IS DISTINCT FROM change -> 'canonical')) - $5::text[],
            updated_by_user_id = excluded.updated_by_user_id,
            updated_at = now()
        WHERE (stored.overrides || excluded.overrides) - $5::text[] <> stored.overrides
           OR EXISTS (SELECT FROM sent WHERE stored.changes -> key -> 'canonical'
                                             IS DISTINCT FROM change -> 'canonical')
        """,
        *key,
        dict(set_values),
        dict(canonical),
        list(removed),
        session.viewer.user.id,
    )


async def lock_override(session: WriteSession, key: ExerciseKey) -> None:
    """Lock an organization's override of an exercise, one that does not exist too, until the transaction ends.

    Edits of the canonical row are waited for, and wait: what is read of it from now on stays true.
    """
    await session.fetch(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0)), kinegraph_hold_canonical($2)",
        f"override {key[0]} {key[1]}",
        key[1],
    )


async def reset_override(session: WriteSession[Viewer], key: ExerciseKey) -> None:
    """Empty an organization's diff, if it has one. The row stays, with who did it and when: the view's last change."""
    await session.run(
        """
        UPDATE exercise_org_overrides
        SET overrides = '{}', changes = '{}', updated_by_user_id = $3, updated_at = now()
        WHERE (organization_id, exercise_id) = ($1, $2) AND overrides <> '{}'
        """,
        *key,
        session.viewer.user.id,
    )


EDITOR = """
    CASE WHEN o.changes -> field.key IS NULL THEN o.updated_by_user_id
         ELSE (o.changes -> field.key ->> 'by')::uuid END"""
"""The person who set a field: nobody for an import; where no change is stored (before migration 0009), the row's last
editor."""


async def provenance(session: ReadSession, keys: Sequence[ExerciseKey]) -> list[list[FieldOverrideRow]]:
    """For each organization and exercise, a row for each key of the diff, with its change and the canonical row."""
    rows: list[FieldOverrideRow] = await session.fetch_list(
        f"""
        SELECT wanted.position, o.organization_id, o.exercise_id, field.key AS field, field.value AS override_value,
               o.changes -> field.key AS change, o.updated_at, updated_by.id AS updated_by_id,
               {name_column("updated_by")}, {email_column("updated_by")},
               {", ".join(f"e.{column}" for column in OVERRIDABLE)}
        FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS wanted (organization_id, exercise_id, position)
        JOIN exercise_org_overrides o
            ON o.organization_id = wanted.organization_id AND o.exercise_id = wanted.exercise_id
        JOIN exercises e
            ON e.id = o.exercise_id AND e.organization_id IS NULL
        CROSS JOIN LATERAL jsonb_each(jsonb_strip_nulls(o.overrides)) AS field
        {user_join("updated_by", EDITOR)}
        {member_join("updated_by", "updated_by.id", "o.organization_id")}
        ORDER BY wanted.position, field.key
        """,
        [organization for organization, _ in keys],
        [exercise for _, exercise in keys],
    )
    return grouped_by_position(rows, len(keys))


async def field_overrides(
    session: ReadSession[Viewer], keys: Sequence[tuple[UUID, UUID, str]]
) -> list[FieldOverride | None]:
    """Overridden fields by organization, exercise and field, in key order, of exercises that the viewer may read."""
    views = list(dict.fromkeys((organization, exercise) for organization, exercise, _ in keys))
    seen = [view for view, found in zip(views, await shown(session, views, frozenset()), strict=True) if found]
    rows = await provenance(session, seen) if seen else []
    found = {
        (*view, each.field): each for view, of_view in zip(seen, rows, strict=True) for each in overridden(of_view)
    }
    return [found.get(key) for key in keys]
