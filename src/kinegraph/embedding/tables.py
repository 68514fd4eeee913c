"""The marks of rows whose vectors are missing or out of date, which triggers write (migration 0029)."""

from sqlalchemy import CheckConstraint, Column, DateTime, String, Table, Uuid, text

from kinegraph.kit.database import UNVERSIONED, metadata

stale_embeddings = Table(
    "stale_embeddings",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("row_id", Uuid, primary_key=True),
    Column("organization_id", Uuid),
    Column("revision", Uuid, nullable=False, server_default=text("gen_random_uuid()")),
    Column("claimed_by", Uuid),
    Column("claimed_until", DateTime(timezone=True)),
    CheckConstraint("kind IN ('exercise', 'override', 'workout')"),
    CheckConstraint("(claimed_by IS NULL) = (claimed_until IS NULL)", name="stale_embeddings_claim_chk"),
    info=UNVERSIONED,
)
