"""Reading the progression graph; a copy has the edges of its nearest canonical source."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.exercise.rules import ExerciseRow
from kinegraph.exercise.store import by_ids
from kinegraph.kit.rows import grouped, in_key_order
from kinegraph.kit.sessions import ReadSession
from kinegraph.layers.rules import ProgressionRow
from kinegraph.layers.store import chain_to
from kinegraph.layers.store_groups import several

EDGE = """edge.id, edge.from_exercise_id, edge.to_exercise_id, edge.progression_type, edge.difficulty_delta,
               edge.recommended_wait, edge.sort_order, edge.readiness_indicators, edge.transition_cues, edge.notes,
               edge.updated_at"""
"""The columns of an edge between exercises that are published."""


async def progressions_of(
    session: ReadSession, exercise_ids: Sequence[UUID], progression_type: str | None = None
) -> list[list[ProgressionRow]]:
    """The edges that leave each exercise, in their order; of a copy those of its nearest canonical source."""
    rows: list[ProgressionRow] = await session.fetch_list(
        f"""
        WITH RECURSIVE {chain_to("(SELECT from_exercise_id AS exercise_id FROM exercise_progressions)")}
        SELECT chain.exercise_id, {EDGE}
        FROM chain
        JOIN exercise_progressions edge ON edge.from_exercise_id = chain.id AND edge.deleted_at IS NULL
        JOIN exercises target ON target.id = edge.to_exercise_id
        WHERE target.deleted_at IS NULL AND target.status = 'published'
          AND ($2::text IS NULL OR edge.progression_type = $2)
        ORDER BY chain.exercise_id, chain.distance, edge.sort_order, edge.id
        """,
        exercise_ids,
        progression_type,
    )
    return grouped(rows, exercise_ids, "exercise_id")


async def edges(session: ReadSession, ids: Sequence[UUID]) -> list[ProgressionRow | None]:
    """Edges by id, in key order."""
    rows: list[ProgressionRow] = await session.fetch(
        f"SELECT {EDGE} FROM exercise_progressions edge WHERE edge.id = ANY ($1) AND edge.deleted_at IS NULL", ids
    )
    return in_key_order(rows, ids)


async def chains_of(session: ReadSession, exercise_ids: Sequence[UUID], depth: int) -> list[list[UUID]]:
    """The ids of the exercises that the first progressions lead to from each exercise, at most `depth`, no cycles."""
    rows = await session.fetch(
        """
        WITH RECURSIVE chain (start, id, path) AS (
            SELECT start, start, ARRAY[start] FROM unnest($1::uuid[]) AS start
            UNION ALL
            SELECT chain.start, harder.id, chain.path || harder.id
            FROM chain
            CROSS JOIN LATERAL (
                SELECT edge.to_exercise_id AS id
                FROM exercise_progressions edge
                JOIN exercises target ON target.id = edge.to_exercise_id
                WHERE edge.from_exercise_id = chain.id AND edge.progression_type = 'progression'
                  AND edge.deleted_at IS NULL AND target.deleted_at IS NULL AND target.status = 'published'
                ORDER BY edge.sort_order, edge.id
                LIMIT 1
            ) AS harder
            WHERE cardinality(chain.path) <= $2 AND harder.id <> ALL (chain.path)
        )
        SELECT DISTINCT ON (start) start, path[2:] AS path
        FROM chain
        ORDER BY start, cardinality(path) DESC
        """,
        exercise_ids,
        depth,
    )
    found = {row.start: row.path for row in rows}
    return [found[id] for id in exercise_ids]


async def harder_exercises(session: ReadSession, exercise_ids: Sequence[UUID], depth: int) -> list[list[ExerciseRow]]:
    """The exercises of the chain of progressions from each exercise: two statements."""
    chains = await chains_of(session, exercise_ids, depth)
    return await several(session, by_ids, chains)
