"""Reading and writing the layers of one exercise, which is locked."""

from collections.abc import Mapping
from typing import Any  # values of columns
from uuid import UUID

from kinegraph.authoring.rules_columns import PROFILE, SAFETY
from kinegraph.exercise.rules import ExerciseRow
from kinegraph.exercise.store_details import touch
from kinegraph.kit.sessions import ReadSession, WriteSession, typed
from kinegraph.layers.rules import ProfileRow
from kinegraph.training.rules import Classification, TraitsRow
from kinegraph.training.rules_constraints import ConstraintRow

LAYERS: Mapping[str, Mapping[str, str]] = {
    "exercise_programming_profiles": PROFILE,
    "exercise_safety_constraints": SAFETY,
}


async def traits_of(session: ReadSession, exercise_id: UUID) -> TraitsRow:
    """The values of an exercise that its layers depend on."""
    row: TraitsRow | None = await session.fetch_row(
        """
        SELECT e.kind::text, e.mechanics, e.movement_pattern::text, e.difficulty, e.equipment,
               e.force_vector::text, e.is_unilateral, e.primary_muscles,
               ARRAY(SELECT region.slug
                     FROM exercise_tags tag
                     JOIN exercise_body_regions region ON region.id = tag.body_region_id
                     WHERE tag.exercise_id = e.id) AS regions
        FROM exercises e
        WHERE e.id = $1
        """,
        exercise_id,
    )
    assert row is not None
    return row


async def write_layer(session: WriteSession, exercise: ExerciseRow, table: str, values: Mapping[str, Any]) -> None:
    """Store an exercise's row of a layer, in place of the one that it has. Nothing is written where they are equal."""
    columns = LAYERS[table]
    names, sent = ", ".join(columns), ", ".join(f"sent.{name}" for name in columns)
    stored = ", ".join(f"{table}.{name}" for name in columns)
    written = await session.run(
        f"""
        INSERT INTO {table} (exercise_id, organization_id, {names})
        SELECT $1, $2, {sent}
        FROM jsonb_to_recordset($3) AS sent ({typed(columns)})
        ON CONFLICT (exercise_id) DO UPDATE
            SET ({names}, updated_at) = ROW ({", ".join(f"excluded.{name}" for name in columns)}, now())
            WHERE ({stored}) IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in columns)})
        """,
        exercise.id,
        exercise.organization_id,
        [values],
    )
    if written:
        await touch(session, exercise.id)


async def delete_layers(session: WriteSession, exercise_id: UUID) -> None:
    """Delete an exercise's own rows of both layers."""
    written = 0
    for table in LAYERS:
        written += await session.run(f"DELETE FROM {table} WHERE exercise_id = $1", exercise_id)
    if written:
        await touch(session, exercise_id)


async def own_profile(session: ReadSession, exercise_id: UUID) -> ProfileRow | None:
    """The exercise's own profile; None where it has none, or that of its source."""
    names = ", ".join(PROFILE)
    return await session.fetch_row(
        f"SELECT exercise_id, {names} FROM exercise_programming_profiles WHERE exercise_id = $1", exercise_id
    )


async def own_constraint(session: ReadSession, exercise_id: UUID) -> ConstraintRow | None:
    """The exercise's own safety constraints; None where it has none, or those of its source."""
    names = ", ".join(SAFETY)
    return await session.fetch_row(
        f"SELECT {names} FROM exercise_safety_constraints WHERE exercise_id = $1", exercise_id
    )


async def own_classification(session: ReadSession, exercise_id: UUID) -> Classification | None:
    """The stored class, modifiers and stressors of the exercise's own layers; None where it has none of its own."""
    row = await session.fetch_row(
        """
        SELECT profile.class_key, profile.modifiers, safety.stressors
        FROM exercise_safety_constraints safety
        JOIN exercise_programming_profiles profile ON profile.exercise_id = safety.exercise_id
        WHERE safety.exercise_id = $1 AND profile.class_key IS NOT NULL
        """,
        exercise_id,
    )
    return None if row is None else Classification(row.class_key, row.modifiers, row.stressors, None)
