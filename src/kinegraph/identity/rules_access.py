"""Access: refusals for viewers who may not do something (docs/domain.md, Access)."""

from uuid import UUID

from kinegraph.identity.rules import Role, Viewer
from kinegraph.kit.errors import Forbidden, NotFound


def require_member(viewer: Viewer, organization_id: UUID | None, *path: str) -> None:
    """Raise NotFound for outsiders of an organization: to them it does not exist."""
    if organization_id not in viewer.by_organization:
        raise NotFound("You belong to no such organization.", *path)


def require_coach(viewer: Viewer, organization_id: UUID, *path: str) -> None:
    """Raise Forbidden without coach access, and NotFound for outsiders."""
    require_member(viewer, organization_id, *path)
    if not viewer.coaches(organization_id):
        raise Forbidden("Only owners, admins and coaches of the organization may do this.", *path)


def require_administrator(viewer: Viewer, organization_id: UUID, *path: str) -> None:
    """Raise Forbidden unless the viewer is owner or admin of the organization, and NotFound for outsiders."""
    require_member(viewer, organization_id, *path)
    if viewer.by_organization[organization_id].role not in (Role.OWNER, Role.ADMIN):
        raise Forbidden("Only owners and admins of the organization may do this; ask one of them.", *path)


def require_editor_of_row(viewer: Viewer, organization_id: UUID | None, message: str, *path: str) -> None:
    """Require coach access for an organization's row, and a platform admin for a global one (else `message`)."""
    if organization_id is None:
        require_platform_admin(viewer, message, *path)
    else:
        require_coach(viewer, organization_id, *path)


def require_platform_admin(viewer: Viewer, message: str, *path: str) -> None:
    """Raise Forbidden unless the viewer is a platform admin."""
    if not viewer.is_platform_admin:
        raise Forbidden(message, *path)


def is_coached(viewer: Viewer, owner: UUID | None) -> bool:
    """True if the viewer coaches the row's organization; of a canonical row, any organization, or is platform admin."""
    return viewer.coaches(owner) if owner else viewer.is_platform_admin or bool(viewer.coached())
