"""The tables of persisted documents."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    Uuid,
    func,
    text,
)

from kinegraph.kit.database import UNVERSIONED, metadata


def _time(name: str) -> Column[datetime]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


persisted_documents = Table(
    "persisted_documents",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("text", LargeBinary, nullable=False),
    _time("created_at"),
    _time("last_used_at"),
    Index("persisted_documents_last_used_at_idx", "last_used_at"),
    info=UNVERSIONED,
)

document_registrations = Table(
    "document_registrations",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id", onupdate="CASCADE", ondelete="CASCADE"), primary_key=True),
    Column("hash", String(64), ForeignKey("persisted_documents.hash", ondelete="CASCADE"), primary_key=True),
    _time("created_at"),
    Index("document_registrations_hash_idx", "hash"),
    info=UNVERSIONED,
)

trusted_documents = Table(
    "trusted_documents",
    metadata,
    Column("id", String(255), primary_key=True),
    Column("hash", String(64), ForeignKey("persisted_documents.hash"), nullable=False),
    Column("name", Text, nullable=False),
    _time("created_at"),
    Column("tool", String(64)),
    Index("trusted_documents_hash_idx", "hash"),
    Index("trusted_documents_tool_idx", "tool", text("created_at DESC"), postgresql_where=text("tool IS NOT NULL")),
    info=UNVERSIONED,
)

document_usage = Table(
    "document_usage",
    metadata,
    Column("hash", String(64), ForeignKey("persisted_documents.hash", ondelete="CASCADE"), primary_key=True),
    Column("client_name", String(100), primary_key=True),
    Column("client_version", String(100), primary_key=True),
    Column("uses", BigInteger, nullable=False),
    Column("last_used_at", DateTime(timezone=True), nullable=False),
    info=UNVERSIONED,
)
