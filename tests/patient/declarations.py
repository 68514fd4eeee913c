"""Facts about patients for the tests of all rooms."""

from tests.api.nesting import PAGE, ours
from tests.patient.statements import PATIENT
from tests.rooms import Declarations

OWN = ("*",)
"""The policies of a table whose rows the patient and coaches read and write."""

ROOM = Declarations(
    tables={"patients": "patient", "patient_consents": "consent"},
    unchanged=("patient_consents",),
    members_write=("patients", "patient_consents"),
    policies={"patients": OWN, "patient_consents": OWN},
    own_arguments=("Organization.patient.userId",),
    edited_by=dict.fromkeys(
        ("updatePatient", "recordConsent", "setPatientConditions"), ("organizationId", "patientId")
    ),
    documents={"patients": ours("patients(first: 100)", f"{PAGE} nodes {{ {PATIENT} }} edges", "node", "id")},
)
