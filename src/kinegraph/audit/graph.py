"""The audit trail of a patient, for owners of the organization."""

from datetime import datetime
from typing import Annotated, Any  # a resolver answers a record of another type than its field's

import strawberry

from kinegraph.audit import rules, store_trail
from kinegraph.identity.graph import After, First, Organization, User
from kinegraph.identity.rules import User as Person
from kinegraph.identity.rules import Viewer
from kinegraph.kit.checks import require_key
from kinegraph.kit.connections import Before, Connection, Last, page_window
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.errors import Forbidden
from kinegraph.kit.graph import Node, embedded, extends, field, node

described_enum(
    rules.AuditAction,
    "The kind of an access to a patient's data.",
    READ="Somebody else than the patient read it.",
    CHANGE="Somebody stored, changed or deleted it.",
)

described_enum(
    rules.AuditActorKind,
    "The relation of the actor of an entry to the organization, at present.",
    MEMBER="A user who belongs to the organization.",
    FORMER_MEMBER="A user who belonged to the organization, or who never did.",
    ERASED="A person who was erased since; actorPseudonym is the same in all their entries.",
    OPERATOR="An operator of the server, or a job; nobody had signed in.",
)

OWNERS_ONLY = "Only owners of the organization read its audit trail."


def actor_of(root: strawberry.Parent[rules.ShownEntry]) -> Any:
    """Resolver: the actor, from the columns `actor_…` of the entry; None for operators and erased people."""
    if root.actor_id is None or root.actor_name is None:
        return None
    return Person(root.actor_id, root.actor_name, root.actor_email, root.organization_id)


@node(store_trail.by_ids, "audit_entries")
@strawberry.type(
    description="An entry of the audit trail: somebody read or changed data of a patient in one request. Entries are "
    "never changed."
)
class AuditEntry(Node):
    id: strawberry.ID = strawberry.field(description="The entry's id.")
    action: rules.AuditAction = strawberry.field(description="Whether it was read or changed.")
    types: list[str] = strawberry.field(description="The types of the data, by their names in this schema, sorted.")
    actor_kind: rules.AuditActorKind = strawberry.field(
        description="Who did it, by their relation to the organization."
    )
    actor: User | None = embedded(
        "actor_",
        actor_of,
        "The user who did it, also after they left the organization; null for operators, and for erased people.",
    )
    actor_pseudonym: strawberry.ID | None = strawberry.field(
        description="The id that stands for the actor in the chain: it stays the same for ever, also after an erasure; "
        "null for operators."
    )
    created_at: datetime = strawberry.field(description="When it was recorded.")
    position: int = strawberry.field(description="Its position in the organization's chain, from 1.")
    hash: str = strawberry.field(
        description="SHA-256, in hexadecimal, of the hash before it and its content: the chain is verified by "
        "`kinegraph privacy verify`."
    )


@extends(Organization)
class OrganizationAudit:
    @field("Who read or changed the data of a patient, the latest first (owners).")
    async def audit_trail(
        root: strawberry.Parent[Any],
        info: Info,
        patient_id: Annotated[strawberry.ID, strawberry.argument(description="The user's id.")],
        first: First = 50,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[AuditEntry]:
        patient = require_key(patient_id, "patientId")
        page = page_window(info, "auditTrail", 50, (int,), first, after, last, before)
        viewer: Viewer = await info.context.viewer()
        if root.id not in store_trail.owned(viewer):
            raise Forbidden(OWNERS_ONLY)
        found: Connection[AuditEntry] = await info.context.page(
            store_trail.pages, store_trail.counts, (root.id, patient), page
        )
        return found
