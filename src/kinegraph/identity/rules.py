"""The viewer, and their roles in organizations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol  # Any: values of an input, by name
from uuid import UUID

from kinegraph.kit.checks import Checks, parse_key

INVALID_TOKEN = "The token is not valid: sign in again, and send it as `Authorization: Bearer <token>`."
"""The message about every token that is refused. Why it is refused stands in the log alone."""


class Role(StrEnum):
    """A user's role in an organization."""

    OWNER = "owner"
    ADMIN = "admin"
    COACH = "coach"
    MEMBER = "member"


@dataclass(slots=True)
class User:
    """A person. `organization_id` is the organization that they are shown in: its coaches see their e-mail address."""

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
    members_see_each_other: bool = False
    """Whether members see other members' comments."""


@dataclass(frozen=True, slots=True)
class Membership:
    """One user's role in one organization."""

    user: User
    organization: Organization
    role: Role


@dataclass(frozen=True, slots=True)
class Viewer:
    """The signed-in user, and their memberships by organization."""

    user: User
    is_platform_admin: bool
    by_organization: Mapping[UUID, Membership]
    versions: Mapping[str, str] = field(default_factory=dict)
    """The versions of their organizations' libraries, by id, and of the canonical library (""), in one snapshot."""
    state: tuple[UUID | None, ...] = ()
    """The versions of everything that the viewer was read from: theirs, then those of the libraries; None for none."""
    tokens_valid_after: datetime | None = None
    """Tokens that were issued before this moment are refused; None where none were revoked."""

    def version(self, organization_id: UUID) -> tuple[str | None, str | None]:
        """The versions of the canonical library and of the organization's: equal ones mean equal exercises."""
        return self.versions.get(""), self.versions.get(str(organization_id))

    @property
    def memberships(self) -> list[Membership]:
        """The memberships, by name of the organization."""
        return list(self.by_organization.values())

    def organization(self, organization_id: UUID) -> Organization | None:
        """The organization; None if the viewer does not belong to it."""
        membership = self.by_organization.get(organization_id)
        return membership.organization if membership else None

    def organization_called(self, slug: str) -> Organization | None:
        """The organization with this slug; None if the viewer belongs to none."""
        return next((m.organization for m in self.by_organization.values() if m.organization.slug == slug), None)

    def coaches(self, organization_id: UUID) -> bool:
        """True if the viewer has coach access to the organization: as owner, admin or coach."""
        membership = self.by_organization.get(organization_id)
        return membership is not None and membership.role is not Role.MEMBER

    def sees_library(self, organization_id: UUID) -> bool:
        """True if the viewer may browse the organization's library; members only if its setting allows it."""
        organization = self.organization(organization_id)
        return organization is not None and (self.coaches(organization_id) or organization.members_see_library)

    def coached(self) -> list[UUID]:
        """The ids of the organizations to which the viewer has coach access."""
        return [id for id in self.by_organization if self.coaches(id)]


NOBODY = Viewer(User(UUID(int=0), "", None), is_platform_admin=False, by_organization={})
"""The viewer of a request without a token, which sees the canonical library alone."""


def viewer_id(user_id: UUID) -> str:
    """The id of a viewer, which is not that of their user: an id stands for one object."""
    return f"viewer:{user_id}"


def viewer_key(id: str) -> UUID | None:
    """The user of a viewer's id; None for other ids."""
    prefix, _, user_id = id.partition(":")
    return parse_key(user_id) if prefix == "viewer" else None


def membership_id(organization_id: UUID, user_id: UUID) -> str:
    """The id of a membership."""
    return f"membership:{organization_id}:{user_id}"


def membership_key(id: str) -> tuple[UUID, UUID] | None:
    """The organization and the user of a membership's id; None for other ids."""
    prefix, _, ids = id.partition(":")
    organization, user = map(parse_key, ids.partition(":")[::2])
    return (organization, user) if prefix == "membership" and organization and user else None


class Member(Protocol):
    """A user as a member of an organization."""

    organization_id: UUID
    role: str
    id: UUID
    name: str
    email: str | None


@dataclass(frozen=True, slots=True)
class WantedMembers:
    """The conditions of a list of members, which hold together; None is no condition."""

    q: str | None = None
    """Part of the name, or of the e-mail address where the viewer sees it."""
    roles: tuple[str, ...] | None = None


def checked_filter(role: str | None, values: Mapping[str, Any]) -> WantedMembers:
    """Check the values of a filter of members; `role` is a condition beside it. Raises Refused."""
    checks = Checks()
    sent = values.get("q")
    q = None if sent is None else checks.text(sent, ("filter", "q"), 200, empty=True) or None
    checks.done()
    roles = values.get("role") or None
    if role is not None:
        roles = [each for each in roles or (role,) if each == role]
    return WantedMembers(q, None if roles is None else tuple(roles))
