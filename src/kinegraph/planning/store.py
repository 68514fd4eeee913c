"""Finding the plan whose working copy has a session or an exercise."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.sessions import ReadSession


async def plan_of(session: ReadSession[Viewer], ids: Sequence[UUID]) -> UUID | None:
    """The plan of the first of these sessions and exercises that is stored, of those that the viewer coaches.

    The plan may be deleted softly.
    """
    id: UUID | None = await session.fetch_value(
        """
        SELECT s.plan_id
        FROM unnest($1::uuid[]) WITH ORDINALITY AS anchor (id, position)
        JOIN treatment_plan_sessions s
            ON s.id = coalesce(
                (SELECT x.session_id FROM treatment_plan_session_exercises x WHERE x.id = anchor.id), anchor.id)
        WHERE s.organization_id = ANY ($2)
        ORDER BY anchor.position
        LIMIT 1
        """,
        ids,
        session.viewer.coached(),
    )
    return id
