"""The table of jobs."""

from sqlalchemy import Column, DateTime, ForeignKey, Index, Integer, String, Table, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import ENUM, JSONB

from kinegraph.identity.tables import key
from kinegraph.kit.database import UNVERSIONED, metadata

KINDS = (
    *("seed_canonical", "enrich_canonical", "embed_exercises", "embed_workouts", "thumbnail"),
    "rotate_telemetry",
)
STATUSES = ("queued", "running", "succeeded", "failed", "cancelled")


def _moment(name: str) -> "Column[object]":
    return Column(name, DateTime(timezone=True))


jobs = Table(
    "jobs",
    metadata,
    key(),
    Column("kind", ENUM(*KINDS, name="job_kind"), nullable=False),
    Column("status", ENUM(*STATUSES, name="job_status"), nullable=False, server_default="queued"),
    Column("arguments", JSONB, nullable=False, server_default=text("'{}'")),
    Column("total", Integer),
    Column("done", Integer, nullable=False, server_default=text("0")),
    Column("message", Text),
    Column("error", Text),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("due_at", DateTime(timezone=True), server_default=func.now()),
    _moment("handed_at"),
    Column("enqueued_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    _moment("started_at"),
    _moment("finished_at"),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    _moment("cancel_requested_at"),
    Column("requested_by_user_id", Uuid, ForeignKey("users.id", ondelete="SET NULL")),
    Column("schedule", String(64)),
    _moment("scheduled_for"),
    Index("jobs_due_idx", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    Index("jobs_newest_idx", text("enqueued_at DESC"), text("id DESC")),
    Index(
        "jobs_scheduled_idx",
        "schedule",
        "scheduled_for",
        unique=True,
        postgresql_where=text("schedule IS NOT NULL"),
    ),
    Index("jobs_finished_idx", "finished_at", postgresql_where=text("finished_at IS NOT NULL")),
    Index(
        "jobs_requested_by_user_id_idx",
        "requested_by_user_id",
        postgresql_where=text("requested_by_user_id IS NOT NULL"),
    ),
    info=UNVERSIONED,
)
