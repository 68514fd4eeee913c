"""The tables of treatment plans, their working copies and their versions (docs/domain.md, Treatment plans)."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ENUM

from kinegraph.identity.tables import key, moments
from kinegraph.kit.database import metadata

PLAN_STATUSES = ("draft", "published", "archived")


def required(name: str, target: str | None = None, ondelete: str | None = None) -> "Column[object]":
    """A column of ids that is never null, with the column that it refers to."""
    reference = [ForeignKey(target, ondelete=ondelete)] if target else []
    return Column(name, Uuid, *reference, nullable=False)


def whole(name: str, bounds: str | None = None, *, is_required: bool = False) -> "Column[object]":
    """A column of whole numbers, with its bounds."""
    checks = [CheckConstraint(f"{name} {bounds}")] if bounds else []
    return Column(name, Integer, *checks, nullable=not is_required)


def reference(columns: tuple[str, ...], table: str, name: str, ondelete: str | None = None) -> ForeignKeyConstraint:
    """A reference by several columns, of which the first is the id; the others are called alike in both tables."""
    return ForeignKeyConstraint(
        columns, [f"{table}.{column}" for column in ("id", *columns[1:])], name=name, ondelete=ondelete
    )


treatment_plans = Table(
    "treatment_plans",
    metadata,
    key(),
    required("organization_id", "organizations.id"),
    required("author_id", "users.id"),
    Column("title", String(255), CheckConstraint("title <> ''"), nullable=False),
    Column("title_key", Text(collation="C"), Computed("kinegraph_sort_key(title)", persisted=True), nullable=False),
    Column("description", Text),
    whole("weeks", "BETWEEN 1 AND 104", is_required=True),
    Column("status", ENUM(*PLAN_STATUSES, name="plan_status"), nullable=False, server_default="draft"),
    Column("current_version_id", Uuid),
    Column("copied_from_id", Uuid, ForeignKey("treatment_plans.id")),
    *moments(),
    Column("updated_by_user_id", Uuid, ForeignKey("users.id")),
    UniqueConstraint("id", "organization_id", name="treatment_plans_id_organization_key"),
    ForeignKeyConstraint(
        ["current_version_id", "id"],
        ["plan_versions.id", "plan_versions.plan_id"],
        name="treatment_plans_current_version_fkey",
        use_alter=True,
    ),
    Index(
        "treatment_plans_newest_idx",
        "organization_id",
        text("created_at DESC"),
        text("id DESC"),
        postgresql_where=text("deleted_at IS NULL"),
    ),
)

treatment_plan_sessions = Table(
    "treatment_plan_sessions",
    metadata,
    key(),
    required("organization_id"),
    required("plan_id"),
    whole("week", "BETWEEN 1 AND 104", is_required=True),
    whole("day", "BETWEEN 1 AND 7", is_required=True),
    Column("title", String(255)),
    Column("sort_order", Integer, nullable=False, server_default=text("0")),
    *moments(deleted=False),
    UniqueConstraint("id", "organization_id", name="treatment_plan_sessions_id_organization_key"),
    reference(("plan_id", "organization_id"), "treatment_plans", "treatment_plan_sessions_plan_fkey", "CASCADE"),
    Index("treatment_plan_sessions_plan_idx", "plan_id", "week", "day", "sort_order"),
)

treatment_plan_session_exercises = Table(
    "treatment_plan_session_exercises",
    metadata,
    key(),
    required("organization_id"),
    required("session_id"),
    required("exercise_id", "exercises.id", "RESTRICT"),
    Column("sort_order", Integer, nullable=False, server_default=text("0")),
    whole("sets", "BETWEEN 1 AND 100"),
    whole("reps", "BETWEEN 1 AND 10000"),
    whole("duration_seconds", "BETWEEN 1 AND 86400"),
    whole("hold_seconds", "BETWEEN 1 AND 3600"),
    whole("rest_seconds", "BETWEEN 0 AND 3600"),
    Column("per_side", Boolean, nullable=False, server_default=text("false")),
    Column("notes", Text),
    *moments(deleted=False),
    reference(
        ("session_id", "organization_id"),
        "treatment_plan_sessions",
        "treatment_plan_session_exercises_session_fkey",
        "CASCADE",
    ),
    CheckConstraint(
        "sets IS NOT NULL OR duration_seconds IS NOT NULL", name="treatment_plan_session_exercises_amount_chk"
    ),
    Index("treatment_plan_session_exercises_session_idx", "session_id", "sort_order"),
    Index("treatment_plan_session_exercises_exercise_idx", "exercise_id"),
)

plan_versions = Table(
    "plan_versions",
    metadata,
    key(),
    required("organization_id"),
    required("plan_id"),
    whole("number", ">= 1", is_required=True),
    Column("title", String(255), nullable=False),
    Column("description", Text),
    whole("weeks", is_required=True),
    Column("reason", Text),
    required("published_by_id", "users.id"),
    Column("published_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    reference(("plan_id", "organization_id"), "treatment_plans", "plan_versions_plan_fkey"),
    UniqueConstraint("plan_id", "number", name="plan_versions_number_key"),
    UniqueConstraint("id", "organization_id", name="plan_versions_id_organization_key"),
    UniqueConstraint("id", "plan_id", name="plan_versions_id_plan_key"),
)

plan_version_sessions = Table(
    "plan_version_sessions",
    metadata,
    key(),
    required("organization_id"),
    required("version_id"),
    required("source_id"),
    whole("week", is_required=True),
    whole("day", is_required=True),
    Column("title", String(255)),
    whole("sort_order", is_required=True),
    reference(("version_id", "organization_id"), "plan_versions", "plan_version_sessions_version_fkey"),
    UniqueConstraint("version_id", "source_id", name="plan_version_sessions_source_key"),
    UniqueConstraint("id", "version_id", "organization_id", name="plan_version_sessions_id_version_key"),
    Index("plan_version_sessions_day_idx", "version_id", "week", "day", "sort_order"),
)

plan_version_exercises = Table(
    "plan_version_exercises",
    metadata,
    key(),
    required("organization_id"),
    required("version_id"),
    required("session_id"),
    required("source_id"),
    required("exercise_id", "exercises.id", "RESTRICT"),
    whole("sort_order", is_required=True),
    *(whole(name) for name in ("sets", "reps", "duration_seconds", "hold_seconds", "rest_seconds")),
    Column("per_side", Boolean, nullable=False),
    Column("notes", Text),
    Column("content_hash", String(64), nullable=False),
    reference(
        ("session_id", "version_id", "organization_id"), "plan_version_sessions", "plan_version_exercises_session_fkey"
    ),
    UniqueConstraint("version_id", "source_id", name="plan_version_exercises_source_key"),
    UniqueConstraint("id", "version_id", name="plan_version_exercises_id_version_key"),
    UniqueConstraint("id", "organization_id", "source_id", "exercise_id", name="plan_version_exercises_id_source_key"),
    Index("plan_version_exercises_session_idx", "session_id", "sort_order"),
    Index("plan_version_exercises_exercise_idx", "exercise_id"),
)
