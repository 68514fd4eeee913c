"""The mutation of an organization, for its owners and admins, and its version."""

from datetime import datetime
from typing import Annotated, Any  # Any: a payload's field is a GraphQL type, its value a row

import strawberry
from strawberry import UNSET

from kinegraph.identity.graph import Organization
from kinegraph.identity.graph_inputs import takes_row
from kinegraph.identity.graph_versions import (
    IF_UPDATED_AT,
    EditConflict,
    IfUpdatedAt,
    check_offset,
    conflict_field,
    is_stale,
    stale_edit,
)
from kinegraph.identity.rules_access import require_administrator
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.graph import edge, extends, given, mutation
from kinegraph.kit.user_errors import payload, stored_row
from kinegraph.organization import rules, store


@strawberry.type(
    description="The scores of pain from which a log is amber, and red. By default 4 and 6: in the pain-monitoring "
    "model a pain of up to 5 is acceptable."
)
class PainThresholds:
    amber_from: int = strawberry.field(description="Amber from this score on, 1 to 10.")
    red_from: int = strawberry.field(description="Red from this score on, amberFrom to 10.")


@extends(Organization)
class OrganizationVersion:
    pain_thresholds: PainThresholds = edge(
        store.thresholds, "id", "From which pain on a log is amber or red, and proposes to regress the exercise."
    )
    updated_at: datetime = edge(store.versions, "id", "When its name or a setting was last changed: its version.")


@strawberry.input(
    description="Thresholds of pain. They hold for logs that are stored from now on, and for `painLight`."
)
class PainThresholdsInput:
    amber_from: int = strawberry.field(description="Amber from this score on, 1 to 10.")
    red_from: int = strawberry.field(
        description="Red from this score on, amberFrom to 10; the same as amberFrom: no amber."
    )


@strawberry.input(description="New values of an organization. An absent key is left as it is; none may be null.")
class UpdateOrganizationInput:
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="The organization's id.")
    if_updated_at: datetime | None = strawberry.field(default=UNSET, description=IF_UPDATED_AT)
    name: str | None = strawberry.field(default=UNSET, description="1 to 255 characters, on one line.")
    members_see_each_other: bool | None = strawberry.field(
        default=UNSET, description="Whether members see other members' comments, and so their names."
    )
    members_see_library: bool | None = strawberry.field(
        default=UNSET, description="Whether members browse the library, which is empty for them where it is off."
    )
    pain_thresholds: PainThresholdsInput | None = strawberry.field(
        default=UNSET, description="From which pain on a log is amber or red."
    )


@payload("The organization that was written.")
class OrganizationPayload:
    organization: Organization | None = strawberry.field(
        default=None, description="The organization as it is stored now."
    )
    conflict: EditConflict | None = conflict_field()


@strawberry.type
class Mutation:
    @mutation(
        "Change an organization's name, what its members see, and its thresholds of pain (owners and admins). "
        "It holds for every member from the next request on."
    )
    @takes_row
    async def update_organization(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The organization's id.")],
        input: Annotated[UpdateOrganizationInput, strawberry.argument(description="Its id, and the new values.")],
        if_updated_at: IfUpdatedAt = None,
    ) -> OrganizationPayload:
        checks, is_allowed = Checks(), False
        key = checks.key(id, ("id",))
        values = rules.checked_organization(given(input), checks)
        check_offset(if_updated_at, checks, "ifUpdatedAt")
        session = await info.context.write_session()
        with checks.layer():
            require_administrator(session.viewer, key, "id")
            is_allowed = True
        if is_allowed:
            await store.lock(session, key)
            version = await stored_row(session, store.versions, key)
            if is_stale(if_updated_at, [version]):
                editor = await store.editor(session, key)
                stored = session.viewer.organization(key)
                with checks.layer():
                    raise stale_edit(session.viewer, editor, version, "ifUpdatedAt", organization=stored)
        checks.done()
        await store.update(session, key, values)
        written: Any = session.viewer.organization(key)
        return OrganizationPayload(organization=written)
