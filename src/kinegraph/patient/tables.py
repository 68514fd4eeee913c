"""The tables of patients and their consents (docs/domain.md, Patients)."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from kinegraph.identity.tables import key, moments
from kinegraph.kit.database import metadata


def _of(name: str, table: str) -> "Column[object]":
    return Column(name, Uuid, ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False)


def _consent(name: str) -> "Column[object]":
    return Column(name, Boolean, nullable=False, server_default=text("false"))


patients = Table(
    "patients",
    metadata,
    key(),
    _of("organization_id", "organizations"),
    _of("user_id", "users"),
    Column("time_zone", String(64), nullable=False, server_default="UTC"),
    Column(
        "language", String(8), CheckConstraint("language IN ('en', 'he', 'ru')"), nullable=False, server_default="en"
    ),
    Column(
        "consent_level",
        Integer,
        CheckConstraint("consent_level BETWEEN 0 AND 3"),
        nullable=False,
        server_default=text("0"),
    ),
    _consent("has_biometric_consent"),
    _consent("has_conditions_consent"),
    Column("conditions", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    *moments(deleted=False),
    Column("updated_by_user_id", Uuid, ForeignKey("users.id")),
    UniqueConstraint("organization_id", "user_id", name="patients_user_key"),
    CheckConstraint("has_conditions_consent OR conditions = '{}'", name="patients_conditions_chk"),
    Index("patients_user_id_idx", "user_id"),
)

patient_consents = Table(
    "patient_consents",
    metadata,
    key(),
    _of("organization_id", "organizations"),
    _of("user_id", "users"),
    Column("kind", String(16), CheckConstraint("kind IN ('telemetry', 'biometric', 'conditions')"), nullable=False),
    Column("level", Integer, CheckConstraint("level BETWEEN 0 AND 3"), nullable=False),
    Column("recorded_by_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("patient_consents_user_idx", "user_id", "organization_id", "created_at"),
)
