"""The child tables of exercises: instructions, contraindications and votes on videos."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.schema import SchemaItem

from kinegraph.identity.tables import key, moments
from kinegraph.kit.database import UNVERSIONED, metadata
from kinegraph.taxonomy.tables import scope


def detail(name: str, *own: SchemaItem) -> Table:
    """A table of rows that belong to an exercise, and are deleted with it."""
    return Table(
        name,
        metadata,
        key(),
        Column("exercise_id", Uuid, nullable=False),
        Column("organization_id", Uuid),
        scope(),
        *own,
        *moments(deleted=False),
        ForeignKeyConstraint(
            ["exercise_id", "scope"],
            ["exercises.id", "exercises.scope"],
            name=f"{name}_exercise_fkey",
            ondelete="CASCADE",
        ),
    )


exercise_instructions = detail(
    "exercise_instructions",
    Column("type", String(16), nullable=False),
    Column("body", Text, nullable=False),
    Column("image_key", Text),
    Column("image_mime", String(255)),
    Column("sort_order", Integer, nullable=False),
    Index("exercise_instructions_exercise_idx", "exercise_id", "sort_order"),
)

exercise_contraindications = detail(
    "exercise_contraindications",
    Column("condition", String(120), nullable=False),
    Column("condition_key", Text, nullable=False),
    Column("severity", String(16), nullable=False),
    Column("description", Text),
    Column("sort_order", Integer, nullable=False),
    Index("exercise_contraindications_exercise_idx", "exercise_id", "sort_order"),
    Index("exercise_contraindications_condition_idx", "condition_key"),
)

exercise_video_votes = Table(
    "exercise_video_votes",
    metadata,
    Column("exercise_id", Uuid, ForeignKey("exercises.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("is_positive", Boolean, nullable=False),
    *moments(deleted=False),
    Index("exercise_video_votes_user_idx", "user_id"),
    info=UNVERSIONED,
)
