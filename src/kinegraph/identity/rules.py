"""Who is asking: the viewer, and their roles in organizations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a user is in an organization."""

    OWNER = "owner"
    ADMIN = "admin"
    COACH = "coach"
    MEMBER = "member"


@dataclass(slots=True)
class User:
    """A person; `organization_id` is where the viewer meets them, which decides whether their e-mail is shown."""

    id: UUID
    name: str
    email: str | None
    organization_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Organization:
    """A gym, a team, a clinic."""

    id: UUID
    name: str
    slug: str
    members_see_library: bool


@dataclass(frozen=True, slots=True)
class Membership:
    """One user's role in one organization."""

    user: User
    organization: Organization
    role: Role


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is asking, and the organizations they belong to."""

    user: User
    is_platform_admin: bool
    by_organization: Mapping[UUID, Membership]
    versions: Mapping[str, str] = field(default_factory=dict)
    """Of each of their organizations' libraries, by its id, and of the canonical one (""); in one snapshot."""

    def version(self, organization_id: UUID) -> tuple[str | None, str | None]:
        """What an organization sees of exercises is the same wherever this is: the versions of both libraries."""
        return self.versions.get(""), self.versions.get(str(organization_id))

    @property
    def memberships(self) -> list[Membership]:
        """In the order of the organizations' names."""
        return list(self.by_organization.values())

    def organization(self, organization_id: UUID) -> Organization | None:
        """The organization, if the viewer belongs to it."""
        membership = self.by_organization.get(organization_id)
        return membership.organization if membership else None

    def coaches(self, organization_id: UUID) -> bool:
        """Whether the viewer has coach access: owner, admin or coach."""
        membership = self.by_organization.get(organization_id)
        return membership is not None and membership.role is not Role.MEMBER

    def sees_library(self, organization_id: UUID) -> bool:
        """Whether the viewer may browse the organization's library; members where its setting allows it."""
        organization = self.organization(organization_id)
        return organization is not None and (self.coaches(organization_id) or organization.members_see_library)

    def coached(self) -> list[UUID]:
        """The organizations where the viewer has coach access."""
        return [id for id in self.by_organization if self.coaches(id)]
