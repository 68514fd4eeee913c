"""Reading the viewer and the members of organizations; caching viewers."""

import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from kinegraph.identity.rules import (
    INVALID_TOKEN,
    NOBODY,
    Membership,
    Organization,
    Role,
    User,
    Viewer,
    WantedMembers,
)
from kinegraph.kit.batches import Lists
from kinegraph.kit.cache import Cache
from kinegraph.kit.errors import TokenRefused
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.sessions import (
    Authenticate,
    CachedAuthentication,
    CachedViewer,
    ReadSession,
    contains,
)

log = logging.getLogger("kinegraph.identity")

MemberKey = tuple[UUID, UUID | None]
"""An organization, and the viewer's own id where they see only its staff and themselves (None: all members)."""


class ViewerRow(Protocol):
    """The row of `kinegraph_authenticate`: a user, their memberships, and the versions of what these were read from."""

    id: UUID
    name: str
    email: str | None
    is_platform_admin: bool
    tokens_valid_after: datetime | None
    memberships: list[dict[str, str]]
    versions: Mapping[str, str]
    state: Sequence[UUID | None]


class UserAuthentication(CachedAuthentication[Viewer]):
    """Sets a viewer by user id or by e-mail address. Raises TokenRefused where there is no such user.

    `issued_at` is the time when the token was issued, in seconds since 1970; None where there is no token. One that was
    issued before the user's tokens were revoked is refused.

    A viewer who signs in by user id is cached:

    - Key: the user's id. That is complete: the entry is the user with their memberships, and the statement that sets
      them for row-level security.
    - Validity: the statement itself compares the versions of all rows that the viewer was read from, and fails where
      one has changed (identity/__init__). So a wrong entry is never used. To spare statements that would fail, the
      entry has the markers (`_markers`) that its organizations had when it was stored. A mutation in this process
      replaces its viewer's (`invalidate`), and entries with other markers are not used; a viewer who has not changed
      is then read once more.
    - Bound: the request cache's, at BYTES_PER_MEMBERSHIP.
    """

    def __init__(self, user_id: UUID | None, email: str | None, issued_at: float | None) -> None:
        self._user_id = user_id
        self._email = email
        self._issued_at = issued_at

    @property
    def user(self) -> UUID | str | None:
        """The user's id or e-mail address, by which they are to be found."""
        return self._user_id or self._email

    @property
    def caller(self) -> str:
        """A text that identifies the user among all: the id, or the hash of the e-mail address."""
        if self._user_id is not None:
            return self._user_id.hex
        return hashlib.sha256((self._email or "").encode()).hexdigest()

    async def __call__(self, session: ReadSession) -> Viewer:
        """Read the viewer, and set them."""
        row: ViewerRow | None = await session.fetch_row(
            "SELECT * FROM kinegraph_authenticate($1, $2)", self._user_id, self._email
        )
        if row is None or self._is_revoked(row.tokens_valid_after):
            log.info("a token was refused", extra={"reason": "there is no such user" if row is None else "revoked"})
            raise TokenRefused(INVALID_TOKEN)
        user = User(row.id, row.name, row.email)
        by_organization = {m.organization.id: m for m in _memberships(user, row.memberships)}
        return Viewer(
            user, row.is_platform_admin, by_organization, row.versions, tuple(row.state), row.tokens_valid_after
        )

    def _is_revoked(self, tokens_valid_after: datetime | None) -> bool:
        """True if the token was issued before its user's tokens were revoked."""
        issued_at = self._issued_at
        return tokens_valid_after is not None and issued_at is not None and issued_at < tokens_valid_after.timestamp()

    def store(self, cache: Cache, viewer: Viewer) -> None:
        """Cache a viewer who signed in by user id, if everything that they were read from has a version."""
        versions = [version for version in viewer.state if version is not None]
        if self._user_id is None or len(versions) < len(viewer.state):
            return
        entry = CachedViewer(set_viewer(viewer, versions), viewer), _markers(cache, viewer)
        cache.put(("viewer", self._user_id), None, entry, BYTES_PER_MEMBERSHIP * (1 + len(viewer.by_organization)))

    def cached(self, cache: Cache) -> CachedViewer[Viewer] | None:
        """The cached viewer; None where there is none, or this process has written for their organizations since."""
        entry = None if self._user_id is None else cache.get(("viewer", self._user_id))
        if entry is None:
            return None
        cached: CachedViewer[Viewer] = entry[0]
        if self._is_revoked(cached.viewer.tokens_valid_after):
            return None  # to be refused when they are read
        return cached if _markers(cache, cached.viewer) == entry[1] else None

    def invalidate(self, cache: Cache, viewer: Viewer) -> None:
        """Put new markers for the organizations of a viewer who has written; of a platform admin, also of all."""
        organizations: list[UUID | None] = [*viewer.by_organization, *([None] if viewer.is_platform_admin else [])]
        for organization in organizations:
            cache.put(("change", organization), None, object(), 0)


async def authenticate_nobody(session: ReadSession) -> Viewer:
    """The viewer of a request without a token: none is set for row-level security."""
    return NOBODY


BYTES_PER_MEMBERSHIP = 640
"""Memory of a cached viewer for each of their organizations, and once more for the user. Measured."""


def _markers(cache: Cache, viewer: Viewer) -> list[object]:
    """The markers of all viewers (key None) and of each organization of this one, to be compared by identity.

    A marker is an object without content in the request cache. It is missing (None) until `invalidate` puts one.
    """
    return [cache.peek(("change", organization)) for organization in (None, *viewer.by_organization)]


def set_viewer(viewer: Viewer, versions: Sequence[UUID]) -> str:
    """The statement that sets a viewer for row-level security, and fails where their versions are not these.

    It is sent with BEGIN in one message, which cannot have arguments. Only ids are quoted in it.
    """
    organizations, coached = _array(sorted(viewer.by_organization)), _array(sorted(viewer.coached()))
    admin = "on" if viewer.is_platform_admin else "off"
    return (
        f"CALL kinegraph_set_viewer('{UUID(int=viewer.user.id.int)}', '{organizations}', '{coached}', '{admin}',"
        f" '{_array(versions)}')"
    )


def _array(ids: Sequence[UUID]) -> str:
    """Ids as an array literal, as PostgreSQL itself writes it."""
    return "{" + ",".join(str(UUID(int=id.int)) for id in ids) + "}"


def authenticate_as(
    user_id: UUID | None = None, email: str | None = None, *, issued_at: float | None = None
) -> Authenticate[Viewer]:
    """The authentication of a user, by id or by e-mail address; `issued_at` as UserAuthentication has it."""
    return UserAuthentication(user_id, email, issued_at)


async def act_for_organization(session: ReadSession, organization_id: UUID) -> None:
    """Let a transaction of the worker read and write what the coaches of one organization may."""
    await act_for_organizations(session, [organization_id])


async def act_for_organizations(session: ReadSession, organization_ids: Iterable[UUID]) -> None:
    """Let a transaction of the worker read and write what the coaches of these organizations may."""
    await session.fetch(
        "SELECT set_config('kinegraph.organizations', $1, true), set_config('kinegraph.coached', $1, true)",
        f"{{{','.join(map(str, organization_ids))}}}",
    )


async def versions_of_everything(session: ReadSession) -> tuple[UUID, ...]:
    """The versions of the kind `everything` that the viewer sees: of the canonical rows, and of each organization."""
    rows = await session.fetch("SELECT version FROM versions WHERE kind = 'everything' ORDER BY organization_id")
    return tuple(row.version for row in rows)


def _memberships(user: User, entries: list[dict[str, str]]) -> list[Membership]:
    return [
        Membership(
            user,
            Organization(
                UUID(entry["id"]),
                entry["name"],
                entry["slug"],
                bool(entry["members_see_library"]),
                bool(entry["members_see_each_other"]),
            ),
            Role(entry["role"]),
        )
        for entry in entries
    ]


async def members(session: ReadSession, organization_ids: Sequence[UUID], user_ids: Sequence[UUID]) -> set[UUID]:
    """The users, of these, who belong to one of the organizations."""
    rows = await session.fetch(
        """
        SELECT user_id
        FROM memberships
        WHERE organization_id = ANY ($1) AND user_id = ANY ($2) AND deleted_at IS NULL
        """,
        organization_ids,
        user_ids,
    )
    return {row.user_id for row in rows}


async def member_pages(
    session: ReadSession, keys: Sequence[MemberKey], window: Window, wanted: WantedMembers
) -> list[Page]:
    """A page of each organization's members, by name."""
    columns = "m.organization_id, m.role, u.id, u.name, u.name_key, u.email"
    return await _members(keys, wanted).pages(session, window, columns, {"u.name_key": "text", "u.id": "uuid"})


async def member_counts(session: ReadSession, keys: Sequence[MemberKey], wanted: WantedMembers) -> list[int]:
    """The number of each organization's members that the viewer sees."""
    return await _members(keys, wanted).counts(session)


def _members(keys: Sequence[MemberKey], wanted: WantedMembers) -> Lists:
    """The members of each organization that the viewer sees, with one of the roles, whose name matches.

    Where the viewer sees an e-mail address, it may match instead.
    """
    lists = Lists(
        "memberships m JOIN users u ON u.id = m.user_id",
        "m.organization_id = list.organization_id",
        "m.deleted_at IS NULL",
        "(list.member_id IS NULL OR m.role <> 'member' OR m.user_id = list.member_id)",
        organization_id=[organization for organization, _ in keys],
        member_id=[member_id for _, member_id in keys],
    )
    if wanted.roles is not None:
        lists.conditions.append(f"m.role = ANY ({lists.arguments.bind([*wanted.roles], 'membership_role[]')})")
    if wanted.q is not None:
        q = lists.arguments.bind(wanted.q, "text")
        is_readable = "(list.member_id IS NULL OR u.id = list.member_id)"
        lists.conditions.append(f"({contains('u.name', q)} OR {is_readable} AND {contains('u.email', q)})")
    return lists
