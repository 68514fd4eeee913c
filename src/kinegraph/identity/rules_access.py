"""Refusing whoever may not do a thing."""

from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.errors import Forbidden, NotFound


def require_coach(viewer: Viewer, organization_id: UUID, *path: str) -> None:
    """Refuse whoever has no coach access. To outsiders the organization does not exist."""
    if organization_id not in viewer.by_organization:
        raise NotFound("You belong to no such organization.", *path)
    if not viewer.coaches(organization_id):
        raise Forbidden("Only owners, admins and coaches of the organization may do this.", *path)


def require_owner(viewer: Viewer, organization_id: UUID | None, message: str, *path: str) -> None:
    """What is global is written by platform admins (`message` tells others), an organization's own by its coaches."""
    if organization_id is None:
        require_platform_admin(viewer, message, *path)
    else:
        require_coach(viewer, organization_id, *path)


def require_platform_admin(viewer: Viewer, message: str, *path: str) -> None:
    """Refuse whoever is no platform admin."""
    if not viewer.is_platform_admin:
        raise Forbidden(message, *path)


def is_coached(viewer: Viewer, owner: UUID | None) -> bool:
    """Whether the viewer has a coach's say about a row: of its organization, or of any where it is canonical."""
    return viewer.coaches(owner) if owner else viewer.is_platform_admin or bool(viewer.coached())
