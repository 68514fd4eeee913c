"""Reading and replacing what hangs from exercises: instructions and contraindications."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from kinegraph.kit.sessions import ReadSession, Row, WriteSession, grouped


async def instructions_of(session: ReadSession, exercise_ids: Sequence[UUID]) -> list[list[Row]]:
    """Each exercise's instructions in their order."""
    rows = await session.fetch(
        """
        SELECT id, exercise_id, type, body, image_key, image_mime, sort_order
        FROM exercise_instructions
        WHERE exercise_id = ANY ($1)
        ORDER BY exercise_id, sort_order, id
        """,
        exercise_ids,
    )
    return grouped(rows, exercise_ids, "exercise_id")


async def contraindications_of(session: ReadSession, exercise_ids: Sequence[UUID]) -> list[list[Row]]:
    """Each exercise's contraindications in their order."""
    rows = await session.fetch(
        """
        SELECT id, exercise_id, condition, severity, description
        FROM exercise_contraindications
        WHERE exercise_id = ANY ($1)
        ORDER BY exercise_id, sort_order, id
        """,
        exercise_ids,
    )
    return grouped(rows, exercise_ids, "exercise_id")


async def images(session: ReadSession, organization_id: UUID | None, keys: Sequence[str]) -> dict[str, str]:
    """Those of these image keys that an instruction of the organization or a canonical one has, with their types."""
    rows = await session.fetch(
        """
        SELECT DISTINCT image_key, image_mime
        FROM exercise_instructions
        WHERE image_key = ANY ($2) AND (organization_id IS NULL OR organization_id = $1)
        """,
        organization_id,
        keys,
    )
    return {row.image_key: row.image_mime for row in rows}


async def replace_instructions(session: WriteSession, exercise: Row, entries: Sequence[Mapping[str, Any]]) -> int:
    """Give an exercise these instructions. Returns how many rows were written: 0 where it had just these."""
    return await _replace(
        session,
        exercise,
        "exercise_instructions",
        {"type": "text", "body": "text", "image_key": "text", "image_mime": "text", "sort_order": "integer"},
        entries,
    )


async def replace_contraindications(session: WriteSession, exercise: Row, entries: Sequence[Mapping[str, Any]]) -> int:
    """Give an exercise these contraindications. Returns how many rows were written."""
    return await _replace(
        session,
        exercise,
        "exercise_contraindications",
        {"condition": "text", "severity": "text", "description": "text", "sort_order": "integer"},
        entries,
    )


async def touch(session: WriteSession, exercise_id: UUID) -> None:
    """Say that something which hangs from an exercise changed."""
    await session.run("UPDATE exercises SET updated_at = now() WHERE id = $1", exercise_id)


async def _replace(
    session: WriteSession, exercise: Row, table: str, columns: Mapping[str, str], entries: Sequence[Mapping[str, Any]]
) -> int:
    """Bring an exercise's rows to the entries, place by place: what stays the same keeps its id."""
    names = ", ".join(columns)
    sent = f"jsonb_to_recordset($1) AS sent ({', '.join(f'{name} {kind}' for name, kind in columns.items())})"
    dropped = await session.run(
        f"DELETE FROM {table} WHERE exercise_id = $2 AND sort_order NOT IN (SELECT sort_order FROM {sent})",
        entries,
        exercise.id,
    )
    changed = await session.run(
        f"""
        UPDATE {table} SET ({names}, updated_at) = ROW ({", ".join(f"sent.{name}" for name in columns)}, now())
        FROM {sent}
        WHERE exercise_id = $2 AND {table}.sort_order = sent.sort_order
          AND ({", ".join(f"{table}.{name}" for name in columns)})
              IS DISTINCT FROM ({", ".join(f"sent.{name}" for name in columns)})
        """,
        entries,
        exercise.id,
    )
    new = await session.run(
        f"""
        INSERT INTO {table} (exercise_id, organization_id, {names})
        SELECT $2, $3, {", ".join(f"sent.{name}" for name in columns)}
        FROM {sent}
        WHERE sort_order NOT IN (SELECT sort_order FROM {table} WHERE exercise_id = $2)
        ORDER BY sort_order
        """,
        entries,
        exercise.id,
        exercise.organization_id,
    )
    return dropped + changed + new
