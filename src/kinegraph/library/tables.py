"""The tables of overrides (docs/domain.md, Overrides) and of the versions that cached answers are valid for."""

from pgvector.sqlalchemy import VECTOR
from sqlalchemy import (
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from kinegraph.identity.tables import key, moments
from kinegraph.kit.database import metadata

DIFFICULTY = """
CASE WHEN jsonb_typeof(overrides -> 'difficulty') = 'number'
     THEN (overrides ->> 'difficulty')::numeric::integer ELSE NULL END
"""

exercise_org_overrides = Table(
    "exercise_org_overrides",
    metadata,
    key(),
    Column("organization_id", Uuid, ForeignKey("organizations.id", ondelete="CASCADE"), nullable=False),
    Column("exercise_id", Uuid, ForeignKey("exercises.id", ondelete="CASCADE"), nullable=False),
    Column("overrides", JSONB, nullable=False, server_default=text("'{}'")),
    Column("name_key", Text(collation="C"), Computed("kinegraph_sort_key(overrides ->> 'name')", persisted=True)),
    Column("difficulty", Integer, Computed(DIFFICULTY, persisted=True)),
    Column("changes", JSONB, nullable=False, server_default=text("'{}'")),
    Column("embedding", VECTOR(1024)),
    Column("embedding_hash", String(64)),
    Column("created_by_user_id", Uuid, ForeignKey("users.id")),
    Column("updated_by_user_id", Uuid, ForeignKey("users.id")),
    *moments(deleted=False),
    Index("exercise_org_overrides_org_exercise_unique", "organization_id", "exercise_id", unique=True),
    Index("exercise_org_overrides_org_idx", "organization_id"),
    Index("exercise_org_overrides_exercise_idx", "exercise_id"),
    *(
        Index(
            f"exercise_org_overrides_{index}_idx",
            "organization_id",
            column,
            "exercise_id",
            postgresql_where=text(f"{column} IS NOT NULL"),
        )
        for index, column in (("name", "name_key"), ("difficulty", "difficulty"))
    ),
)

# Written by triggers alone: each transaction that changes rows of a kind sets a new version.
# The canonical library's organization_id is the zero UUID.
versions = Table(
    "versions",
    metadata,
    Column("organization_id", Uuid, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("version", Uuid, nullable=False),
)
