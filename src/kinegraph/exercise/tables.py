"""The table of exercises (docs/domain.md, Exercises). Its columns come from the registry, `rules_columns`.

`search_…` are their texts as search reads them (migration 0027).
"""

import re
from typing import Any  # the common type of SQLAlchemy's types is not public

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

from kinegraph.exercise import rules_columns
from kinegraph.identity.tables import key, moments, name_key
from kinegraph.kit.database import metadata
from kinegraph.taxonomy.tables import scope

SORT_KEYS = {
    "name": "name_key",
    "created": "created_at",
    "updated": "updated_at",
    "easiest": "easiest_key",
    "hardest": "hardest_key",
}
"""The columns that lists are sorted by, each with an index for canonical rows and one for an organization's own."""


def _column(column: rules_columns.Column) -> "Column[object]":
    """The column of an entry of the registry."""
    length = re.fullmatch(r"varchar\((\d+)\)", column.sql_type)
    types = {"text": Text(), "text[]": ARRAY(Text), "integer": Integer(), "boolean": Boolean()}
    type_: Any = String(int(length[1])) if length else types.get(column.sql_type) or _enum(column)
    is_filled = column.is_list or column.default is not None
    default = text("'{}'") if column.is_list else text("false") if column.default is False else column.default
    return Column(column.name, type_, nullable=not (column.is_required or column.is_list),
                  server_default=default if is_filled else None)  # fmt: skip


def _enum(column: rules_columns.Column) -> ENUM:
    return ENUM(*(column.terms or ()), name=column.sql_type)


SEARCH_TEXT = """
setweight(kinegraph_search_vector(kinegraph_search_text(name::text)), 'A')
|| setweight(kinegraph_search_vector(kinegraph_search_text(aliases)), 'B')
|| setweight(kinegraph_search_vector(kinegraph_search_text(
       primary_muscles || equipment || discipline)), 'C')
|| setweight(to_tsvector('kinegraph', kinegraph_search_text(
       secondary_muscles || cues || common_faults || scaling_options)), 'D')
"""

exercises = Table(
    "exercises",
    metadata,
    key(),
    Column("organization_id", Uuid, ForeignKey("organizations.id", ondelete="CASCADE")),
    Column("forked_from_id", Uuid, ForeignKey("exercises.id")),
    *map(_column, rules_columns.REGISTRY),
    name_key(),
    *(
        Column(f"{name}_keys", ARRAY(Text), Computed(f"kinegraph_folded({name})", persisted=True), nullable=False)
        for name in rules_columns.CASELESS
    ),
    Column("easiest_key", Integer, Computed("coalesce(difficulty, 9)", persisted=True), nullable=False),
    Column("hardest_key", Integer, Computed("coalesce(difficulty, 0)", persisted=True), nullable=False),
    Column("video_provider", String(32)),
    Column("video_candidates", JSONB, nullable=False, server_default=text("'[]'")),
    Column("video_rejected_ids", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("video_status", String(32), nullable=False, server_default="auto"),
    Column("video_positive_votes", Integer, nullable=False, server_default=text("0")),
    Column("video_negative_votes", Integer, nullable=False, server_default=text("0")),
    Column("video_locked_by_user_id", Uuid, ForeignKey("users.id")),
    Column("import_key", String(255)),
    Column("seed_hash", Text),
    Column("seed_object", String(200)),
    Column("embedding", VECTOR(1024)),
    Column("embedding_hash", String(64)),
    Column("search_name", Text, Computed("kinegraph_search_text(name::text)", persisted=True), nullable=False),
    Column("search_aliases", Text, Computed("kinegraph_search_text(aliases)", persisted=True), nullable=False),
    Column("search_tsv", TSVECTOR, Computed(SEARCH_TEXT, persisted=True), nullable=False),
    *moments(),
    Column("updated_by_user_id", Uuid, ForeignKey("users.id")),
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
        postgresql_where=text("organization_id IS NULL"),
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
