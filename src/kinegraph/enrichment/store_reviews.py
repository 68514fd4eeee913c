"""Storing what reviewers decided about proposed aliases."""

from collections.abc import Sequence
from typing import Any  # rows to write, as JSON
from uuid import UUID

from kinegraph.kit.sessions import WriteSession


async def decide(session: WriteSession, reviewer_id: UUID, decisions: Sequence[dict[str, Any]]) -> None:
    """Store decisions: each has the proposal's id, its new state and its text. An accepted one is an alias now."""
    await session.run(
        """
        UPDATE alias_proposals p
        SET state = decided.state::alias_state, text = decided.text, reviewed_by_user_id = $1, reviewed_at = now(),
            applied_at = CASE WHEN decided.state = 'accepted' THEN coalesce(p.applied_at, now()) END
        FROM jsonb_to_recordset($2) AS decided (id uuid, state text, text text)
        WHERE p.id = decided.id
        """,
        reviewer_id,
        decisions,
    )
