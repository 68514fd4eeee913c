"""The tables of the audit trail."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from kinegraph.identity.tables import key
from kinegraph.kit.database import UNVERSIONED, metadata

# Salt and pseudonym are set by a trigger.
audit_pseudonyms = Table(
    "audit_pseudonyms",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id", onupdate="CASCADE", ondelete="CASCADE"), primary_key=True),
    Column("salt", LargeBinary, CheckConstraint("length(salt) = 16"), nullable=False),
    Column("pseudonym", Uuid, nullable=False, unique=True),
    info=UNVERSIONED,
)

# Written by triggers and by kinegraph_audit_reads; empty outside of the transactions that have something to record.
audit_pending = Table(
    "audit_pending",
    metadata,
    Column("organization_id", Uuid, nullable=False),
    Column("actor", Uuid),
    Column("subject", Uuid, nullable=False),
    Column("action", String(8), nullable=False),
    Column("type", String(64), nullable=False),
    prefixes=["UNLOGGED"],
    info=UNVERSIONED,
)

audit_entries = Table(
    "audit_entries",
    metadata,
    key(),
    Column("organization_id", Uuid, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("actor", Uuid),
    Column("subject", Uuid, nullable=False),
    Column("action", String(8), CheckConstraint("action IN ('read', 'change')"), nullable=False),
    Column("types", ARRAY(String(64)), nullable=False),
    Column("request", Uuid, nullable=False),
    Column("hash", LargeBinary, CheckConstraint("length(hash) = 32"), nullable=False),
    UniqueConstraint("organization_id", "position", name="audit_entries_position_key"),
    Index("audit_entries_subject_idx", "organization_id", "subject", text("position DESC")),
    info=UNVERSIONED,
)
