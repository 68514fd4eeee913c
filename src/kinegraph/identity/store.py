"""Reading who is asking and who belongs to an organization."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.identity.rules import Membership, Organization, Role, User, Viewer
from kinegraph.kit.batches import pages_of
from kinegraph.kit.cache import Cache
from kinegraph.kit.errors import Unauthenticated
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.sessions import Authenticate, CachedAuthentication, CachedViewer, ReadSession

MemberKey = tuple[UUID, UUID | None]
"""An organization, and the viewer's own id where they see only staff and themselves (None: everybody)."""


class UserAuthentication(CachedAuthentication[Viewer]):
    """Sets a viewer by user id or by e-mail. Raises Unauthenticated where there is no such user.

    Cached under the user's id is the viewer, with the statement that sets them again as long as nothing of them has
    changed: the database itself says where something has. There is no version; `invalidate` only saves asking in vain.
    """

    def __init__(self, user_id: UUID | None, email: str | None) -> None:
        self._user_id = user_id
        self._email = email
        self._state: Sequence[UUID] = ()

    async def __call__(self, session: ReadSession) -> Viewer:
        """Set the viewer by a query."""
        row = await session.fetch_row("SELECT * FROM kinegraph_enter($1, $2)", self._user_id, self._email)
        if row is None:
            raise Unauthenticated("The token's user does not exist.")
        user = User(row.id, row.name, row.email)
        belongs = {m.organization.id: m for m in _memberships(user, row.memberships)}
        self._state = row.state
        return Viewer(user, row.is_platform_admin, belongs, row.versions)

    def store(self, cache: Cache, viewer: Viewer) -> None:
        """Cache viewers who sign in by their id."""
        if self._user_id is None or None in self._state:
            return
        entry = CachedViewer(set_viewer(viewer, self._state), viewer), _changes(cache, viewer)
        cache.put(("viewer", self._user_id), None, entry, BYTES_PER_MEMBERSHIP * (1 + len(viewer.by_organization)))

    def cached(self, cache: Cache) -> CachedViewer[Viewer] | None:
        """The viewer of a user id; an e-mail address is looked up each time."""
        entry = None if self._user_id is None else cache.get(("viewer", self._user_id))
        if entry is None:
            return None
        cached: CachedViewer[Viewer] = entry[0]
        return cached if _changes(cache, cached.viewer) == entry[1] else None

    def invalidate(self, cache: Cache, viewer: Viewer) -> None:
        """Evict members of the viewer's organizations; where a platform admin wrote, everybody."""
        organizations: list[UUID | None] = [*viewer.by_organization, *([None] if viewer.is_platform_admin else [])]
        for organization in organizations:
            cache.put(("change", organization), None, object(), 0)


BYTES_PER_MEMBERSHIP = 640
"""What a viewer takes in memory for each organization that they belong to, and once more. Measured."""


def _changes(cache: Cache, viewer: Viewer) -> list[object]:
    """What tells whether this process has written for one of the viewer's organizations since."""
    return [cache.peek(("change", organization)) for organization in (None, *viewer.by_organization)]


def set_viewer(viewer: Viewer, versions: Sequence[UUID]) -> str:
    """The statement that sets a viewer for row-level security as long as the versions of what they see are these.

    It goes with BEGIN in one message, which has no place for arguments; whatever is quoted here are our own ids.
    """
    organizations, coached = _array(sorted(viewer.by_organization)), _array(sorted(viewer.coached()))
    admin = "on" if viewer.is_platform_admin else "off"
    return (
        f"CALL kinegraph_set_viewer('{UUID(int=viewer.user.id.int)}', '{organizations}', '{coached}', '{admin}',"
        f" '{_array(versions)}')"
    )


def _array(ids: Sequence[UUID]) -> str:
    """Ids as an array literal, spelled as PostgreSQL does."""
    return "{" + ",".join(str(UUID(int=id.int)) for id in ids) + "}"


def authenticate_as(user_id: UUID | None = None, email: str | None = None) -> Authenticate[Viewer]:
    """A session's viewer by user id or by e-mail."""
    return UserAuthentication(user_id, email)


def _memberships(user: User, entries: list[dict[str, str]]) -> list[Membership]:
    return [
        Membership(
            user,
            Organization(UUID(entry["id"]), entry["name"], entry["slug"], bool(entry["members_see_library"])),
            Role(entry["role"]),
        )
        for entry in entries
    ]


async def members(session: ReadSession, organization_id: UUID, user_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these users who belong to the organization."""
    rows = await session.fetch(
        """
        SELECT user_id
        FROM memberships
        WHERE organization_id = $1 AND user_id = ANY ($2) AND deleted_at IS NULL
        """,
        organization_id,
        user_ids,
    )
    return {row.user_id for row in rows}


async def member_pages(session: ReadSession, keys: Sequence[MemberKey], window: Window, role: str | None) -> list[Page]:
    """A page of each organization's members, by name."""
    rows = await session.fetch(
        """
        SELECT wanted.place, member.*
        FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS wanted (organization_id, alone, place)
        CROSS JOIN LATERAL (
            SELECT m.organization_id, m.role, u.id, u.name, u.email
            FROM memberships m
            JOIN users u ON u.id = m.user_id
            WHERE m.organization_id = wanted.organization_id
              AND m.deleted_at IS NULL
              AND ($3::membership_role IS NULL OR m.role = $3)
              AND (wanted.alone IS NULL OR m.role <> 'member' OR m.user_id = wanted.alone)
              AND ($4::text IS NULL OR (u.name, u.id) > ($4, $5::uuid))
            ORDER BY u.name, u.id
            LIMIT $6
        ) AS member
        ORDER BY wanted.place, member.name, member.id
        """,
        [organization for organization, _ in keys],
        [alone for _, alone in keys],
        role,
        window.sort_value(0),
        window.sort_value(1),
        window.first + 1,
    )
    return pages_of(rows, keys, window, "name", "id")


async def member_counts(session: ReadSession, keys: Sequence[MemberKey], role: str | None) -> list[int]:
    """How many members each organization has, as far as the viewer sees them."""
    rows = await session.fetch(
        """
        SELECT (SELECT count(*)
                FROM memberships m
                WHERE m.organization_id = wanted.organization_id
                  AND m.deleted_at IS NULL
                  AND ($3::membership_role IS NULL OR m.role = $3)
                  AND (wanted.alone IS NULL OR m.role <> 'member' OR m.user_id = wanted.alone)) AS members
        FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS wanted (organization_id, alone, place)
        ORDER BY wanted.place
        """,
        [organization for organization, _ in keys],
        [alone for _, alone in keys],
        role,
    )
    return [row.members for row in rows]
