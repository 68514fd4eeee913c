"""Reading what authorizes a subscription."""

from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.sessions import ReadSession
from kinegraph.workout.store import reachable, visible


async def sees_workout(session: ReadSession[Viewer], id: UUID) -> bool:
    """True if the viewer sees the workout."""
    return await _has_workout(session, id, visible("$2", "$3"))


async def may_comment(session: ReadSession[Viewer], id: UUID) -> bool:
    """True if the viewer may comment on the workout, and sees its comments."""
    return await _has_workout(session, id, reachable("$2", "$3"))


async def _has_workout(session: ReadSession[Viewer], id: UUID, condition: str) -> bool:
    viewer: Viewer = session.viewer
    found: bool = await session.fetch_value(
        f"SELECT EXISTS (SELECT FROM workouts w WHERE w.id = $1 AND {condition})", id, viewer.coached(), viewer.user.id
    )
    return found


async def coaches_person(session: ReadSession[Viewer], person_id: UUID, organization_id: UUID | None) -> bool:
    """True if a person belongs to an organization that the viewer coaches; to this one, where it is given."""
    coached = [id for id in session.viewer.coached() if organization_id in (None, id)]
    found: bool = await session.fetch_value(
        """
        SELECT EXISTS (SELECT FROM memberships m
                       WHERE m.user_id = $1 AND m.organization_id = ANY ($2) AND m.deleted_at IS NULL)
        """,
        person_id,
        coached,
    )
    return found
