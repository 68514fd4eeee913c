"""The tables of telemetry (docs/domain.md, Telemetry). Three of them are partitioned by month."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, REAL

from kinegraph.enrollment.tables import OF_PATIENT
from kinegraph.identity.tables import key
from kinegraph.kit.database import metadata
from kinegraph.plan.tables import required

BY_MONTH = "RANGE (occurred_at)"
OF_USER = ("user_id", "organization_id")


def _of(name: str, table: str, *, is_key: bool = False) -> "Column[object]":
    reference = ForeignKey(f"{table}.id", ondelete="CASCADE")
    return Column(name, Uuid, reference, nullable=False, primary_key=is_key)


def _moment(name: str) -> "Column[object]":
    return Column(name, DateTime(timezone=True), nullable=False)


def _received(name: str = "received_at") -> "Column[object]":
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def _video() -> tuple["Column[object]", ...]:
    """The columns of the video that was played: its provider, and a hash of its address."""
    return Column("video_provider", String(16)), Column("video_hash", LargeBinary)


def _device() -> tuple["Column[object]", ...]:
    """The columns of the player and its network."""
    networks = CheckConstraint("network IN ('wifi', 'cellular', 'ethernet', 'other')")
    return Column("player", String(64)), Column("network", String(16), networks)


telemetry_batches = Table(
    "telemetry_batches",
    metadata,
    _of("organization_id", "organizations", is_key=True),
    _of("user_id", "users", is_key=True),
    Column("client_id", String(100), primary_key=True),
    Column("kind", String(16), CheckConstraint("kind IN ('media', 'pose', 'errors')"), nullable=False),
    Column("content_hash", String(64), nullable=False),
    _received("created_at"),
    Index("telemetry_batches_organization_idx", "organization_id"),
    Index("telemetry_batches_created_at_idx", "created_at"),
)

media_events = Table(
    "media_events",
    metadata,
    *map(required, ("organization_id", "user_id", "session_id", "exercise_id")),
    Column("plan_exercise_id", Uuid),
    Column("kind", String(16), nullable=False),
    _moment("occurred_at"),
    _received(),
    *(Column(name, REAL) for name in ("position_seconds", "watched_seconds", "buffered_seconds")),
    Column("milestone_percent", SmallInteger),
    *_device(),
    *_video(),
    CheckConstraint(
        "kind IN ('session_start', 'heartbeat', 'buffering_start', 'buffering_end', 'milestone', 'session_end')"
    ),
    Index("media_events_user_idx", "user_id"),
    postgresql_partition_by=BY_MONTH,
)

pose_frames = Table(
    "pose_frames",
    metadata,
    *map(required, ("organization_id", "user_id", "session_id", "exercise_id")),
    Column("plan_exercise_id", Uuid),
    Column("enrollment_id", Uuid),
    _moment("occurred_at"),
    _received(),
    Column("timestamp_ms", Integer, nullable=False),
    Column("landmarks", LargeBinary, CheckConstraint("octet_length(landmarks) = 264"), nullable=False),
    Column("accuracy", REAL),
    Column("reps", Integer),
    Column("rom_degrees", REAL),
    Column("feedback", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Index("pose_frames_user_idx", "user_id"),
    postgresql_partition_by=BY_MONTH,
)

playback_errors = Table(
    "playback_errors",
    metadata,
    *map(required, ("organization_id", "user_id", "session_id", "exercise_id")),
    Column("plan_exercise_id", Uuid),
    Column("code", String(64), nullable=False),
    Column("message", String(500)),
    Column("is_fatal", Boolean, nullable=False),
    _moment("occurred_at"),
    _received(),
    Column("position_seconds", REAL),
    *_device(),
    *_video(),
    Index("playback_errors_user_idx", "user_id"),
    Index("playback_errors_exercise_idx", "organization_id", "exercise_id", "occurred_at"),
    postgresql_partition_by=BY_MONTH,
)

media_sessions = Table(
    "media_sessions",
    metadata,
    key(),
    _of("organization_id", "organizations"),
    _of("user_id", "users"),
    required("session_id"),
    _of("exercise_id", "exercises"),
    Column("plan_exercise_id", Uuid),
    _moment("started_at"),
    _moment("last_at"),
    Column("events", Integer, nullable=False),
    Column("watched_seconds", Double, nullable=False),
    Column("bufferings", Integer, nullable=False),
    Column("buffered_seconds", Double, nullable=False),
    Column("milestone_percent", SmallInteger, nullable=False),
    *_video(),
    UniqueConstraint(*OF_USER, "session_id", "exercise_id", name="media_sessions_session_key"),
    Index("media_sessions_exercise_idx", "organization_id", "exercise_id", "started_at"),
    Index("media_sessions_exercise_id_idx", "exercise_id"),
    Index("media_sessions_last_at_idx", "last_at"),
)

pose_sessions = Table(
    "pose_sessions",
    metadata,
    key(),
    _of("organization_id", "organizations"),
    _of("user_id", "users"),
    required("session_id"),
    _of("exercise_id", "exercises"),
    Column("plan_exercise_id", Uuid),
    Column("enrollment_id", Uuid),
    _moment("started_at"),
    _moment("last_at"),
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
)
