"""Documents of enrollments, for tests that count statements."""

from tests.api.nesting import PAGE, nest, ours
from tests.patient.statements import PATIENT

ENROLLMENT = f"""id status startsOn endsOn today {{ week isPaused }} plan {{ title }} version {{ number }}
  organization {{ name }} versions {{ from version {{ number }} }} patient {{ name }} patientRecord {{ {PATIENT} }}
  enrolledBy {{ name }} pauses {{ from }} due {{ id exercises {{ id }} }}
  dueBetween(from: "2026-03-01", to: "2026-03-31") {{ sessions {{ id }} }}
  safetyFindings {{ condition places {{ week }} exercise {{ name }} override {{ id createdBy {{ name }} }} }}
  moves {{
    totalCount pageInfo {{ hasNextPage }} edges {{ node {{ id }} }}
    nodes {{ toVersion {{ number }} fromVersion {{ number }} movedBy {{ name }} }}
  }}
  poseSessions {{
    totalCount pageInfo {{ hasNextPage }} edges {{ node {{ id }} }}
    nodes {{ exercise {{ name }} planExercise {{ sets }} enrollment {{ id }} feedback {{ code }} }}
  }}"""
DOCUMENTS = {
    "enrollments": ours("enrollments(first: 100)", f"{PAGE} nodes {{ {ENROLLMENT} }} edges", "node", "id"),
    "enrollments of plans": ours("treatmentPlans(first: 100)", "nodes", "enrollments(first: 100)", "nodes", ENROLLMENT),
    "enrollments of the viewer": nest("", "viewer", f"enrollments {{ {ENROLLMENT} }} patients {{ {PATIENT} }}"),
}
