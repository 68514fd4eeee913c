"""The table of overridden safety warnings."""

from sqlalchemy import Column, DateTime, ForeignKey, Index, String, Table, Uuid, text

from kinegraph.identity.tables import key, moments
from kinegraph.kit.database import metadata
from kinegraph.workout.tables import same_organization


def _person(name: str, ondelete: str) -> "Column[object]":
    return Column(name, Uuid, ForeignKey("users.id", ondelete=ondelete))


safety_overrides = Table(
    "safety_overrides",
    metadata,
    key(),
    Column("organization_id", Uuid, ForeignKey("organizations.id", ondelete="CASCADE"), nullable=False),
    Column("workout_id", Uuid, nullable=False),
    Column("movement_id", Uuid),
    Column("exercise_id", Uuid, ForeignKey("exercises.id", ondelete="CASCADE"), nullable=False),
    Column("condition", String(120), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("note", String(1000)),
    _person("athlete_id", "CASCADE"),
    _person("created_by_user_id", "SET NULL"),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("withdrawn_at", DateTime(timezone=True)),
    _person("withdrawn_by_user_id", "SET NULL"),
    *moments(deleted=False),
    same_organization("workout_id", "workouts", "safety_overrides_workout_fkey", "CASCADE"),
    same_organization("movement_id", "workout_movements", "safety_overrides_movement_fkey", "CASCADE"),
    Index("safety_overrides_workout_idx", "workout_id", postgresql_where=text("withdrawn_at IS NULL")),
    Index("safety_overrides_movement_idx", "movement_id", postgresql_where=text("movement_id IS NOT NULL")),
    Index("safety_overrides_exercise_idx", "exercise_id"),
    Index("safety_overrides_athlete_idx", "athlete_id", postgresql_where=text("athlete_id IS NOT NULL")),
)
