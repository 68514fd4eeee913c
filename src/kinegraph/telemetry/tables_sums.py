"""The tables of the sums of sessions (docs/domain.md, Telemetry)."""

from sqlalchemy import (
    Column,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, REAL

from kinegraph.enrollment.tables import OF_PATIENT
from kinegraph.identity.tables import key
from kinegraph.kit.database import UNVERSIONED, metadata
from kinegraph.plan.tables import required
from kinegraph.telemetry.tables import moment, reference_to, video

OF_USER = ("user_id", "organization_id")

media_sessions = Table(
    "media_sessions",
    metadata,
    key(),
    reference_to("organization_id", "organizations"),
    reference_to("user_id", "users"),
    required("session_id"),
    reference_to("exercise_id", "exercises"),
    Column("plan_exercise_id", Uuid),
    moment("started_at"),
    moment("last_at"),
    Column("events", Integer, nullable=False),
    Column("watched_seconds", Double, nullable=False),
    Column("bufferings", Integer, nullable=False),
    Column("buffered_seconds", Double, nullable=False),
    Column("milestone_percent", SmallInteger, nullable=False),
    *video(),
    UniqueConstraint(*OF_USER, "session_id", "exercise_id", name="media_sessions_session_key"),
    Index("media_sessions_exercise_idx", "organization_id", "exercise_id", "started_at"),
    Index("media_sessions_exercise_id_idx", "exercise_id"),
    Index("media_sessions_last_at_idx", "last_at"),
    info=UNVERSIONED,
)

pose_sessions = Table(
    "pose_sessions",
    metadata,
    key(),
    reference_to("organization_id", "organizations"),
    reference_to("user_id", "users"),
    required("session_id"),
    reference_to("exercise_id", "exercises"),
    Column("plan_exercise_id", Uuid),
    Column("enrollment_id", Uuid),
    moment("started_at"),
    moment("last_at"),
    Column("frames", Integer, nullable=False),
    Column("accuracy_sum", Double, nullable=False),
    Column("accuracy_frames", Integer, nullable=False),
    Column("reps", Integer),
    Column("rom_min_degrees", REAL),
    Column("rom_max_degrees", REAL),
    Column("feedback", JSONB, nullable=False, server_default=text("'{}'")),
    UniqueConstraint(*OF_USER, "session_id", "exercise_id", name="pose_sessions_session_key"),
    ForeignKeyConstraint(
        ["enrollment_id", "organization_id", "user_id"],
        [f"enrollments.{column}" for column in ("id", *OF_PATIENT[1:])],
        name="pose_sessions_enrollment_fkey",
        ondelete="CASCADE",
    ),
    Index(
        "pose_sessions_enrollment_idx",
        "enrollment_id",
        "started_at",
        "id",
        postgresql_where=text("enrollment_id IS NOT NULL"),
    ),
    Index("pose_sessions_organization_idx", "organization_id"),
    Index("pose_sessions_exercise_id_idx", "exercise_id"),
    Index("pose_sessions_last_at_idx", "last_at"),
    info=UNVERSIONED,
)
