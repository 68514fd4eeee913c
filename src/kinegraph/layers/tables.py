"""The table of what organizations add to safety; those of the layers are with the exercise's other child rows."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Uuid

from kinegraph.identity.tables import key, moments
from kinegraph.kit.database import metadata

safety_restrictions = Table(
    "safety_restrictions",
    metadata,
    key(),
    Column("organization_id", Uuid, ForeignKey("organizations.id", ondelete="CASCADE"), nullable=False),
    Column("exercise_id", Uuid, ForeignKey("exercises.id", ondelete="CASCADE"), nullable=False),
    Column("condition", String(120), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("modification", String(500)),
    Column("created_by_user_id", Uuid, ForeignKey("users.id", ondelete="SET NULL")),
    *moments(deleted=False),
    Index("safety_restrictions_condition_idx", "organization_id", "exercise_id", "condition", unique=True),
    Index("safety_restrictions_exercise_idx", "exercise_id"),
)
