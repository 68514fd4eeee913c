"""The audit trail of a patient, for owners of the organization."""

from datetime import datetime
from typing import Annotated, Any  # a resolver answers a record of another type than its field's

import strawberry

from kinegraph.audit import rules, store_trail
from kinegraph.identity import store_nodes
from kinegraph.identity.graph import After, First, Organization, User
from kinegraph.identity.rules import Viewer
from kinegraph.kit.checks import require_key
from kinegraph.kit.connections import Before, Connection, Last, page_window
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.errors import Forbidden
from kinegraph.kit.graph import Node, edge, extends, field, node

described_enum(
    rules.AuditAction,
    "The kind of an access to a patient's data.",
    READ="Somebody else than the patient read it.",
    CHANGE="Somebody stored, changed or deleted it.",
)

OWNERS_ONLY = "Only owners of the organization read its audit trail."


@node(store_trail.by_ids, "audit_entries")
@strawberry.type(
    description="An entry of the audit trail: somebody read or changed data of a patient in one request. Entries are "
    "never changed."
)
class AuditEntry(Node):
    id: strawberry.ID = strawberry.field(description="The entry's id.")
    action: rules.AuditAction = strawberry.field(description="Whether it was read or changed.")
    types: list[str] = strawberry.field(description="The types of the data, by their names in this schema, sorted.")
    actor: User | None = edge(
        store_nodes.people,
        "actor_id",
        "Who did it; null for an operator of the server, for somebody who was erased, and for former members.",
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
