"""The tables of enrollments, their versions, pauses, moves and overrides (docs/domain.md, Enrollments)."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ENUM

from kinegraph.identity.tables import key, moments
from kinegraph.kit.database import metadata
from kinegraph.plan.tables import reference, required

ENROLLMENT_STATUSES = ("active", "paused", "completed", "cancelled")
OF_PATIENT = ("enrollment_id", "organization_id", "patient_id")


def _status(name: str, *, is_required: bool = True) -> "Column[object]":
    return Column(name, ENUM(*ENROLLMENT_STATUSES, name="enrollment_status"), nullable=not is_required)


def _made() -> "Column[object]":
    return Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now())


def _version(name: str) -> ForeignKeyConstraint:
    """The reference to a version of the row's plan."""
    return ForeignKeyConstraint(["version_id", "plan_id"], ["plan_versions.id", "plan_versions.plan_id"], name=name)


enrollments = Table(
    "enrollments",
    metadata,
    key(),
    *map(required, ("organization_id", "plan_id", "version_id")),
    required("patient_id", "users.id"),
    required("enrolled_by_id", "users.id"),
    Column("starts_on", Date, nullable=False),
    Column("ended_on", Date),
    Column("status", ENUM(*ENROLLMENT_STATUSES, name="enrollment_status"), nullable=False, server_default="active"),
    *moments(deleted=False),
    Column("updated_by_user_id", Uuid, ForeignKey("users.id")),
    reference(("plan_id", "organization_id"), "treatment_plans", "enrollments_plan_fkey"),
    _version("enrollments_version_fkey"),
    CheckConstraint("(ended_on IS NOT NULL) = (status IN ('completed', 'cancelled'))", name="enrollments_ended_chk"),
    UniqueConstraint("id", "organization_id", "patient_id", name="enrollments_id_patient_key"),
    Index(
        "enrollments_running_idx",
        "plan_id",
        "patient_id",
        unique=True,
        postgresql_where=text("status IN ('active', 'paused')"),
    ),
    Index("enrollments_patient_idx", "patient_id", "organization_id"),
    Index("enrollments_plan_idx", "plan_id", text("created_at DESC"), text("id DESC")),
    Index("enrollments_organization_idx", "organization_id", "status"),
    Index("enrollments_newest_idx", "organization_id", text("created_at DESC"), text("id DESC")),
)

enrollment_versions = Table(
    "enrollment_versions",
    metadata,
    Column("enrollment_id", Uuid, primary_key=True),
    *map(required, ("organization_id", "patient_id", "plan_id", "version_id")),
    Column("from_day", Date, primary_key=True),
    _made(),
    reference(OF_PATIENT, "enrollments", "enrollment_versions_enrollment_fkey", "CASCADE"),
    _version("enrollment_versions_version_fkey"),
    Index("enrollment_versions_patient_idx", "patient_id", "version_id"),
)

enrollment_pauses = Table(
    "enrollment_pauses",
    metadata,
    key(),
    *map(required, OF_PATIENT),
    Column("from_day", Date, nullable=False),
    Column("to_day", Date),
    _made(),
    CheckConstraint("to_day >= from_day"),
    reference(OF_PATIENT, "enrollments", "enrollment_pauses_enrollment_fkey", "CASCADE"),
    Index("enrollment_pauses_open_idx", "enrollment_id", unique=True, postgresql_where=text("to_day IS NULL")),
    Index("enrollment_pauses_enrollment_idx", "enrollment_id", "from_day"),
)

enrollment_moves = Table(
    "enrollment_moves",
    metadata,
    key(),
    *map(required, OF_PATIENT),
    _status("from_status", is_required=False),
    _status("to_status"),
    Column("from_version_id", Uuid),
    required("to_version_id"),
    Column("effective_on", Date, nullable=False),
    Column("reason", Text),
    required("moved_by_id", "users.id"),
    _made(),
    reference(OF_PATIENT, "enrollments", "enrollment_moves_enrollment_fkey", "CASCADE"),
    Index("enrollment_moves_enrollment_idx", "enrollment_id", "created_at"),
)

enrollment_overrides = Table(
    "enrollment_overrides",
    metadata,
    key(),
    *map(required, OF_PATIENT),
    required("exercise_id", "exercises.id"),
    Column("condition", String(120), CheckConstraint("condition <> ''"), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("note", String(1000)),
    Column("expires_on", Date, nullable=False),
    required("created_by_user_id", "users.id"),
    _made(),
    CheckConstraint("reason NOT IN ('modified', 'other') OR note IS NOT NULL", name="enrollment_overrides_note_chk"),
    reference(OF_PATIENT, "enrollments", "enrollment_overrides_enrollment_fkey", "CASCADE"),
    Index("enrollment_overrides_enrollment_idx", "enrollment_id", "created_at"),
    Index("enrollment_overrides_exercise_idx", "exercise_id"),
)
