"""The documents that ask for the figures of the clinic."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any  # variables are JSON
from uuid import UUID


def _id(text: str) -> UUID:
    """The id that `clinic.sql` makes of a text."""
    return UUID(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest())


IDS = {"clinic": _id("clinic"), "owner": _id("user 0"), "enrollment": _id("enrollment 1")}
TODAY = datetime.now(UTC).date()
CLINIC = {"id": str(IDS["clinic"])}
ENROLLMENT = {"id": str(IDS["enrollment"])}
WINDOW = {"from": str(TODAY - timedelta(100)), "to": str(TODAY - timedelta(50))}

ADHERENCE = """adherence {
  prescribed completed rate currentStreakDays daysWithData byWeek { week prescribed completed rate }
  byExercise { exercise { name } prescribed completed rate averagePain averageExertion isStruggling }
}"""
ANALYTICS = """query ($id: ID!, $from: Date, $to: Date) { organization(id: $id) {
  exerciseAnalytics(from: $from, to: $to) {
    exercise { name } patients prescribed completed rate averagePain averageExertion strugglingPatients
  }
} }"""
WORKLIST = """query ($id: ID!, $first: Int!) { organization(id: $id) { worklist(first: $first) { nodes {
  reasons lastLoggedOn enrollment { id patient { name } }
  exercises { reasons exercise { name } recentDueDays recentDoneDays recentAveragePain }
} } } }"""
COUNT = "query ($id: ID!) { organization(id: $id) { worklist(reasons: [STOPPED_LOGGING]) { totalCount } } }"

FIGURES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "adherence of an enrollment": (f"query ($id: ID!) {{ enrollment(id: $id) {{ {ADHERENCE} }} }}", ENROLLMENT),
    "adherence of 20 enrollments": (
        f"query ($id: ID!) {{ organization(id: $id) {{ enrollments(first: 20) {{ nodes {{ {ADHERENCE} }} }} }} }}",
        CLINIC,
    ),
    "rate and streak of 50 enrollments": (
        """query ($id: ID!) { organization(id: $id) { enrollments(first: 50) { nodes {
             adherence { rate currentStreakDays }
           } } } }""",
        CLINIC,
    ),
    "analytics of the year": (ANALYTICS, CLINIC),
    "analytics of 50 days": (ANALYTICS, {**CLINIC, **WINDOW}),
    "worklist, 20 enrollments": (WORKLIST, {**CLINIC, "first": 20}),
    "worklist, the number of those who stopped": (COUNT, CLINIC),
}
"""The documents by what they ask for, with their variables."""
