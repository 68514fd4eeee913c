"""Reading and replacing the child rows of exercises: instructions and contraindications."""

from collections.abc import Mapping, Sequence
from typing import Any  # values to write, by column
from uuid import UUID

from kinegraph.exercise.rules import ExerciseRow
from kinegraph.exercise.rules_details import ContraindicationRow, InstructionRow, paired
from kinegraph.kit.rows import Row, grouped
from kinegraph.kit.sessions import ReadSession, WriteSession, typed


async def instructions_of(session: ReadSession, exercise_ids: Sequence[UUID]) -> list[list[InstructionRow]]:
    """Each exercise's instructions in their order."""
    rows: list[InstructionRow] = await session.fetch_list(
        """
        SELECT id, exercise_id, type, body, image_key, image_mime, sort_order
        FROM exercise_instructions
        WHERE exercise_id = ANY ($1)
        ORDER BY exercise_id, sort_order, id
        """,
        exercise_ids,
    )
    return grouped(rows, exercise_ids, "exercise_id")


async def contraindications_of(session: ReadSession, exercise_ids: Sequence[UUID]) -> list[list[ContraindicationRow]]:
    """Each exercise's contraindications in their order."""
    rows: list[ContraindicationRow] = await session.fetch_list(
        """
        SELECT id, exercise_id, condition, severity, description
        FROM exercise_contraindications
        WHERE exercise_id = ANY ($1)
        ORDER BY exercise_id, sort_order, id
        """,
        exercise_ids,
    )
    return grouped(rows, exercise_ids, "exercise_id")


async def images(session: ReadSession, owners: Sequence[UUID | None], keys: Sequence[str]) -> dict[str, str]:
    """The types of these picture files by key, if an instruction of one of the owners or a canonical one has them."""
    rows = await session.fetch(
        """
        SELECT DISTINCT image_key, image_mime
        FROM exercise_instructions
        WHERE image_key = ANY ($2) AND (organization_id IS NULL OR organization_id = ANY ($1))
        """,
        owners,
        keys,
    )
    return {row.image_key: row.image_mime for row in rows}


INSTRUCTION = {"type": "text", "body": "text", "image_key": "text", "image_mime": "text", "sort_order": "integer"}
CONTRAINDICATION = {
    "condition": "text",
    "condition_key": "text",
    "severity": "text",
    "description": "text",
    "sort_order": "integer",
}
"""The columns that are written, with the SQL types by which their JSON is read."""


async def replace_instructions(
    session: WriteSession, exercise: ExerciseRow, entries: Sequence[Mapping[str, Any]]
) -> int:
    """Replace an exercise's instructions. Returns the number of rows that changed."""
    return await _replace(session, exercise, "exercise_instructions", INSTRUCTION, entries)


async def replace_contraindications(
    session: WriteSession, exercise: ExerciseRow, entries: Sequence[Mapping[str, Any]]
) -> int:
    """Replace an exercise's contraindications. Returns the number of rows that changed."""
    return await _replace(session, exercise, "exercise_contraindications", CONTRAINDICATION, entries)


async def replace_all(
    session: WriteSession,
    organization_id: UUID | None,
    table: str,
    columns: Mapping[str, str],
    details: Mapping[Any, Sequence[Mapping[str, Any]]],
) -> None:
    """Replace the rows of one child table of many exercises of one scope: two statements. `details` has them by id."""
    if not details:
        return
    await session.run(f"DELETE FROM {table} WHERE exercise_id = ANY ($1)", [*details])
    await session.run(
        f"""
        INSERT INTO {table} (organization_id, exercise_id, {", ".join(columns)})
        SELECT $1, exercise_id, {", ".join(columns)}
        FROM jsonb_to_recordset($2) AS sent (exercise_id uuid, {typed(columns)})
        """,
        organization_id,
        [{"exercise_id": id, **detail} for id, entries in details.items() for detail in entries],
    )


async def touch(session: WriteSession, exercise_id: UUID) -> None:
    """Set `updated_at` of an exercise, since a child row changed."""
    await session.run("UPDATE exercises SET updated_at = now() WHERE id = $1", exercise_id)


async def _replace(
    session: WriteSession,
    exercise: ExerciseRow,
    table: str,
    columns: Mapping[str, str],
    entries: Sequence[Mapping[str, Any]],
) -> int:
    """Replace an exercise's rows of a child table. A row that is equal to an entry retains its id, at any position."""
    names = ", ".join(columns)
    stored: list[Row] = await session.fetch(
        f"SELECT id, {names} FROM {table} WHERE exercise_id = $1 ORDER BY sort_order, id", exercise.id
    )
    rows = paired(stored, entries, [name for name in columns if name != "sort_order"])
    sent = [{**entry, "id": row.id} for entry, row in zip(entries, rows, strict=True) if row is not None]
    new = [entry for entry, row in zip(entries, rows, strict=True) if row is None]
    values = ", ".join(f"sent.{name}" for name in columns)
    written = await session.run(
        f"DELETE FROM {table} WHERE exercise_id = $1 AND id <> ALL ($2)", exercise.id, [row["id"] for row in sent]
    )
    written += await session.run(
        f"""
        UPDATE {table} SET ({names}, updated_at) = ROW ({values}, now())
        FROM jsonb_to_recordset($1) AS sent (id uuid, {typed(columns)})
        WHERE {table}.id = sent.id AND ({", ".join(f"{table}.{name}" for name in columns)}) IS DISTINCT FROM ({values})
        """,
        sent,
    )
    return written + await session.run(
        f"""
        INSERT INTO {table} (exercise_id, organization_id, {names})
        SELECT $2, $3, {values}
        FROM jsonb_to_recordset($1) AS sent ({typed(columns)})
        ORDER BY sort_order
        """,
        new,
        exercise.id,
        exercise.organization_id,
    )
