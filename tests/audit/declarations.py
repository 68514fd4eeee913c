"""Facts about the audit trail for the tests of all rooms."""

from tests.rooms import Declarations

ROOM = Declarations(
    own_arguments=("Organization.auditTrail.patientId",),  # for owners alone
    counted_edges=("AuditEntry", "Organization.audit"),
    lists={
        "Organization.auditTrail": "organization(id: $organization) { auditTrail(patientId: $patient, %s) { %s } }",
    },
    list_readers={"Organization.auditTrail": "owner"},
    own_nodes=("AuditEntry",),
)
