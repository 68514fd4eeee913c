"""The tables of uploads and attachments (docs/domain.md, Files)."""

from sqlalchemy import Column, DateTime, ForeignKey, Index, Integer, String, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ENUM

from kinegraph.identity.tables import key, moments
from kinegraph.kit.database import UNVERSIONED, metadata

PURPOSES = ("exercise_video", "exercise_thumbnail", "instruction_image", "comment_attachment")

uploads = Table(
    "uploads",
    metadata,
    key(),
    Column("organization_id", Uuid, ForeignKey("organizations.id")),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("purpose", ENUM(*PURPOSES, name="upload_purpose"), nullable=False),
    Column("exercise_id", Uuid, ForeignKey("exercises.id")),
    Column("key", Text, nullable=False),
    Column("mime", String(255), nullable=False),
    Column("size_bytes", Integer, nullable=False),
    *moments(deleted=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    Column("clearing_at", DateTime(timezone=True)),
    Column("parts_id", Text),
    Column("part_bytes", Integer),
    Index("uploads_user_id_idx", "user_id", postgresql_where=text("used_at IS NULL")),
    Index("uploads_created_at_idx", "created_at"),
    info=UNVERSIONED,
)

attachments = Table(
    "attachments",
    metadata,
    key(),
    Column("organization_id", Uuid, ForeignKey("organizations.id"), nullable=False),
    Column("owner_type", String(50), nullable=False),
    Column("owner_id", Uuid, nullable=False),
    Column("url", Text, nullable=False),
    Column("mime", String(255), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("thumb_url", Text),
    Column("uploaded_by", Uuid, ForeignKey("users.id"), nullable=False),
    *moments(),
    Column("thumb_error", Text),
    Index("attachments_owner_idx", "owner_type", "owner_id", postgresql_where=text("deleted_at IS NULL")),
    Index("attachments_url_idx", "url"),
)
