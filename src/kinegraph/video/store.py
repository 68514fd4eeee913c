"""Reading and writing votes on videos, and the suggestions in an exercise's row."""

from collections.abc import Mapping, Sequence
from typing import Any  # a suggestion is JSON
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.sessions import ReadSession, WriteSession


async def votes(session: ReadSession[Viewer], exercise_ids: Sequence[UUID]) -> list[bool | None]:
    """The viewer's own vote on each exercise's video; None where they have none."""
    rows = await session.fetch(
        "SELECT exercise_id, is_positive FROM exercise_video_votes WHERE exercise_id = ANY ($1) AND user_id = $2",
        exercise_ids,
        session.viewer.user.id,
    )
    found = {row.exercise_id: row.is_positive for row in rows}
    return [found.get(id) for id in exercise_ids]


async def vote(session: WriteSession[Viewer], exercise_id: UUID, is_positive: bool | None) -> None:
    """Set the viewer's vote, or delete it (None); a trigger updates the counts in the exercise's row."""
    if is_positive is None:
        await session.run(
            "DELETE FROM exercise_video_votes WHERE exercise_id = $1 AND user_id = $2",
            exercise_id,
            session.viewer.user.id,
        )
        return
    await session.run(
        """
        INSERT INTO exercise_video_votes AS stored (exercise_id, user_id, is_positive)
        VALUES ($1, $2, $3)
        ON CONFLICT (exercise_id, user_id) DO UPDATE
        SET is_positive = excluded.is_positive, updated_at = now()
        WHERE stored.is_positive <> excluded.is_positive
        """,
        exercise_id,
        session.viewer.user.id,
        is_positive,
    )


async def suggest(session: WriteSession, exercise_id: UUID, suggestion: Mapping[str, Any], max_suggestions: int) -> str:
    """Add a suggestion. Returns `added`, or the reason why it was not: `duplicate`, `current`, `rejected` or `full`."""
    outcome: str = await session.fetch_value(
        "SELECT kinegraph_suggest_video($1, $2, $3)", exercise_id, dict(suggestion), max_suggestions
    )
    return outcome


async def remove_suggestion(session: WriteSession, exercise_id: UUID, id: str, *, rejected: bool) -> None:
    """Remove a suggestion from the list; a rejected one cannot be suggested again."""
    await session.run(
        """
        UPDATE exercises
        SET video_candidates = coalesce((
                SELECT jsonb_agg(suggestion) FROM jsonb_array_elements(video_candidates) AS suggestion
                WHERE suggestion ->> 'id' <> $2), '[]'),
            video_rejected_ids = CASE WHEN $3 THEN array_append(array_remove(video_rejected_ids, $2), $2)
                                      ELSE video_rejected_ids END,
            updated_at = now()
        WHERE id = $1
        """,
        exercise_id,
        id,
        rejected,
    )
