"""The tables of exercises' texts as search reads them, which triggers write (migrations 0027, 0032, 0046 and 0054)."""

from typing import Any  # columns of several types

from sqlalchemy import Boolean, Column, Computed, ForeignKey, Index, Integer, String, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import TSVECTOR

from kinegraph.kit.database import DERIVED, metadata

WHOLE = (
    "array_to_tsvector(array_remove(string_to_array(replace(search_name || '|' || search_aliases, ' ', ''), '|'), ''))"
)
WORDS = "strip(ts_filter(search_tsv, '{a,b}'))"


def texts() -> tuple["Column[Any]", ...]:
    """The columns of an exercise's texts, some of which are computed of others."""
    return (
        Column("slug", String(255)),
        Column("name_key", Text(collation="C"), nullable=False),
        Column("status", String(16), nullable=False),
        Column("search_name", Text, nullable=False),
        Column("search_aliases", Text, nullable=False),
        Column("search_tsv", TSVECTOR, nullable=False),
        Column("whole_tsv", TSVECTOR, Computed(WHOLE, persisted=True), nullable=False),
        Column("name_tsv", TSVECTOR, Computed("strip(ts_filter(search_tsv, '{a}'))", persisted=True), nullable=False),
        Column("names_tsv", TSVECTOR, Computed("ts_filter(search_tsv, '{a,b}')", persisted=True), nullable=False),
        Column("name_length", Integer, Computed("length(search_name)", persisted=True), nullable=False),
    )


canonical_search = Table(
    "canonical_search",
    metadata,
    Column("exercise_id", Uuid, ForeignKey("exercises.id", ondelete="CASCADE"), primary_key=True),
    *texts(),  # migration 0054 has them in another order, in which searches need them
    # Its collation is C (migration 0033), which a comparison of models does not see.
    Index("canonical_search_start_idx", "search_name", postgresql_include=["exercise_id"]),
    Index("canonical_search_order_idx", text("length(search_name)"), "name_key", "exercise_id"),
    Index("canonical_search_tsv_idx", "search_tsv", postgresql_using="gin"),
    Index("canonical_search_name_idx", "name_tsv", postgresql_using="gin"),
    Index("canonical_search_names_idx", "names_tsv", postgresql_using="gin"),
    Index(
        "canonical_search_trgm_idx",
        "search_name",
        "search_aliases",
        postgresql_using="gin",
        postgresql_ops={"search_name": "gin_trgm_ops", "search_aliases": "gin_trgm_ops"},
    ),
    info=DERIVED,
)

# The vocabulary of names and aliases, which misspelled words are compared with.
canonical_words = Table(
    "canonical_words",
    metadata,
    Column("word", Text, primary_key=True),
    Index("canonical_words_trgm_idx", "word", postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"}),
    info=DERIVED,
)

# An organization's own exercises, and canonical ones as it overrides their texts.
organization_search = Table(
    "organization_search",
    metadata,
    Column("organization_id", Uuid, ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True),
    Column("exercise_id", Uuid, ForeignKey("exercises.id", ondelete="CASCADE"), primary_key=True),
    Column("is_own", Boolean, nullable=False),
    *texts(),
    Index("organization_search_exercise_idx", "exercise_id", "organization_id"),
    # Its storage is MAIN, which a comparison of models does not see: it is compared with queries one by one.
    Column("words_tsv", TSVECTOR, Computed(WORDS, persisted=True), nullable=False),
    Index("organization_search_overridden_idx", "organization_id", "exercise_id", postgresql_where=text("NOT is_own")),
    info=DERIVED,
)

# The words of these names and aliases: row-level security lets them be found by equality, and not by full text.
organization_words = Table(
    "organization_words",
    metadata,
    Column("organization_id", Uuid, primary_key=True, info={"personal": None}),
    Column("word", Text(collation="C"), primary_key=True),
    Column("exercise_id", Uuid, primary_key=True, info={"personal": None}),
    Column("name_length", Integer),  # null where the word is in aliases alone; the primary key includes it
    info=DERIVED,
)
