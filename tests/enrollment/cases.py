"""The requests of `documents` for patients and enrollments."""

from typing import Any  # Any: variables are JSON

from tests.identity.documents import ERRORS, Case

PATIENT = "patient { id conditions user { id email } }"
ENROLLMENT = "enrollment { id plan { title } patient { id email } due { id } } safetyFindings { reason }"


def _mutation(name: str, selection: str) -> str:
    type_name = name[0].upper() + name[1:] + "Input"
    return f"mutation ($input: {type_name}!) {{ {name}(input: $input) {{ {selection} {ERRORS} }} }}"


_VALUES: dict[str, dict[str, Any]] = {
    "updatePatient": {"timeZone": "Asia/Tokyo"},
    "recordConsent": {"kind": "TELEMETRY", "level": 2},
    "setPatientConditions": {"conditions": []},
}
_OVERRIDE = {"condition": "knee_pain", "reason": "SUPERVISED", "expiresOn": "2100-01-01"}
_ENROLL = _mutation("enrollPatient", ENROLLMENT)
_STARTS = {"startsOn": "2026-03-01"}

CASES = {
    **{
        name: Case(
            _mutation(name, PATIENT),
            {"input": {"organizationId": "theirs.organization", "patientId": "theirs.athlete", **values}},
        )
        for name, values in _VALUES.items()
    },
    **{
        f"{name}, their patient": Case(
            _mutation(name, PATIENT),
            {"input": {"organizationId": "mine.organization", "patientId": "theirs.athlete", **values}},
        )
        for name, values in _VALUES.items()
    },
    "enrollment": Case(
        "query ($id: ID!) { enrollment(id: $id) { id patient { id email } plan { title } due { id } } }",
        {"id": "theirs.enrollment"},
    ),
    "a patient of theirs": Case(
        "query ($id: ID!, $user: ID!) { organization(id: $id) { patient(userId: $user) { id conditions } } }",
        {"id": "mine.organization", "user": "theirs.athlete"},
    ),
    "enrollments of their patient": Case(
        """query ($id: ID!, $user: ID!, $plan: ID!) {
          organization(id: $id) { enrollments(patientId: $user, planId: $plan) { totalCount nodes { id } } }
        }""",
        {"id": "mine.organization", "user": "theirs.athlete", "plan": "theirs.plan"},
    ),
    "analytics of their exercise": Case(
        """query ($id: ID!, $exercise: ID!) {
          organization(id: $id) { exerciseAnalytics(exerciseIds: [$exercise]) { exercise { id } } }
        }""",
        {"id": "mine.organization", "exercise": "theirs.exercise"},
    ),
    "enrollPatient": Case(_ENROLL, {"input": {"planId": "theirs.plan", "patientId": "mine.athlete", **_STARTS}}),
    "enrollPatient, their patient": Case(
        _ENROLL, {"input": {"planId": "mine.plan", "patientId": "theirs.athlete", **_STARTS}}
    ),
    "enrollPatient, their exercise": Case(
        _ENROLL,
        {
            "input": {
                "planId": "mine.plan",
                "patientId": "mine.athlete",
                "overrides": [{"exerciseId": "theirs.exercise", **_OVERRIDE}],
                **_STARTS,
            }
        },
    ),
    "setEnrollmentStatus": Case(
        f"mutation ($id: ID!) {{ setEnrollmentStatus(id: $id, status: PAUSED) {{ {ENROLLMENT} {ERRORS} }} }}",
        {"id": "theirs.enrollment"},
    ),
    "pauseEnrollment": Case(_mutation("pauseEnrollment", ENROLLMENT), {"input": {"id": "theirs.enrollment"}}),
    "resumeEnrollment": Case(_mutation("resumeEnrollment", ENROLLMENT), {"input": {"id": "theirs.enrollment"}}),
    "moveEnrollment": Case(_mutation("moveEnrollment", ENROLLMENT), {"input": {"id": "theirs.enrollment"}}),
    "moveEnrollment, their version": Case(
        _mutation("moveEnrollment", ENROLLMENT),
        {"input": {"id": "mine.enrollment", "versionId": "theirs.plan_version"}},
    ),
    "overrideEnrollmentFindings": Case(
        _mutation("overrideEnrollmentFindings", ENROLLMENT),
        {"input": {"id": "theirs.enrollment", "overrides": [{"exerciseId": "mine.canonical", **_OVERRIDE}]}},
    ),
}
