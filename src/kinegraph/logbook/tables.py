"""The tables of logs and their revisions (docs/domain.md, Logs)."""

from sqlalchemy import Column, Date, DateTime, Index, String, Table, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB

from kinegraph.enrollment.tables import OF_PATIENT
from kinegraph.identity.tables import key, moments
from kinegraph.kit.database import metadata
from kinegraph.plan.tables import reference, required, whole

exercise_logs = Table(
    "exercise_logs",
    metadata,
    key(),
    *map(required, ("organization_id", "enrollment_id", "patient_id")),
    *map(required, ("version_exercise_id", "source_id", "exercise_id")),
    Column("client_id", String(100), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("performed_on", Date, nullable=False),
    whole("sets_completed", "BETWEEN 0 AND 100"),
    whole("reps_completed", "BETWEEN 0 AND 10000"),
    whole("duration_seconds", "BETWEEN 0 AND 86400"),
    whole("pain_score", "BETWEEN 0 AND 10"),
    whole("exertion", "BETWEEN 0 AND 10"),
    Column("notes", Text),
    required("recorded_by_id", "users.id"),
    *moments(),
    reference(OF_PATIENT, "enrollments", "exercise_logs_enrollment_fkey", "CASCADE"),
    reference(
        ("version_exercise_id", "organization_id", "source_id", "exercise_id"),
        "plan_version_exercises",
        "exercise_logs_version_exercise_fkey",
    ),
    UniqueConstraint("id", "organization_id", "patient_id", name="exercise_logs_id_patient_key"),
    Index("exercise_logs_client_idx", "patient_id", "organization_id", "client_id", unique=True),
    Index("exercise_logs_day_idx", "enrollment_id", "performed_on", "id", postgresql_where=text("deleted_at IS NULL")),
    Index("exercise_logs_exercise_idx", "version_exercise_id"),
    Index(
        "exercise_logs_pain_idx",
        "organization_id",
        "updated_at",
        postgresql_where=text("pain_score >= 4 AND deleted_at IS NULL"),
    ),
)

exercise_log_revisions = Table(
    "exercise_log_revisions",
    metadata,
    key(),
    *map(required, ("organization_id", "patient_id", "log_id")),
    Column("content", JSONB, nullable=False),
    Column("reason", Text),
    required("recorded_by_id", "users.id"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    reference(
        ("log_id", "organization_id", "patient_id"), "exercise_logs", "exercise_log_revisions_log_fkey", "CASCADE"
    ),
    Index("exercise_log_revisions_log_idx", "log_id", "created_at"),
)
