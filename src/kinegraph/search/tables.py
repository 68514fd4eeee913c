"""The table of the texts of canonical exercises as search reads them, which a trigger writes (migration 0027)."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import TSVECTOR

from kinegraph.kit.database import metadata

canonical_search = Table(
    "canonical_search",
    metadata,
    Column("exercise_id", Uuid, ForeignKey("exercises.id", ondelete="CASCADE"), primary_key=True),
    Column("slug", String(255)),
    Column("name_key", Text(collation="C"), nullable=False),
    Column("status", String(16), nullable=False),
    Column("search_name", Text, nullable=False),
    Column("search_aliases", Text, nullable=False),
    Column("search_tsv", TSVECTOR, nullable=False),
    Index("canonical_search_tsv_idx", "search_tsv", postgresql_using="gin"),
    Index(
        "canonical_search_trgm_idx",
        "search_name",
        "search_aliases",
        postgresql_using="gin",
        postgresql_ops={"search_name": "gin_trgm_ops", "search_aliases": "gin_trgm_ops"},
    ),
)
