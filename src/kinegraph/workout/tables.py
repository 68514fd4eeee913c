"""The tables of programs, workouts, sections, movements, comments and assignments (docs/domain.md, Workouts)."""

from pgvector.sqlalchemy import VECTOR
from sqlalchemy import (
    Boolean,
    Column,
    Computed,
    Date,
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
from sqlalchemy.dialects.postgresql import ENUM, JSONB

from kinegraph.identity.tables import key, moments, name_key
from kinegraph.kit.database import metadata

SCORINGS = ("time", "reps", "rounds_reps", "weight", "distance", "calories", "points", "none")
LIVE = text("deleted_at IS NULL")
LIBRARY = text("is_snapshot = false AND deleted_at IS NULL")


def required(name: str, target: str | None = None) -> "Column[object]":
    """A column of an id that is not null, by default without a foreign key of its own."""
    return Column(name, Uuid, *([ForeignKey(target)] if target else []), nullable=False)


def _order() -> "Column[object]":
    return Column("sort_order", Integer, nullable=False, server_default=text("0"))


def same_organization(column: str, table: str, name: str, ondelete: str | None = None) -> ForeignKeyConstraint:
    """A reference that cannot leave the row's organization."""
    pair = [column, "organization_id"]
    return ForeignKeyConstraint(pair, [f"{table}.id", f"{table}.organization_id"], name=name, ondelete=ondelete)


programs = Table(
    "programs",
    metadata,
    key(),
    required("organization_id", "organizations.id"),
    Column("name", String(255), nullable=False),
    name_key(),
    *moments(),
    UniqueConstraint("id", "organization_id", name="programs_id_organization_key"),
    Index("programs_organization_id_idx", "organization_id", postgresql_where=LIVE),
)

workouts = Table(
    "workouts",
    metadata,
    key(),
    required("organization_id", "organizations.id"),
    Column("program_id", Uuid),
    required("author_id", "users.id"),
    Column("title", String(255)),
    Column(
        "title_key",
        Text(collation="C"),
        Computed("kinegraph_sort_key(coalesce(title, ''))", persisted=True),
        nullable=False,
    ),
    Column("description", Text),
    Column("scoring", ENUM(*SCORINGS, name="workout_scoring"), nullable=False, server_default="none"),
    Column("mode", ENUM("structured", "freeform", name="workout_mode"), nullable=False, server_default="structured"),
    Column("time_cap", Integer),
    Column("is_snapshot", Boolean, nullable=False, server_default=text("false")),
    Column("forked_from_id", Uuid, ForeignKey("workouts.id")),
    Column("embedding", VECTOR(1024)),
    Column("embedding_hash", String(64)),
    *moments(),
    Column("updated_by_user_id", Uuid, ForeignKey("users.id")),
    UniqueConstraint("id", "organization_id", name="workouts_id_organization_key"),
    same_organization("program_id", "programs", "workouts_program_fkey"),
    Index("workouts_library_idx", "organization_id", "program_id", postgresql_where=LIBRARY),
    Index(
        "workouts_newest_idx",
        "organization_id",
        text("created_at DESC"),
        text("id DESC"),
        postgresql_where=LIBRARY,
    ),
    Index("workouts_title_idx", "organization_id", "title_key", "id", postgresql_where=LIBRARY),
    Index("workouts_updated_idx", "organization_id", "updated_at", "id", postgresql_where=LIBRARY),
    Index(
        "workouts_embedding_idx",
        "embedding",
        postgresql_using="hnsw",
        postgresql_ops={"embedding": "vector_cosine_ops"},
    ),
    Index("workouts_forked_from_id_idx", "forked_from_id", postgresql_where=text("forked_from_id IS NOT NULL")),
)

workout_sections = Table(
    "workout_sections",
    metadata,
    key(),
    required("organization_id"),
    required("workout_id"),
    Column("type", String(100), nullable=False, server_default="main"),
    Column("title", String(255)),
    Column("description", Text),
    _order(),
    Column("shape", String(50)),
    Column("config", JSONB),
    *moments(),
    Column("forked_from_id", Uuid),
    UniqueConstraint("id", "organization_id", name="workout_sections_id_organization_key"),
    same_organization("workout_id", "workouts", "workout_sections_workout_fkey", "CASCADE"),
    Index("workout_sections_workout_id_idx", "workout_id", "sort_order", postgresql_where=LIVE),
)

workout_movements = Table(
    "workout_movements",
    metadata,
    key(),
    required("organization_id"),
    required("section_id"),
    required("exercise_id", "exercises.id"),
    _order(),
    Column("prescription", JSONB),
    Column("notes", Text),
    Column("label", String(10)),
    Column("superset_group", String(10)),
    *moments(),
    Column("forked_from_id", Uuid),
    Column("updated_by_user_id", Uuid, ForeignKey("users.id")),
    UniqueConstraint("id", "organization_id", name="workout_movements_id_organization_key"),
    same_organization("section_id", "workout_sections", "workout_movements_section_fkey", "CASCADE"),
    Index("workout_movements_section_id_idx", "section_id", "sort_order", postgresql_where=LIVE),
    Index("workout_movements_exercise_id_idx", "exercise_id", postgresql_where=LIVE),
)

exercise_comments = Table(
    "exercise_comments",
    metadata,
    key(),
    required("organization_id"),
    required("workout_movement_id"),
    required("author_id", "users.id"),
    Column("body", Text, nullable=False),
    Column("parent_comment_id", Uuid),
    *moments(),
    Column("by_staff", Boolean, nullable=False, server_default=text("false")),
    Column("parent_author_id", Uuid),
    Column("parent_by_staff", Boolean),
    Column("forked_from_id", Uuid),
    same_organization("workout_movement_id", "workout_movements", "exercise_comments_movement_fkey"),
    UniqueConstraint("id", "workout_movement_id", name="exercise_comments_id_movement_key"),
    ForeignKeyConstraint(
        ["parent_comment_id", "workout_movement_id"],
        ["exercise_comments.id", "exercise_comments.workout_movement_id"],
        name="exercise_comments_parent_fkey",
    ),
    UniqueConstraint("id", "author_id", "by_staff", name="exercise_comments_id_author_key"),
    ForeignKeyConstraint(
        ["parent_comment_id", "parent_author_id", "parent_by_staff"],
        ["exercise_comments.id", "exercise_comments.author_id", "exercise_comments.by_staff"],
        name="exercise_comments_parent_author_fkey",
    ),
    Index("exercise_comments_movement_id_idx", "workout_movement_id"),
    Index("exercise_comments_author_id_idx", "author_id"),
    Index(
        "exercise_comments_parent_idx",
        "parent_comment_id",
        postgresql_where=text("parent_comment_id IS NOT NULL"),
    ),
)

workout_assignments = Table(
    "workout_assignments",
    metadata,
    key(),
    required("organization_id"),
    required("workout_id"),
    Column("snapshot_workout_id", Uuid),
    required("athlete_id", "users.id"),
    required("assigned_by_id", "users.id"),
    Column("scheduled_for", Date, nullable=False),
    Column("status", String(16), nullable=False, server_default="scheduled"),
    *moments(),
    same_organization("workout_id", "workouts", "workout_assignments_workout_fkey"),
    same_organization("snapshot_workout_id", "workouts", "workout_assignments_snapshot_fkey"),
    UniqueConstraint("id", "organization_id", "athlete_id", name="workout_assignments_id_athlete_key"),
    Index("workout_assignments_athlete_idx", "athlete_id", "scheduled_for", postgresql_where=LIVE),
    Index("workout_assignments_workout_idx", "workout_id", postgresql_where=LIVE),
    Index("workout_assignments_calendar_idx", "organization_id", "scheduled_for", "id", postgresql_where=LIVE),
    Index(
        "workout_assignments_snapshot_idx",
        "snapshot_workout_id",
        postgresql_where=text("snapshot_workout_id IS NOT NULL"),
    ),
)
