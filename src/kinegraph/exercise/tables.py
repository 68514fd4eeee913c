"""Exercises: the columns (seeds 000, 001, 002 and the classification of 004)."""

from pgvector.sqlalchemy import VECTOR
from sqlalchemy import (
    Boolean,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, ENUM, JSONB, TSVECTOR

from kinegraph.identity.tables import key, moments
from kinegraph.kit.database import metadata
from kinegraph.taxonomy.tables import scope

CATEGORIES = ("strength", "cardio", "bodyweight", "flexibility", "plyometric", "sport_specific", "other")
KINDS = ("strength_compound", "strength_isolation", "conditioning", "mobility", "skill", "test")

SORT_KEYS = {
    "name": "name_key",
    "created": "created_at",
    "updated": "updated_at",
    "easiest": "easiest_key",
    "hardest": "hardest_key",
}
"""What lists are sorted by, each with an index for canonical rows and one for an organization's own."""


def _texts(name: str) -> "Column[object]":
    return Column(name, ARRAY(Text), nullable=False, server_default=text("'{}'"))


exercises = Table(
    "exercises",
    metadata,
    key(),
    Column("organization_id", Uuid, ForeignKey("organizations.id", ondelete="CASCADE")),
    Column("forked_from_id", Uuid, ForeignKey("exercises.id")),
    Column("slug", String(255)),
    Column("status", String(16), nullable=False, server_default="published"),
    Column("name", String(255), nullable=False),
    Column("name_key", Text, Computed("lower(name)", persisted=True), nullable=False),
    Column("easiest_key", Integer, Computed("coalesce(difficulty, 9)", persisted=True), nullable=False),
    Column("hardest_key", Integer, Computed("coalesce(difficulty, 0)", persisted=True), nullable=False),
    Column("description", Text),
    Column("athlete_notes", Text),
    Column("category", ENUM(*CATEGORIES, name="exercise_category"), nullable=False, server_default="other"),
    Column("kind", ENUM(*KINDS, name="exercise_kind"), nullable=False, server_default="strength_compound"),
    Column("movement_pattern", String(50)),
    Column("plane_of_motion", String(16)),
    Column("mechanics", String(50)),
    Column("force_vector", String(50)),
    Column("is_unilateral", Boolean, nullable=False, server_default=text("false")),
    _texts("primary_muscles"),
    _texts("secondary_muscles"),
    _texts("equipment"),
    _texts("optional_equipment"),
    _texts("aliases"),
    Column("difficulty", Integer),
    _texts("discipline"),
    _texts("cues"),
    _texts("common_faults"),
    _texts("scaling_options"),
    Column("video_url", Text),
    Column("thumbnail_url", Text),
    Column("video_provider", String(32)),
    Column("video_duration_seconds", Integer),
    Column("video_candidates", JSONB, nullable=False, server_default=text("'[]'")),
    _texts("video_rejected_ids"),
    Column("video_status", String(32), nullable=False, server_default="auto"),
    Column("video_positive_votes", Integer, nullable=False, server_default=text("0")),
    Column("video_negative_votes", Integer, nullable=False, server_default=text("0")),
    Column("video_locked_by_user_id", Uuid, ForeignKey("users.id")),
    Column("source", String(100)),
    Column("source_url", Text),
    Column("license_attribution", Text),
    Column("import_key", String(255)),
    Column("seed_hash", String(64)),
    Column("embedding", VECTOR(1024)),
    Column("embedding_hash", String(64)),
    Column("search_tsv", TSVECTOR, Computed("weighted text, see the migration", persisted=True), nullable=False),
    *moments(),
    Index(
        "exercises_slug_unique_idx",
        "slug",
        unique=True,
        postgresql_where=text("slug IS NOT NULL AND organization_id IS NULL"),
    ),
    scope(),
    UniqueConstraint("id", "scope", name="exercises_id_scope_key"),
    Index(
        "exercises_import_key_idx",
        "scope",
        "import_key",
        unique=True,
        postgresql_where=text("import_key IS NOT NULL AND deleted_at IS NULL"),
    ),
    Index("exercises_search_tsv_idx", "search_tsv", postgresql_using="gin"),
    Index("exercises_name_trgm_idx", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
    Index(
        "exercises_embedding_idx",
        "embedding",
        postgresql_using="hnsw",
        postgresql_ops={"embedding": "vector_cosine_ops"},
    ),
    Index("exercises_movement_pattern_idx", "movement_pattern", postgresql_where=text("movement_pattern IS NOT NULL")),
    Index("exercises_org_id_idx", "organization_id"),
    Index("exercises_forked_from_id_idx", "forked_from_id"),
    *(
        index
        for name, sort_key in SORT_KEYS.items()
        for index in (
            Index(
                f"exercises_canonical_{name}_idx",
                sort_key,
                "id",
                postgresql_where=text("organization_id IS NULL AND deleted_at IS NULL"),
            ),
            Index(
                f"exercises_own_{name}_idx",
                "organization_id",
                sort_key,
                "id",
                postgresql_where=text("organization_id IS NOT NULL AND deleted_at IS NULL"),
            ),
        )
    ),
)
