"""The tables of proposals and substitutions (docs/domain.md, Pain response)."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from kinegraph.enrollment.tables import OF_PATIENT
from kinegraph.identity.tables import key, moments
from kinegraph.kit.database import metadata
from kinegraph.plan.tables import reference, required, whole

regression_proposals = Table(
    "regression_proposals",
    metadata,
    key(),
    *map(required, ("organization_id", "enrollment_id", "patient_id")),
    required("exercise_id", "exercises.id"),
    required("log_id"),
    Column("log_ids", ARRAY(Uuid), nullable=False),
    Column("light", String(8), CheckConstraint("light IN ('amber', 'red')"), nullable=False),
    whole("pain_score", "BETWEEN 1 AND 10", is_required=True),
    Column("performed_on", Date, nullable=False),
    Column("status", String(16), nullable=False, server_default="open"),
    Column("reason", Text),
    Column("decided_by_id", Uuid, ForeignKey("users.id")),
    Column("decided_at", DateTime(timezone=True)),
    *moments(deleted=False),
    CheckConstraint("status IN ('open', 'accepted', 'declined', 'withdrawn')"),
    CheckConstraint(
        "(decided_at IS NOT NULL) = (status IN ('accepted', 'declined'))", name="regression_proposals_decided_chk"
    ),
    reference(OF_PATIENT, "enrollments", "regression_proposals_enrollment_fkey", "CASCADE"),
    reference(("log_id", "organization_id", "patient_id"), "exercise_logs", "regression_proposals_log_fkey", "CASCADE"),
    UniqueConstraint("id", "organization_id", "patient_id", name="regression_proposals_id_patient_key"),
    Index(
        "regression_proposals_open_idx",
        "enrollment_id",
        "exercise_id",
        unique=True,
        postgresql_where=text("status = 'open'"),
    ),
    Index("regression_proposals_newest_idx", "organization_id", text("created_at DESC"), text("id DESC")),
    Index("regression_proposals_enrollment_idx", "enrollment_id", text("created_at DESC"), text("id DESC")),
    Index("regression_proposals_log_idx", "log_id"),
    Index("regression_proposals_exercise_idx", "exercise_id"),
)

exercise_substitutions = Table(
    "exercise_substitutions",
    metadata,
    key(),
    *map(required, ("organization_id", "enrollment_id", "patient_id", "proposal_id")),
    required("exercise_id", "exercises.id"),
    required("substitute_id", "exercises.id"),
    Column("from_day", Date, nullable=False),
    Column("to_day", Date),
    whole("sets", "BETWEEN 1 AND 100"),
    whole("reps", "BETWEEN 1 AND 10000"),
    whole("duration_seconds", "BETWEEN 1 AND 86400"),
    whole("hold_seconds", "BETWEEN 1 AND 3600"),
    whole("rest_seconds", "BETWEEN 0 AND 3600"),
    Column("per_side", Boolean, nullable=False, server_default=text("false")),
    Column("notes", Text),
    Column("is_halved", Boolean, nullable=False, server_default=text("false")),
    Column("replaces_id", Uuid),
    Column("end_reason", Text),
    required("created_by_id", "users.id"),
    Column("ended_by_id", Uuid, ForeignKey("users.id")),
    *moments(deleted=False),
    CheckConstraint("to_day >= from_day - 1"),
    reference(OF_PATIENT, "enrollments", "exercise_substitutions_enrollment_fkey", "CASCADE"),
    reference(
        ("proposal_id", "organization_id", "patient_id"),
        "regression_proposals",
        "exercise_substitutions_proposal_fkey",
        "CASCADE",
    ),
    reference(
        ("replaces_id", "organization_id", "patient_id"),
        "exercise_substitutions",
        "exercise_substitutions_replaces_fkey",
        "CASCADE",
    ),
    UniqueConstraint("id", "organization_id", "patient_id", name="exercise_substitutions_id_patient_key"),
    Index(
        "exercise_substitutions_lasting_idx",
        "enrollment_id",
        "exercise_id",
        unique=True,
        postgresql_where=text("to_day IS NULL"),
    ),
    Index("exercise_substitutions_enrollment_idx", "enrollment_id", "from_day"),
    Index("exercise_substitutions_patient_idx", "patient_id", "organization_id"),
    Index("exercise_substitutions_proposal_idx", "proposal_id", "organization_id", unique=True),
    Index("exercise_substitutions_replaces_idx", "replaces_id"),
    Index("exercise_substitutions_exercise_idx", "exercise_id"),
    Index("exercise_substitutions_substitute_idx", "substitute_id"),
)
