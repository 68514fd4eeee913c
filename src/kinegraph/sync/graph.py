"""The GraphQL types of the change feed, and `Viewer.changes`."""

from datetime import datetime
from typing import Annotated, Any, cast  # Any: objects of several types

import strawberry

from kinegraph.identity.graph import Viewer
from kinegraph.identity.rules import Viewer as ViewerRecord
from kinegraph.kit.batches import NODES, TypedNode, is_narrowed
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import Node, extends, field
from kinegraph.library.store import effective
from kinegraph.sync import rules, store

described_enum(
    rules.ChangeKind,
    "What an app does with a change.",
    UPSERT="Store the object in place of what is stored by this id.",
    TOMBSTONE="Delete the object: it was removed, or the caller no longer belongs to its organization.",
)

Since = Annotated[
    str | None,
    strawberry.argument(
        description="The cursor of the page that was applied last; null to begin anew, with everything that there is."
    ),
]
Changes = Annotated[
    int | None, strawberry.argument(description=f"Changes in the page, 1 to {rules.MAX_CHANGES}; null is the default.")
]


@strawberry.type(description="An object of the caller's that was changed or removed, as it is now.")
class Change:
    kind: rules.ChangeKind = strawberry.field(description="What an app does with it.")
    type: str = strawberry.field(
        description=f"The name of the object's type: {', '.join(rules.TYPES[:-1])} or {rules.TYPES[-1]}."
    )
    object_id: strawberry.ID = strawberry.field(description="The object's id, by which `Query.node` finds it.")
    changed_at: datetime = strawberry.field(description="When it was changed last.")

    @field("The object as it is now; null where it was removed.")
    async def node(root: strawberry.Parent[rules.ChangeRow], info: Info) -> Node | None:
        if root.is_removed:
            return None
        load = effective if root.type == rules.EXERCISE else cast(Any, NODES[root.type].load)
        of_organization = root.type in (rules.EXERCISE, rules.PATIENT)
        key = cast(Any, (root.organization_id, root.key)) if of_organization else root.key
        names = info.context.requested_columns(info, root.type)
        narrowed = {"names": names} if names is not None and is_narrowed(load) else {}
        found = await info.context.load(load, key, **narrowed)
        return None if found is None else cast(Node, TypedNode(root.type, found))


@strawberry.type(
    description="A page of changes. An app applies them and stores `cursor` in one transaction of its own; with "
    "`hasNextPage` it goes on at once."
)
class ChangePage:
    changes: list[Change] = strawberry.field(
        description="Objects, each once; their order has no meaning.", metadata={"assumed_size": rules.DEFAULT_CHANGES}
    )
    cursor: str = strawberry.field(description="Send it as `since`. It is the caller's own, and never null.")
    has_next_page: bool = strawberry.field(description="Whether further changes may be read now.")


@extends(Viewer)
class ViewerChanges:
    @field(
        "Everything that a patient's app shows, and then what was changed or removed since a cursor: the patient, "
        "enrollments, versions of plans, exercises, logs, assignments, results."
    )
    async def changes(
        root: strawberry.Parent[ViewerRecord], info: Info, since: Since = None, first: Changes = rules.DEFAULT_CHANGES
    ) -> ChangePage:
        wanted = rules.checked_arguments(since, first, root.user.id)
        found: ChangePage = await info.context.load(store.pages, wanted)
        return found
