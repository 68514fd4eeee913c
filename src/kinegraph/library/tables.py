"""Overrides: the columns (seed 002)."""

from sqlalchemy import Column, ForeignKey, Index, Table, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from kinegraph.identity.tables import key, moments
from kinegraph.kit.database import metadata

exercise_org_overrides = Table(
    "exercise_org_overrides",
    metadata,
    key(),
    Column("organization_id", Uuid, ForeignKey("organizations.id", ondelete="CASCADE"), nullable=False),
    Column("exercise_id", Uuid, ForeignKey("exercises.id", ondelete="CASCADE"), nullable=False),
    Column("overrides", JSONB, nullable=False, server_default=text("'{}'")),
    Column("created_by_user_id", Uuid, ForeignKey("users.id")),
    Column("updated_by_user_id", Uuid, ForeignKey("users.id")),
    *moments(deleted=False),
    Index("exercise_org_overrides_org_exercise_unique", "organization_id", "exercise_id", unique=True),
    Index("exercise_org_overrides_org_idx", "organization_id"),
    Index("exercise_org_overrides_exercise_idx", "exercise_id"),
)
