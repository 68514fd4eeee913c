"""The table of the terms that exercises are tagged with."""

from sqlalchemy import (
    Column,
    Computed,
    ForeignKeyConstraint,
    Index,
    String,
    Table,
    Uuid,
    text,
)

from kinegraph.identity.tables import key, moments
from kinegraph.kit.database import metadata
from kinegraph.taxonomy.tables import TERMS, scope

exercise_tags = Table(
    "exercise_tags",
    metadata,
    key(),
    Column("exercise_id", Uuid, nullable=False),
    Column("organization_id", Uuid),
    scope(),
    Column("kind", String(16), nullable=False),
    Column("term_id", Uuid, nullable=False),
    Column("term_organization_id", Uuid),
    scope("term_scope"),
    *(
        Column(f"{kind}_id", Uuid, Computed(f"CASE kind WHEN '{kind}' THEN term_id ELSE NULL END", persisted=True))
        for kind in TERMS
    ),
    *moments(deleted=False),
    ForeignKeyConstraint(
        ["exercise_id", "scope"],
        ["exercises.id", "exercises.scope"],
        name="exercise_tags_exercise_fkey",
        ondelete="CASCADE",
    ),
    *(
        ForeignKeyConstraint(
            [f"{kind}_id", "term_scope"], [f"{terms.name}.id", f"{terms.name}.scope"], name=f"exercise_tags_{kind}_fkey"
        )
        for kind, terms in TERMS.items()
    ),
    Index("exercise_tags_exercise_term_idx", "exercise_id", "kind", "term_id", unique=True),
    *(
        Index(f"exercise_tags_{kind}_idx", f"{kind}_id", postgresql_where=text(f"{kind}_id IS NOT NULL"))
        for kind in TERMS
    ),
)
