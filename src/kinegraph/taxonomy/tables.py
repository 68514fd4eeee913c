"""The tables of taxonomies and tags (docs/domain.md, Taxonomies)."""

from sqlalchemy import (
    Column,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.schema import SchemaItem

from kinegraph.identity.tables import key, moments, name_key
from kinegraph.kit.database import metadata

NO_ORGANIZATION = "00000000-0000-0000-0000-000000000000"


def scope(name: str = "scope") -> "Column[object]":
    """A column with the row's organization, zeros for a global row: never null, so that foreign keys can include it."""
    organization = name.replace("scope", "organization_id")
    return Column(name, Uuid, Computed(f"coalesce({organization}, '{NO_ORGANIZATION}')", persisted=True))


def owner() -> "Column[object]":
    """A column with the organization that owns the row; null for a global row."""
    return Column("organization_id", Uuid, ForeignKey("organizations.id", ondelete="CASCADE"))


def _taxonomy(name: str, *own: SchemaItem) -> Table:
    return Table(
        name,
        metadata,
        key(),
        owner(),
        scope(),
        *own,
        Column("name", String(100), nullable=False),
        Column("identity", Text, nullable=False),
        name_key(),
        Column("slug", String(100), nullable=False),
        Column("sort_order", Integer, nullable=False, server_default=text("0")),
        *moments(deleted=False),
        UniqueConstraint("id", "scope", name=f"{name}_id_scope_key"),
        Index(f"{name}_identity_idx", "scope", "identity", unique=True),
        Index(f"{name}_slug_idx", "scope", "slug", unique=True),
    )


exercise_categories = _taxonomy(
    "exercise_categories",
    Column("parent_id", Uuid, ForeignKey("exercise_categories.id")),
    Column("parent_organization_id", Uuid),
    scope("parent_scope"),
    ForeignKeyConstraint(
        ["parent_id", "parent_scope"],
        ["exercise_categories.id", "exercise_categories.scope"],
        name="exercise_categories_parent_fkey",
    ),
    Index("exercise_categories_parent_idx", "parent_id"),
)

exercise_body_regions = _taxonomy("exercise_body_regions", Column("body_area", String(100), nullable=False))
exercise_equipment = _taxonomy("exercise_equipment")
TERMS = {"category": exercise_categories, "body_region": exercise_body_regions, "equipment": exercise_equipment}
