"""The table of idempotency keys (docs/domain.md, Requests that are sent again)."""

from sqlalchemy import Column, DateTime, ForeignKey, Index, LargeBinary, String, Table, Uuid, func

from kinegraph.kit.database import UNVERSIONED, metadata

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id", onupdate="CASCADE", ondelete="CASCADE"), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("request_hash", LargeBinary, nullable=False),
    Column("answer", LargeBinary),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("idempotency_keys_created_at_idx", "created_at"),
    info=UNVERSIONED,
)
