"""Facts about enrollments for the tests of all rooms."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from kinegraph.enrollment import store_lists
from tests.enrollment.cases import CASES
from tests.enrollment.statements import DOCUMENTS
from tests.enrollment.targets import add_enrollments
from tests.rooms import Declarations, Targets

ID = UUID(int=1)
CHANGES = ("enrollPatient", "setEnrollmentStatus", "pauseEnrollment", "resumeEnrollment", "moveEnrollment")


async def set_targets(made: Targets) -> None:
    """Store enrollments of the member and of the owner, and a session of telemetry."""
    await add_enrollments(made.api, made.organization, made.ids, made.exercise)


ROOM = Declarations(
    exercise_ids=("FindingOverrideInput.exerciseId",),
    values={"FindingOverrideInput.expiresOn": lambda: str(datetime.now(UTC).date() + timedelta(days=60))},
    tables={
        "enrollments": "enrollment",
        "enrollment_versions": None,
        "enrollment_pauses": "pause",
        "enrollment_moves": "move",
        "enrollment_overrides": "enrollment_override",
    },
    unchanged=("enrollment_moves", "enrollment_overrides"),
    policies={"enrollment_overrides": ("*",)},
    cases=CASES,
    own_arguments=("Organization.enrollments.patientId", "Organization.enrollments.planId"),
    targets=set_targets,
    once=dict.fromkeys(CHANGES, "CONFLICT"),
    documents=DOCUMENTS,
    lists={
        "TreatmentPlan.enrollments": "organization(id: $organization) { treatmentPlans(last: 1) { nodes "
        "{ enrollments(%s) { %s } } } }",
    },
    own_nodes=("EnrollmentOverride",),
    reads={"Viewer.enrollments": lambda session: store_lists.of_viewers(session, [ID])},
    bounds={
        "Enrollment.due": "the sessions of a day; the rows of the statement are bounded",
        "Enrollment.dueBetween": "92 days; the rows of the statement are bounded",
        "DueDay.sessions": "92 days; the rows of the statement are bounded",
        "SafetyFinding.places": "the days of a version, at most 728",
    },
)
