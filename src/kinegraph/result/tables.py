"""The tables of results, their sets and their submissions (docs/domain.md, Results)."""

from typing import Any  # columns of any type

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ENUM, JSONB
from sqlalchemy.types import TypeEngine

from kinegraph.identity.tables import key, moments
from kinegraph.kit.database import metadata
from kinegraph.workout.tables import LIVE, SCORINGS, required


def _checked(name: str, kind: "TypeEngine[Any]", condition: str) -> "Column[object]":
    return Column(name, kind, CheckConstraint(condition))


def _of_result(name: str) -> ForeignKeyConstraint:
    """The reference to a result of the same organization and athlete."""
    columns = ("organization_id", "athlete_id")
    targets = [f"assignment_results.{column}" for column in ("id", *columns)]
    return ForeignKeyConstraint(["result_id", *columns], targets, name=name, ondelete="CASCADE")


assignment_results = Table(
    "assignment_results",
    metadata,
    key(),
    required("organization_id"),
    required("assignment_id"),
    required("athlete_id"),
    required("updated_by_user_id", "users.id"),
    Column("scoring", ENUM(*SCORINGS, name="workout_scoring"), nullable=False),
    Column("performed_on", Date, nullable=False),
    _checked("time_seconds", Numeric(8, 2), "time_seconds > 0"),
    _checked("reps", Integer(), "reps >= 0"),
    _checked("rounds", Integer(), "rounds >= 0"),
    _checked("weight", Numeric(8, 3), "weight > 0"),
    _checked("weight_unit", String(2), "weight_unit IN ('kg', 'lb')"),
    _checked("distance_meters", Numeric(10, 2), "distance_meters > 0"),
    _checked("calories", Integer(), "calories >= 0"),
    _checked("points", Numeric(10, 2), "points >= 0"),
    Column("is_scaled", Boolean, nullable=False, server_default=text("false")),
    _checked("exertion", Numeric(3, 1), "exertion BETWEEN 1 AND 10"),
    Column("notes", Text),
    *moments(),
    CheckConstraint("(weight IS NULL) = (weight_unit IS NULL)", name="assignment_results_weight_chk"),
    ForeignKeyConstraint(
        ["assignment_id", "organization_id", "athlete_id"],
        [f"workout_assignments.{column}" for column in ("id", "organization_id", "athlete_id")],
        name="assignment_results_assignment_fkey",
    ),
    UniqueConstraint("id", "organization_id", "athlete_id", name="assignment_results_id_athlete_key"),
    Index("assignment_results_assignment_idx", "assignment_id", "organization_id", unique=True, postgresql_where=LIVE),
    Index("assignment_results_athlete_idx", "athlete_id", "performed_on", postgresql_where=LIVE),
)

ON_MOVEMENT = text("movement_id IS NOT NULL")

result_sets = Table(
    "result_sets",
    metadata,
    key(),
    required("organization_id"),
    required("result_id"),
    required("athlete_id"),
    Column("movement_id", Uuid),
    required("exercise_id", "exercises.id"),
    Column("sort_order", Integer, nullable=False),
    Column("number", Integer, CheckConstraint("number BETWEEN 1 AND 100"), nullable=False),
    Column("target_reps_min", Integer),
    Column("target_reps_max", Integer),
    Column("target_load", Double),
    Column("target_load_unit", String(16)),
    Column("target_duration_seconds", Integer),
    Column("target_distance_meters", Double),
    Column("target_calories", Integer),
    _checked("reps", Integer(), "reps BETWEEN 0 AND 10000"),
    _checked("load", Numeric(8, 3), "load >= 0"),
    _checked("load_unit", String(2), "load_unit IN ('kg', 'lb')"),
    Column(
        "load_kg",
        Numeric,
        Computed("CASE load_unit WHEN 'lb' THEN load * 0.45359237 ELSE load END", persisted=True),
    ),
    _checked("rpe", Numeric(3, 1), "rpe BETWEEN 1 AND 10"),
    _checked("rir", SmallInteger(), "rir BETWEEN 0 AND 10"),
    _checked("seconds", Numeric(8, 2), "seconds > 0"),
    _checked("distance_meters", Numeric(10, 2), "distance_meters > 0"),
    _checked("calories", Integer(), "calories >= 0"),
    Column("notes", Text),
    *moments(deleted=False),
    CheckConstraint("(load IS NULL) = (load_unit IS NULL)", name="result_sets_load_chk"),
    CheckConstraint("rpe IS NULL OR rir IS NULL", name="result_sets_effort_chk"),
    _of_result("result_sets_result_fkey"),
    ForeignKeyConstraint(
        ["movement_id", "organization_id"],
        ["workout_movements.id", "workout_movements.organization_id"],
        name="result_sets_movement_fkey",
        ondelete="SET NULL (movement_id)",
    ),
    Index(
        "result_sets_movement_number_idx", "result_id", "movement_id", "number",
        unique=True, postgresql_where=ON_MOVEMENT,
    ),
    Index("result_sets_result_idx", "result_id", "sort_order", "number"),
    Index("result_sets_movement_idx", "movement_id", postgresql_where=ON_MOVEMENT),
    Index("result_sets_exercise_idx", "athlete_id", "exercise_id"),
)  # fmt: skip

result_submissions = Table(
    "result_submissions",
    metadata,
    key(),
    required("organization_id"),
    required("result_id"),
    required("athlete_id"),
    Column("client_id", String(100), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("content", JSONB, nullable=False),
    required("recorded_by_user_id", "users.id"),
    *moments(deleted=False),
    _of_result("result_submissions_result_fkey"),
    Index("result_submissions_client_idx", "organization_id", "athlete_id", "client_id", unique=True),
    Index("result_submissions_result_idx", "result_id", "created_at"),
)
