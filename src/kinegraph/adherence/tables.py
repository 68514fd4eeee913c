"""The table of the running totals of exercises of enrollments (docs/domain.md, Adherence)."""

from sqlalchemy import ARRAY, Column, Date, Index, Integer, PrimaryKeyConstraint, SmallInteger, Table

from kinegraph.enrollment.tables import OF_PATIENT
from kinegraph.kit.database import metadata
from kinegraph.plan.tables import reference, required

COUNTS = ("prescribed", "completed", "due_days", "done_days", "logs", "painful", "pains", "exertions")
"""The columns with a running total for each day."""

# Written by triggers alone (migrations 0045 and 0050).
adherence_totals = Table(
    "adherence_totals",
    metadata,
    required("enrollment_id"),
    required("exercise_id", "exercises.id"),
    *map(required, ("organization_id", "patient_id")),
    Column("days", ARRAY(Date), nullable=False),
    *(Column(name, ARRAY(SmallInteger), nullable=False) for name in COUNTS),
    *(Column(name, ARRAY(Integer), nullable=False) for name in ("pain_sums", "exertion_sums")),
    PrimaryKeyConstraint("enrollment_id", "exercise_id"),
    reference(OF_PATIENT, "enrollments", "adherence_totals_enrollment_fkey", "CASCADE"),
    Index("adherence_totals_exercise_idx", "organization_id", "exercise_id"),
)
