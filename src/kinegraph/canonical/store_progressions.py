"""Seeding the progression graph of the shipped library, and the lock of its writers."""

from collections.abc import Mapping, Sequence
from typing import Any  # values of edges, by column

from kinegraph.kit.sessions import WriteSession, typed

EDGE = {
    "from_slug": "text",
    "to_slug": "text",
    "progression_type": "text",
    "recommended_wait": "integer",
    "sort_order": "integer",
    "readiness_indicators": "text[]",
    "transition_cues": "text[]",
    "notes": "text",
    "seed_hash": "text",
}
"""The values of an edge, with the SQL types by which their JSON is read."""

SET = ("recommended_wait", "sort_order", "readiness_indicators", "transition_cues", "notes", "seed_hash")


LOCK = "exercise_progressions"
"""The advisory lock of those who change the graph, by the API too: two edges, each of which closes no cycle, may close
one together."""


async def lock_graph(session: WriteSession) -> None:
    """Wait until nobody else changes the graph, and keep others from it until the transaction ends."""
    await session.fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", LOCK)


async def seed_progressions(session: WriteSession, edges: Sequence[Mapping[str, Any]]) -> int:
    """Upsert the edges of the library, and delete those that it has no more. Returns the number of changed rows.

    An edge is written only if it differs from the one that was last seeded, so what platform admins have edited or
    deleted since stays. Edges that they added have no hash, and stay too.
    """
    await lock_graph(session)
    joined = f"""
        jsonb_to_recordset($1) AS sent ({typed(EDGE)})
        JOIN exercises source ON source.slug = sent.from_slug AND source.organization_id IS NULL
        JOIN exercises target ON target.slug = sent.to_slug AND target.organization_id IS NULL"""
    removed = await session.run(
        f"""
        DELETE FROM exercise_progressions
        WHERE seed_hash IS NOT NULL AND (from_exercise_id, to_exercise_id, progression_type) NOT IN (
            SELECT source.id, target.id, sent.progression_type FROM {joined})
        """,  # NOT EXISTS would read the sent edges once for each stored one where there are no statistics
        edges,
    )
    columns = ", ".join(SET)
    return removed + await session.run(
        f"""
        INSERT INTO exercise_progressions (
            from_exercise_id, to_exercise_id, progression_type, difficulty_delta, {columns})
        SELECT source.id, target.id, sent.progression_type, target.difficulty - source.difficulty,
               {", ".join(f"sent.{name}" for name in SET)}
        FROM {joined}
        ON CONFLICT (from_exercise_id, progression_type, to_exercise_id)
        DO UPDATE SET ({columns}, deleted_at, updated_at)
            = ROW ({", ".join(f"excluded.{name}" for name in SET)}, NULL, now())
        WHERE exercise_progressions.seed_hash IS DISTINCT FROM excluded.seed_hash
        """,
        edges,
    )
