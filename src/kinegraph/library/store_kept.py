"""Exercises, as an organization sees them, that are kept in memory for later queries."""

from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.sessions import ReadSession
from kinegraph.library.rules import EffectiveExercise


def shelf(session: ReadSession, organization_id: UUID) -> dict[UUID, EffectiveExercise] | None:
    """What is kept of exercises as an organization sees them; None where nothing may be.

    All members of an organization see the same of its exercises, and row-level security lets nobody else see it.
    """
    viewer: Viewer | None = session.viewer
    if session.kept is None or viewer is None or viewer.organization(organization_id) is None:
        return None
    return session.kept.shelf(("library", organization_id), viewer.version(organization_id))
