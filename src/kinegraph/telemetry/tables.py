"""The tables of batches, and of what they had, partitioned by month (docs/domain.md, Telemetry)."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, REAL

from kinegraph.kit.database import UNVERSIONED, metadata
from kinegraph.plan.tables import required

BY_MONTH = "RANGE (occurred_at)"


def reference_to(name: str, table: str, *, is_key: bool = False) -> "Column[object]":
    """A reference to a row with which this one is deleted."""
    reference = ForeignKey(f"{table}.id", ondelete="CASCADE")
    return Column(name, Uuid, reference, nullable=False, primary_key=is_key)


def moment(name: str) -> "Column[object]":
    """A time, with its zone."""
    return Column(name, DateTime(timezone=True), nullable=False)


def _received(name: str = "received_at") -> "Column[object]":
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def video() -> tuple["Column[object]", ...]:
    """The columns of the video that was played: its provider, and a hash of its address."""
    return Column("video_provider", String(16)), Column("video_hash", LargeBinary)


def _device() -> tuple["Column[object]", ...]:
    """The columns of the player and its network."""
    networks = CheckConstraint("network IN ('wifi', 'cellular', 'ethernet', 'other')")
    return Column("player", String(64)), Column("network", String(16), networks)


telemetry_batches = Table(
    "telemetry_batches",
    metadata,
    reference_to("organization_id", "organizations", is_key=True),
    reference_to("user_id", "users", is_key=True),
    Column("client_id", String(100), primary_key=True),
    Column("kind", String(16), CheckConstraint("kind IN ('media', 'pose', 'errors')"), nullable=False),
    Column("content_hash", String(64), nullable=False),
    _received("created_at"),
    Index("telemetry_batches_organization_idx", "organization_id"),
    Index("telemetry_batches_created_at_idx", "created_at"),
    info=UNVERSIONED,
)

media_events = Table(
    "media_events",
    metadata,
    *map(required, ("organization_id", "user_id", "session_id", "exercise_id")),
    Column("plan_exercise_id", Uuid),
    Column("kind", String(16), nullable=False),
    moment("occurred_at"),
    _received(),
    *(Column(name, REAL) for name in ("position_seconds", "watched_seconds", "buffered_seconds")),
    Column("milestone_percent", SmallInteger),
    *_device(),
    *video(),
    CheckConstraint(
        "kind IN ('session_start', 'heartbeat', 'buffering_start', 'buffering_end', 'milestone', 'session_end')"
    ),
    Index("media_events_user_idx", "user_id"),
    postgresql_partition_by=BY_MONTH,
    info=UNVERSIONED,
)

pose_frames = Table(
    "pose_frames",
    metadata,
    *map(required, ("organization_id", "user_id", "session_id", "exercise_id")),
    Column("plan_exercise_id", Uuid),
    Column("enrollment_id", Uuid),
    moment("occurred_at"),
    _received(),
    Column("timestamp_ms", Integer, nullable=False),
    Column("landmarks", LargeBinary, CheckConstraint("octet_length(landmarks) = 264"), nullable=False),
    Column("accuracy", REAL),
    Column("reps", Integer),
    Column("rom_degrees", REAL),
    Column("feedback", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Index("pose_frames_user_idx", "user_id"),
    postgresql_partition_by=BY_MONTH,
    info=UNVERSIONED,
)

playback_errors = Table(
    "playback_errors",
    metadata,
    *map(required, ("organization_id", "user_id", "session_id", "exercise_id")),
    Column("plan_exercise_id", Uuid),
    Column("code", String(64), nullable=False),
    Column("message", String(500)),
    Column("is_fatal", Boolean, nullable=False),
    moment("occurred_at"),
    _received(),
    Column("position_seconds", REAL),
    *_device(),
    *video(),
    Index("playback_errors_user_idx", "user_id"),
    Index("playback_errors_exercise_idx", "organization_id", "exercise_id", "occurred_at"),
    postgresql_partition_by=BY_MONTH,
    info=UNVERSIONED,
)
