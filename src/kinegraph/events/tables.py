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
from sqlalchemy.types import UserDefinedType

from kinegraph.kit.database import metadata


class TransactionId(UserDefinedType[str]):
    """PostgreSQL's xid8: the number of a transaction, which never comes again."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """The type's name."""
        return "xid8"


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
    Column("transaction_id", TransactionId, nullable=False, server_default=text("pg_current_xact_id()")),
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
)
