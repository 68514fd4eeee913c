"""The tables of organizations, users and memberships, as the migrations make them."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ENUM

from kinegraph.kit.database import UNVERSIONED, metadata


def key() -> "Column[object]":
    """The primary key of most tables: a UUIDv7 that the database makes."""
    return Column("id", Uuid, primary_key=True, server_default=func.uuidv7())


def name_key() -> "Column[object]":
    """The key that rows are sorted by name with (docs/domain.md, Exercises)."""
    return Column("name_key", Text(collation="C"), Computed("kinegraph_sort_key(name)", persisted=True), nullable=False)


def moments(*, deleted: bool = True) -> "list[Column[object]]":
    """The times when a row was made, changed and, with `deleted`, softly deleted."""
    made: list[Column[object]] = [
        Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())
        for name in ("created_at", "updated_at")
    ]
    return [*made, Column("deleted_at", DateTime(timezone=True))] if deleted else made


organizations = Table(
    "organizations",
    metadata,
    key(),
    Column("name", String(255), nullable=False),
    name_key(),
    Column("slug", String(255), nullable=False),
    Column("members_see_library", Boolean, nullable=False, server_default=text("true")),
    *moments(deleted=False),
    Column("members_see_each_other", Boolean, nullable=False, server_default=text("false")),
    Column("updated_by_user_id", Uuid, ForeignKey("users.id")),
    Column("pain_amber_from", Integer, nullable=False, server_default=text("4")),
    Column("pain_red_from", Integer, nullable=False, server_default=text("6")),
    CheckConstraint(
        "1 <= pain_amber_from AND pain_amber_from <= pain_red_from AND pain_red_from <= 10",
        name="organizations_pain_chk",
    ),
    Index("organizations_slug_idx", "slug", unique=True),
)

users = Table(
    "users",
    metadata,
    key(),
    Column("name", String(255), nullable=False),
    name_key(),
    Column("email", String(320)),
    Column("is_platform_admin", Boolean, nullable=False, server_default=text("false")),
    *moments(deleted=False),
    Column("tokens_valid_after", DateTime(timezone=True)),
    Index("users_email_idx", func.lower(text("email")), unique=True),
)

memberships = Table(
    "memberships",
    metadata,
    Column("organization_id", Uuid, ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("role", ENUM("owner", "admin", "coach", "member", name="membership_role"), nullable=False),
    *moments(),
    Index("memberships_user_id_idx", "user_id"),
)

# Written by triggers alone: another version after each transaction that changes the user or one of their memberships.
viewer_versions = Table(
    "viewer_versions",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id", onupdate="CASCADE", ondelete="CASCADE"), primary_key=True),
    Column("version", Uuid, nullable=False),
    info=UNVERSIONED,
)
