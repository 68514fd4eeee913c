"""The table of events."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    String,
    Table,
    Uuid,
    text,
)

from kinegraph.kit.database import UNVERSIONED, metadata

events = Table(
    "events",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("position", BigInteger, unique=True),
    Column("kind", String(30), nullable=False),
    Column("object_id", Uuid, nullable=False),
    Column("topic_id", Uuid, nullable=False),
    Column("organization_id", Uuid),
    Column("is_deleted", Boolean, nullable=False, server_default=text("false")),
    Column("transaction_id", BigInteger, nullable=False, server_default=text("pg_current_xact_id()::text::bigint")),
    Column("numbered_at", DateTime(timezone=True)),
    CheckConstraint("(position IS NULL) = (numbered_at IS NULL)", name="events_numbered_chk"),
    Index(
        "events_waiting_idx",
        "transaction_id",
        "kind",
        "object_id",
        unique=True,
        postgresql_where=text("position IS NULL"),
    ),
    Index("events_topic_idx", "kind", "topic_id", "position"),
    Index(
        "events_organization_idx",
        "kind",
        "organization_id",
        "position",
        postgresql_where=text("organization_id IS NOT NULL"),
    ),
    info=UNVERSIONED,
)
