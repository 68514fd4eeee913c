"""Writing edges of the progression graph."""

from collections.abc import Mapping, Sequence
from typing import Any  # values of columns
from uuid import UUID

from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.layers.store_progressions import EDGE
from kinegraph.progression.rules import StoredEdge


async def edges(session: ReadSession, ids: Sequence[UUID]) -> list[StoredEdge | None]:
    """Edges by id, in key order, deleted ones too."""
    rows: list[StoredEdge] = await session.fetch(
        f"SELECT {EDGE}, edge.deleted_at FROM exercise_progressions edge WHERE edge.id = ANY ($1)", ids
    )
    return in_key_order(rows, ids)


async def closes_cycle(session: ReadSession, start: UUID, end: UUID) -> bool:
    """True if progressions lead from the end to the start."""
    found: bool = await session.fetch_value("SELECT kinegraph_closes_progression_cycle($1, $2)", start, end)
    return found


async def insert_edge(
    session: WriteSession, start: UUID, end: UUID, kind: str, values: Mapping[str, Any]
) -> UUID | None:
    """Store an edge. Returns its id; None where there is such an edge. One that was deleted is there again."""
    names, sent = ", ".join(values), ", ".join(f"${number}" for number in range(4, len(values) + 4))
    changed = ", ".join(f"excluded.{name}" for name in values)
    id: UUID | None = await session.fetch_value(
        f"""
        INSERT INTO exercise_progressions (from_exercise_id, to_exercise_id, progression_type, {names})
        VALUES ($1, $2, $3, {sent})
        ON CONFLICT (from_exercise_id, progression_type, to_exercise_id)
        DO UPDATE SET ({names}, deleted_at, updated_at) = ROW ({changed}, NULL, now())
        WHERE exercise_progressions.deleted_at IS NOT NULL
        RETURNING id
        """,
        start,
        end,
        kind,
        *values.values(),
    )
    return id


async def update_edge(session: WriteSession, id: UUID, values: Mapping[str, Any]) -> None:
    """Set columns of an edge."""
    await session.update("exercise_progressions", id, values)


async def mirror_of(session: ReadSession, edge: StoredEdge, kind: str) -> UUID | None:
    """The id of the edge in the other direction; None where there is none."""
    id: UUID | None = await session.fetch_value(
        """
        SELECT id FROM exercise_progressions
        WHERE from_exercise_id = $1 AND to_exercise_id = $2 AND progression_type = $3 AND deleted_at IS NULL
        """,
        edge.to_exercise_id,
        edge.from_exercise_id,
        kind,
    )
    return id


async def delete_edge(session: WriteSession, id: UUID) -> int:
    """Mark an edge as deleted, so that seeding does not bring it back. Returns 1, or 0 where it was before."""
    return await session.delete_softly("exercise_progressions", id)
