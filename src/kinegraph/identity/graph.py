"""Users, memberships, organizations and the viewer, as the API shows them."""

from typing import Annotated, Any, cast  # Any: objects are read by field name
from uuid import UUID

import strawberry
from strawberry import UNSET

from kinegraph.identity import rules, store, store_nodes
from kinegraph.kit.checks import Checks
from kinegraph.kit.connections import Before, Connection, Last, page_window
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import Node, edge, field, given, node

described_enum(
    rules.Role,
    "What a user is in an organization. Owners, admins and coaches have coach access.",
    OWNER="Runs the organization; coach access.",
    ADMIN="Administers the organization; coach access.",
    COACH="Coach or clinician: writes exercises, overrides, workouts, plans.",
    MEMBER="Athlete or patient: reads what is assigned to them, comments on it, logs it.",
)

First = Annotated[int | None, strawberry.argument(description="Rows in the page, 0 to 100; null is the default.")]
After = Annotated[str | None, strawberry.argument(description="Cursor of the row to go on behind.")]
OrganizationId = Annotated[strawberry.ID, strawberry.argument(description="The organization's id.")]


def _viewer_id(root: strawberry.Parent[rules.Viewer]) -> strawberry.ID:
    return strawberry.ID(rules.viewer_id(root.user.id))


def _membership_id(root: strawberry.Parent[Any]) -> strawberry.ID:
    is_own = isinstance(root, rules.Membership)
    organization, user = (root.organization.id, root.user.id) if is_own else (root.organization_id, root.id)
    return strawberry.ID(rules.membership_id(organization, user))


@node(store_nodes.people, "users")
@strawberry.type(description="A person: coach, athlete, clinician, patient.")
class User(Node):
    organization_id: strawberry.Private[UUID]
    id: strawberry.ID = strawberry.field(description="The user's id, the `sub` of their tokens.")
    name: str = strawberry.field(description="The name to show, 1 to 255 characters; not unique.")

    @field("E-mail address; shown to the person and to coaches of a shared organization, else null.")
    async def email(root: strawberry.Parent[Any], info: Info) -> str | None:
        viewer: rules.Viewer = await info.context.viewer()
        organization_id = root.organization_id
        is_shown = root.id == viewer.user.id or (organization_id is not None and viewer.coaches(organization_id))
        email: str | None = root.email
        return email if is_shown else None


@node(store_nodes.memberships, parse=rules.membership_key)
@strawberry.type(description="One user's role in one organization.")
class Membership(Node):
    organization_id: strawberry.Private[UUID]

    id: strawberry.ID = strawberry.field(
        resolver=_membership_id, description="The membership's id: the same for the same user and organization."
    )

    role: rules.Role = strawberry.field(description="What the user is there.")

    @field("The user who belongs to the organization.")
    def user(root: strawberry.Parent[Any]) -> User:
        return cast(User, root.user if isinstance(root, rules.Membership) else root)

    @field("The organization that the user belongs to.")
    async def organization(root: strawberry.Parent[Any], info: Info) -> "Organization":
        if isinstance(root, rules.Membership):
            return root.organization  # type: ignore[return-value]  # read by field name
        viewer: rules.Viewer = await info.context.viewer()
        return viewer.organization(root.organization_id)  # type: ignore[return-value]  # read by field name


@strawberry.input(
    description="What a list of members is narrowed to. All conditions hold together; null is no condition."
)
class MemberFilter:
    q: str | None = strawberry.field(
        default=UNSET,
        description="Part of the name, or of the e-mail address where the caller sees it; case and accents do not "
        "count. At most 200 characters.",
    )
    role: list[rules.Role] | None = strawberry.field(
        default=UNSET, description="People with any of these roles; an empty list is no condition."
    )


@node(store_nodes.organizations, "organizations")
@strawberry.type(description="A gym, team or clinic: what belongs to it is seen by its own people only.")
class Organization(Node):
    id: strawberry.ID = strawberry.field(description="The organization's id.")
    name: str = strawberry.field(description="The name to show, 1 to 255 characters; not unique, the slug is.")
    slug: str = strawberry.field(description="Short name, unique, for addresses.")
    members_see_each_other: bool = strawberry.field(
        description="Whether members see other members' comments; off by default, since a name may be health data."
    )
    members_see_library: bool = strawberry.field(
        description="Whether members browse the library, which is empty for them where it is off; on by default."
    )

    @field("The people in it, by name. Members see its staff and themselves only.")
    async def members(
        root: strawberry.Parent[Any],
        info: Info,
        role: Annotated[rules.Role | None, strawberry.argument(description="Only people with this role.")] = None,
        filter: Annotated[MemberFilter | None, strawberry.argument(description="What the list is narrowed to.")] = None,
        first: First = 50,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Membership]:
        viewer: rules.Viewer = await info.context.viewer()
        member_id = None if viewer.coaches(root.id) else viewer.user.id
        page = page_window(info, "members", 50, (str, UUID), first, after, last, before)
        wanted = rules.checked_filter(role and role.value, given(filter) if filter else {})
        found: Connection[Membership] = await info.context.page(
            store.member_pages, store.member_counts, (root.id, member_id), page, wanted=wanted
        )
        return found


def organization_edge(description: str) -> Any:
    """Declare a field for the parent row's organization. The viewer belongs to it, or would not see the row."""
    return edge(store_nodes.organizations, "organization_id", description)


@node(store_nodes.viewers, parse=rules.viewer_key)
@strawberry.type(description="The user of the bearer token, and where they belong.")
class Viewer(Node):
    id: strawberry.ID = strawberry.field(
        resolver=_viewer_id, description="The viewer's id: the same for the same user."
    )

    user: User = strawberry.field(description="The user whose bearer token was sent.")
    is_platform_admin: bool = strawberry.field(
        description="Whether they curate the canonical library; it opens no organization to them."
    )
    memberships: list[Membership] = strawberry.field(
        description="Their organizations and roles, by organization name.", metadata={"assumed_size": 2}
    )


@strawberry.type
class Query:
    @field("Who is asking: the user of the bearer token.")
    async def viewer(self, info: Info) -> Viewer | None:
        viewer: Viewer = await info.context.viewer()
        return viewer

    @field("An organization of the caller's, by its id or by its slug; null where they do not belong to it.")
    async def organization(
        self,
        info: Info,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="The organization's id.")] = None,
        slug: Annotated[str | None, strawberry.argument(description="Its slug, in place of the id.")] = None,
    ) -> Organization | None:
        checks = Checks()
        key = None if id is None else checks.key(id, ("id",))
        called = None if slug is None else checks.text(slug, ("slug",), 255)
        if id is None and slug is None:
            checks.refuse("Send the organization's id or its slug.", "id")
        checks.done()
        viewer: rules.Viewer = await info.context.viewer()
        found = viewer.organization(key) if key is not None else viewer.organization_called(called or "")
        if found is not None and called not in (None, found.slug):
            return None
        return cast("Organization | None", found)
